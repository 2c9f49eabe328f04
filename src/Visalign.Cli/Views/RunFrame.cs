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
        IRenderable[] above = [Header(width), Progress(width), Text.Empty];
        IRenderable[] below = [.. Tasks(width), Text.Empty, Line(SpeedLine.Of(progress), width, Style.Plain), .. Remarks(width)];
        int taken = above.Length + Segment.SplitLines(((IRenderable)new Rows(below)).Render(options, width)).Count + 1;
        IRenderable all = new Rows([.. above, Charts(width, options.ConsoleSize.Height - taken), .. below]);

        return all.Render(options, width);
    }

    private Text Header(int width)
    {
        string count = progress.Iterations > 0 ? $" · iteration {progress.Iteration} of {progress.Iterations}" : "";

        return Line($"{progress.Title.Method} · {progress.Title.Model}{count}", width, new Style(decoration: Decoration.Bold));
    }

    private Text Progress(int width)
    {
        string share = progress.Share.ToString("P0", CultureInfo.InvariantCulture).PadLeft(6);
        int barWidth = Math.Max(1, width / 2 - share.Length);
        string part = Cut(progress.Part, Math.Max(1, width / 2 - 1)).PadRight(width / 2);

        return Line($"{part}{Bar.Of(progress.Share, barWidth)}{share}", width, new Style(Palette.Score));
    }

    private IRenderable Charts(int width, int room)
    {
        bool wide = width >= WideEnough;
        int rows = Math.Clamp((wide ? room : room / 2) - LineChart.ExtraRows, 2, 8);
        double end = Math.Max(progress.Iterations, progress.Scores.Concat(progress.Rewards).Select(point => point.X).DefaultIfEmpty().Max());
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

            yield return Line($"{name.PadRight(nameWidth)} {Bar.Of(score, barWidth)}{numbers}", width, new Style(Palette.Score));
        }
    }

    private IEnumerable<Text> Remarks(int width)
    {
        if (progress.Sentence.Length > 0)
        {
            yield return new Text(progress.Sentence, new Style(Palette.Quiet)); // wraps: its figures often stand last
        }

        foreach (string warning in progress.Warnings.TakeLast(MostWarnings))
        {
            yield return new Text($"! {warning}", new Style(Palette.Warning));
        }
    }

    private static Text Line(string text, int width, Style style) => new(Cut(text, width), style);

    private static string Cut(string text, int width) => text.Length <= width ? text : string.Concat(text.AsSpan(0, width - 1), "…");
}
