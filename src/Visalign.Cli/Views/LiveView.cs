using Spectre.Console;
using Visalign.Runs;

namespace Visalign.Cli.Views;

/// <summary>A run on a terminal, drawn over and over in place; the last drawing stays.</summary>
internal sealed class LiveView : IRunObserver
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly IAnsiConsole _console;
    private readonly LiveDisplayContext _display;
    private readonly RunProgress _progress;
    private int _width;

    private LiveView(IAnsiConsole console, LiveDisplayContext display, RunProgress progress) =>
        (_console, _display, _progress, _width) = (console, display, progress, console.Profile.Width);

    /// <summary>Shows a run while <paramref name="work"/> does it.</summary>
    /// <returns>What the work returns.</returns>
    internal static T Show<T>(IAnsiConsole console, RunTitle title, TimeProvider clock, Func<IRunObserver, T> work)
    {
        var progress = new RunProgress(title, clock);
        return console.Live(new RunFrame(progress)).Start(display =>
        {
            var view = new LiveView(console, display, progress);
            using (clock.CreateTimer(_ => view.Draw(), state: null, TimeSpan.Zero, Rhythm))
            {
                T result = work(view);
                view.Draw();

                return result;
            }
        });
    }

    /// <inheritdoc/>
    public void Began(string what) => Change(() => _progress.Began(what));

    /// <inheritdoc/>
    public void Advanced(double share) => Change(() => _progress.Advanced(share));

    /// <inheritdoc/>
    public void Told(string sentence) => Change(() => _progress.Told(sentence));

    /// <inheritdoc/>
    public void Warned(string sentence) => Change(() => _progress.Warned(sentence));

    /// <inheritdoc/>
    public void Iterated(long iteration, long iterations, IReadOnlyDictionary<string, double> metrics, double seconds) =>
        Change(() => _progress.Iterated(iteration, iterations, metrics, seconds));

    /// <inheritdoc/>
    public void Evaluated(long iteration, double score, IReadOnlyDictionary<string, double> tasks) =>
        Change(() => _progress.Evaluated(iteration, score, tasks));

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
        }
    }

    private void Draw()
    {
        lock (_gate)
        {
            if (_width != _console.Profile.Width)
            {
                _width = _console.Profile.Width;
                _console.Clear(); // lines of the old width have wrapped, so that going back over them would miss some
            }

            _display.Refresh();
        }
    }
}
