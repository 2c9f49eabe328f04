using System.Globalization;
using Visalign.Runs;

namespace Visalign.Cli.Views;

/// <summary>A run where there is no terminal: a line for each event, few of them while nothing much happens.</summary>
internal sealed class PlainView(TextWriter writer, RunTitle title, TimeProvider clock) : IRunObserver
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly RunProgress _progress = new(title, clock);
    private long _spoke = clock.GetTimestamp();

    /// <inheritdoc/>
    public void Opened(int pictures) => _progress.Opened(pictures);

    /// <inheritdoc/>
    public void Began(string what)
    {
        _progress.Began(what);
        Say(what);
    }

    /// <inheritdoc/>
    public void Advanced(double share)
    {
        _progress.Advanced(share);
        if (QuietLongEnough)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"{_progress.Part}: {_progress.Share:P0}{Speed}"));
        }
    }

    /// <inheritdoc/>
    public void Told(string sentence) => Say(sentence);

    /// <inheritdoc/>
    public void Warned(string sentence) => Say($"warning: {sentence}");

    /// <inheritdoc/>
    public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds)
    {
        bool first = _progress.Iterations == 0;
        _progress.Iterated(iteration, iterations, metrics, seconds);
        if (first || iteration == iterations || QuietLongEnough)
        {
            string reward = _progress.Rewards is [.., var last] ? string.Create(CultureInfo.InvariantCulture, $": training reward {last.Y:F3}") : "";
            Say($"iteration {iteration} of {iterations}{reward}{Speed}");
        }
    }

    /// <inheritdoc/>
    public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks)
    {
        string byTask = string.Join(", ", tasks.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Key} {task.Value:F2}")));
        Say(string.Create(CultureInfo.InvariantCulture, $"iteration {iteration}: held-out score {score:F3}{(byTask.Length > 0 ? $" ({byTask})" : "")}"));
    }

    private string Speed => SpeedLine.Of(_progress) is { Length: > 0 } speed ? $" · {speed}" : "";

    private bool QuietLongEnough => clock.GetElapsedTime(_spoke) >= Quiet;

    private void Say(string line)
    {
        writer.WriteLine(line);
        _spoke = clock.GetTimestamp();
    }
}
