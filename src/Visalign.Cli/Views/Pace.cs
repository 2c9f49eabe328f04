namespace Visalign.Cli.Views;

/// <summary>How fast iterations come, and how long the rest takes at that pace.</summary>
/// <remarks>
/// Speed counts the work of the last iterations only; the time left counts everything between them too, such as
/// evaluations, and so is the time on the clock.
/// </remarks>
internal sealed class Pace(TimeProvider clock)
{
    private const int Window = 32;

    private readonly Queue<(long Iteration, long Timestamp, double Seconds)> _marks = [];
    private (long Iteration, long Timestamp) _first, _last;

    /// <summary>An iteration ended.</summary>
    /// <param name="seconds">What its work took.</param>
    internal void Mark(long iteration, double seconds)
    {
        long now = clock.GetTimestamp();
        if (_marks.Count == 0)
        {
            _first = (iteration - 1, now - (long)(seconds * clock.TimestampFrequency));
        }

        _last = (iteration, now);
        _marks.Enqueue((iteration, now, seconds));
        if (_marks.Count > Window)
        {
            var (oldest, timestamp, _) = _marks.Dequeue();
            _first = (oldest, timestamp);
        }
    }

    /// <summary>Iterations per minute of work; null before the first has ended.</summary>
    internal double? IterationsPerMinute => _marks.Sum(mark => mark.Seconds) is > 0 and var seconds ? 60 * _marks.Count / seconds : null;

    /// <summary>How long the iterations up to <paramref name="iterations"/> still take; null before the first has ended.</summary>
    internal TimeSpan? Left(long iterations)
    {
        if (_marks.Count == 0)
        {
            return null;
        }

        var each = clock.GetElapsedTime(_first.Timestamp, _last.Timestamp) / (_last.Iteration - _first.Iteration);
        var left = each * (iterations - _last.Iteration) - clock.GetElapsedTime(_last.Timestamp);

        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
