using Spectre.Console;
using Visalign.Runs;

namespace Visalign.Cli.Views;

/// <summary>A run on a terminal, drawn over and over in place; the last drawing stays.</summary>
internal sealed class LiveView : IRunObserver
{
    private static readonly TimeSpan Rhythm = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly IAnsiConsole _console;
    private readonly RunProgress _progress;
    private readonly InPlace _frame;
    private bool _ended;

    private LiveView(IAnsiConsole console, RunTitle title, TimeProvider clock)
    {
        (_console, _progress) = (console, new RunProgress(title, clock));
        _frame = new InPlace(new RunFrame(_progress));
    }

    /// <summary>Shows a run while <paramref name="work"/> does it.</summary>
    /// <returns>What the work returns.</returns>
    internal static T Show<T>(IAnsiConsole console, RunTitle title, TimeProvider clock, Func<IRunObserver, T> work)
    {
        var view = new LiveView(console, title, clock);
        console.Cursor.Hide();
        try
        {
            using var timer = clock.CreateTimer(_ => view.Draw(), state: null, TimeSpan.Zero, Rhythm);

            return work(view);
        }
        finally
        {
            view.End();
        }
    }

    /// <inheritdoc/>
    public void Opened(int pictures) => Change(() => _progress.Opened(pictures));

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
            if (!_ended)
            {
                _console.Write(_frame);
            }
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _console.Write(_frame);
            _console.Cursor.Show();
            _ended = true; // a late tick must not draw over what is printed next
        }
    }
}
