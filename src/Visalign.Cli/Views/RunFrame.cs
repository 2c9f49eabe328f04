using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Visalign.Cli.Views;

/// <summary>Everything of a run on one screen, laid out for the size the terminal has when it is drawn.</summary>
internal sealed class RunFrame(RunProgress progress) : IRenderable
{
    private const int WideEnough = 76;
    private const int MostWarnings = 3;

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => new(maxWidth, maxWidth);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        int width = Math.Max(1, maxWidth - 1); // a full line would wrap on some terminals
        List<IRenderable> below = [.. Tasks(width), new Text(SpeedLine.Of(progress)), .. Remarks()];
        IRenderable[] above = [Header(), Progress(width)];
        int taken = above.Length + below.Count + 1;
        IRenderable all = new Rows([.. above, Charts(width, options.ConsoleSize.Height - taken), .. below]);

        return all.Render(options, width);
    }

    private Text Header()
    {
        string count = progress.Iterations > 0 ? $" · iteration {progress.Iteration} of {progress.Iterations}" : "";

        return OneLine($"{progress.Title.Method} · {progress.Title.Model}{count}", new Style(decoration: Decoration.Bold));
    }

    private Text Progress(int width)
    {
        string share = progress.Share.ToString("P0", CultureInfo.InvariantCulture).PadLeft(6);
        int barWidth = Math.Max(1, width / 2 - share.Length);
        string part = progress.Part.Length < width / 2 ? progress.Part : progress.Part[..(width / 2 - 2)] + "…";

        return OneLine($"{part.PadRight(width / 2)}{Bar.Of(progress.Share, barWidth)}{share}", new Style(Palette.Score));
    }

    private IRenderable Charts(int width, int room)
    {
        bool wide = width >= WideEnough;
        int rows = Math.Clamp((wide ? room : room / 2) - LineChart.ExtraRows, 2, 8);
        double end = Math.Max(progress.Iterations, progress.Scores.Concat(progress.Rewards).Select(point => point.X).DefaultIfEmpty(1).Max());
        var score = new LineChart("held-out score", progress.Scores, end, rows, Palette.Score);
        var reward = new LineChart("training reward", progress.Rewards, end, rows, Palette.Reward);
        if (!wide)
        {
            return new Rows(score, reward);
        }

        int half = (width - 4) / 2;
        return new Grid().AddColumn(new GridColumn().Width(half).Padding(0, 0, 4, 0)).AddColumn(new GridColumn().Width(half).Padding(0, 0)).AddRow(score, reward);
    }

    private IEnumerable<IRenderable> Tasks(int width)
    {
        int nameWidth = progress.Tasks.Keys.Select(name => name.Length).DefaultIfEmpty().Max();
        foreach (var (name, score) in progress.Tasks)
        {
            double gain = score - progress.FirstTasks.GetValueOrDefault(name, score);
            string numbers = string.Create(CultureInfo.InvariantCulture, $" {score:F2} {gain:+0.00;-0.00;±0.00}");
            int barWidth = Math.Max(1, width - nameWidth - 1 - numbers.Length);

            yield return OneLine($"{name.PadRight(nameWidth)} {Bar.Of(score, barWidth)}{numbers}", new Style(Palette.Score));
        }
    }

    private IEnumerable<IRenderable> Remarks() =>
    [
        .. progress.Sentence.Length > 0 ? [OneLine(progress.Sentence, new Style(Palette.Quiet))] : Array.Empty<IRenderable>(),
        .. progress.Warnings.TakeLast(MostWarnings).Select(warning => new Text($"! {warning}", new Style(Palette.Warning))),
    ];

    private static Text OneLine(string text, Style style) => new(text, style) { Overflow = Overflow.Ellipsis };
}
