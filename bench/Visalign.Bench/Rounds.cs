using System.Diagnostics;
using Visalign.Torch;

namespace Visalign.Bench;

/// <summary>Times a workload on all sides in turns, so that what else the machine does falls on each of them alike.</summary>
/// <param name="twins">The other sides; the first may be the twin on the same libtorch.</param>
/// <param name="rounds">How often each side has its turn.</param>
internal sealed class Rounds(IReadOnlyList<(string Name, TwinProcess Process)> twins, int rounds, CancellationToken stop)
{
    private const double MillisecondsOfATurn = 50;
    private const int MostCalls = 50;

    private readonly List<double> _peaks = [];

    /// <summary>The median of the peak's measurements in operations a second; null where none was needed.</summary>
    internal double? PeakRate => _peaks.Count == 0 ? null : Times.Middle(_peaks);

    /// <param name="isTwin">Whether a side is the twin, by its name.</param>
    /// <exception cref="InvalidOperationException">A side trains another number of parameters.</exception>
    internal Comparison Of(Workload workload, Func<string, bool> isTwin)
    {
        using var scope = Tensor.Scope();
        var peak = workload.MatrixWork > 0 ? new Peak() : null;
        var prepared = workload.Prepare();
        try
        {
            prepared.Run();
            int calls = Math.Clamp((int)Math.Ceiling(MillisecondsOfATurn / Own(prepared, 1)), 1, MostCalls);
            var others = workload.HasTwin ? twins : [];
            foreach (var (name, process) in others)
            {
                long theirs = process.Time(workload.Name, 1).Parameters;
                if (theirs != prepared.Parameters)
                    throw new InvalidOperationException($"'{workload.Name}' trains {prepared.Parameters} numbers here and {theirs} in {name}; the two sides must do the same.");
            }

            List<double> own = [], shares = [];
            var times = others.Select(_ => new List<double>()).ToList();
            for (int round = 0; round < rounds; round++)
            {
                stop.ThrowIfCancellationRequested();
                foreach (int side in Order(round, others.Count))
                {
                    if (side < 0) own.Add(Own(prepared, calls) / calls);
                    else times[side].Add(others[side].Process.Time(workload.Name, calls).Milliseconds / calls);
                }
                if (peak is null) continue;
                _peaks.Add(peak.Rate());
                shares.Add(workload.MatrixWork / (own[^1] / 1000) / _peaks[^1]);
            }

            var opponents = others.Select((other, at) => new Opponent(other.Name, Times.Of(PerCall(times[at])), Times.Middle(times[at].Zip(own, (theirs, ours) => theirs / ours)))).ToList();
            return new(workload.Name, workload.Kind, workload.Description, calls, Times.Of(PerCall(own)), opponents.Find(one => isTwin(one.Torch)),
                [.. opponents.Where(one => !isTwin(one.Torch))], peak is null ? null : Times.Middle(shares));
        }
        finally
        {
            prepared.Release();
        }

        List<double> PerCall(List<double> turns) => [.. turns.Select(turn => turn / workload.Calls)];
    }

    // Who goes first changes from round to round; -1 is our own side.
    private static IEnumerable<int> Order(int round, int count) => round % 2 == 0 ? Enumerable.Range(-1, count + 1) : Enumerable.Range(-1, count + 1).Reverse();

    private static double Own(Prepared prepared, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) prepared.Run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
