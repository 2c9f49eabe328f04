namespace Visalign.Reports;

/// <summary>A series made ready for drawing: its mean over seeds, with gaps as NaN.</summary>
/// <param name="Mean">One point for every X of any seed, ascending; NaN where not every seed has a finite value.</param>
internal sealed record ReportCurve(string Name, IReadOnlyList<SeedLine> Seeds, IReadOnlyList<CurvePoint> Mean)
{
    public bool HasSeveralSeeds => Seeds.Count > 1;

    public CurvePoint? First => Finite.Select(point => (CurvePoint?)point).FirstOrDefault();

    public CurvePoint? Last => Finite.Select(point => (CurvePoint?)point).LastOrDefault();

    private IEnumerable<CurvePoint> Finite => Mean.Where(point => double.IsFinite(point.Y));

    public static ReportCurve Of(CurveSeries series)
    {
        foreach (var seed in series.Seeds)
            CheckOrder(series.Name, seed);
        var values = series.Seeds.Select(seed => seed.Points.ToDictionary(point => point.X, point => point.Y)).ToArray();
        var mean = values.SelectMany(line => line.Keys).Distinct().Order()
            .Select(x => new CurvePoint(x, values.All(line => line.TryGetValue(x, out var y) && double.IsFinite(y))
                ? values.Average(line => line[x])
                : double.NaN));
        return new(series.Name, series.Seeds, [.. mean]);
    }

    private static void CheckOrder(string name, SeedLine seed)
    {
        for (var i = 0; i < seed.Points.Count; i++)
        {
            var (previous, x) = (i == 0 ? double.NegativeInfinity : seed.Points[i - 1].X, seed.Points[i].X);
            if (!double.IsFinite(x) || x <= previous)
                throw new InputException($"report: series '{name}', seed {seed.Seed}: x = {x} follows {previous}; expected finite, ascending values. Drop repeated rows.");
        }
    }
}
