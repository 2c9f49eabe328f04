namespace Visalign.Tests.Oracles;

/// <summary>Runs all cases of a folder and tells a line about each.</summary>
public static class OracleRun
{
    /// <summary>Runs them.</summary>
    /// <param name="root">A folder of cases.</param>
    /// <param name="lines">Gets <c>pass SLUG/CASE</c>, <c>fail SLUG/CASE …</c> or <c>no handler SLUG/CASE</c>, then the counts.</param>
    /// <returns>0 when none failed, else 1; a case without a handler is no failure.</returns>
    public static int Over(string root, TextWriter lines)
    {
        var counts = new Dictionary<OracleStatus, int> { [OracleStatus.Pass] = 0, [OracleStatus.Fail] = 0, [OracleStatus.NoHandler] = 0 };
        foreach (string path in OracleRoot.Cases(root))
        {
            var outcome = OracleHandlers.Run(path);
            counts[outcome.Status]++;
            lines.WriteLine(Line(OracleRoot.NameOf(path), outcome));
        }
        lines.WriteLine();
        lines.WriteLine($"{counts[OracleStatus.NoHandler]} without a handler are counted as skipped.");
        lines.WriteLine($"{counts[OracleStatus.Pass]} passed, {counts[OracleStatus.Fail]} failed, {counts[OracleStatus.NoHandler]} skipped");
        return counts[OracleStatus.Fail] == 0 ? 0 : 1;
    }

    private static string Line(string name, OracleOutcome outcome) => outcome.Status switch
    {
        OracleStatus.Pass => $"pass {name}",
        OracleStatus.NoHandler => $"no handler {name}",
        _ => $"fail {name}  largest deviation {outcome.LargestDeviation:G3}; {outcome.Detail.ReplaceLineEndings(" ")}",
    };
}
