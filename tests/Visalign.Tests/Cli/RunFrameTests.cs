using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Cli.Views;

namespace Visalign.Tests.Cli;

public sealed class RunFrameTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(20, 10)]
    [InlineData(48, 24)]
    [InlineData(60, 24)]
    [InlineData(80, 24)]
    [InlineData(200, 60)]
    public void No_line_is_wider_than_the_terminal(int width, int height)
    {
        string[] lines = Lines(Halfway(), width, height);

        Assert.All(lines, line => Assert.InRange(line.Length, 0, width - 1));
    }

    [Theory]
    [InlineData(60, 24)]
    [InlineData(80, 24)]
    [InlineData(200, 60)]
    public void It_fits_the_screen_with_a_warning_at_the_end(int width, int height)
    {
        string[] lines = Lines(Halfway(), width, height);

        Assert.InRange(lines.Length, 1, height - 1);
        Assert.Contains("high.", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_sentence_that_is_longer_than_the_line_is_told_to_its_end()
    {
        var progress = Halfway();
        progress.Told("the base: exact score 0.250 on 12 held-out prompts at its best guidance scale, 3");

        string text = string.Join(' ', Lines(progress, 60, 24).Select(line => line.Trim()));

        Assert.Contains("at its best guidance scale, 3", text, StringComparison.Ordinal);
    }

    [Fact]
    public void It_tells_where_the_run_is_and_how_long_it_takes()
    {
        string text = string.Join('\n', Lines(Halfway(), 100, 40));

        Assert.StartsWith("Flow-GRPO · shapes32-flow · iteration 20 of 40\naligning ", text, StringComparison.Ordinal);
        Assert.Contains(" 50 %\n", text, StringComparison.Ordinal);
        Assert.Contains("held-out score 0.470 → 0.520", text, StringComparison.Ordinal);
        Assert.Contains("training reward 0.605 → 0.700", text, StringComparison.Ordinal);
        Assert.Contains("0:40 left · 30.0 iterations/min · 32 pictures/s\n", text, StringComparison.Ordinal);
        Assert.Matches("counting +█+.? +0.60 \\+0.10\n", text);
    }

    [Fact]
    public void A_run_that_has_just_begun_is_drawn_too()
    {
        var progress = new RunProgress(new RunTitle("Flow-GRPO", "shapes32-flow"), _clock);

        Assert.Contains("held-out score nothing yet", string.Join('\n', Lines(progress, 60, 24)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_opened_after_another_begins_anew_wherever_it_goes_on()
    {
        var progress = Halfway();

        progress.Opened(96);
        progress.Evaluated(20, 0.4, new Dictionary<string, double> { ["counting"] = 0.3 });
        _clock.Pass(4);
        progress.Iterated(31, 40, new Dictionary<string, double> { ["reward/mean"] = 0.2 }, seconds: 4);

        Assert.Equal([new ChartPoint(31, 0.2)], progress.Rewards);
        Assert.Equal([new ChartPoint(20, 0.4)], progress.Scores);
        Assert.Equal(0.3, progress.FirstTasks["counting"]);
        Assert.Equal((15.0, 24.0), (progress.IterationsPerMinute, progress.PicturesPerSecond));
        Assert.Equal(TimeSpan.FromSeconds(36), progress.Left);
    }

    [Fact]
    public void A_value_that_is_no_number_leaves_a_gap_in_its_curve()
    {
        LineChart Chart(double middle) => new("x", [new(0, 1), new(1, middle), new(2, 1), new(3, 2)], end: 3, rows: 2, Color.Default);

        string with = string.Join('\n', Lines(Chart(1), 30, 24)), without = string.Join('\n', Lines(Chart(double.NaN), 30, 24));

        Assert.Equal(with.Length, without.Length);
        Assert.True(Dots(without) < Dots(with));
    }

    [Fact]
    public void Drawn_again_it_goes_back_over_its_own_lines_and_starts_afresh_on_a_new_size()
    {
        using var output = new StringWriter();
        var console = Terminal(output, 60, 24, AnsiSupport.Yes);
        var frame = new InPlace(new Rows(new Text("one"), new Text("two")));

        console.Write(frame);
        console.Write(frame);
        console.Profile.Width = 50;
        console.Write(frame);

        const string Drawn = "one\e[K\ntwo\e[K\n\e[J";
        Assert.Equal($"\r{Drawn}\r\e[2A{Drawn}\e[H\e[2J{Drawn}", output.ToString());
    }

    [Fact]
    public void The_live_view_shows_the_cursor_again_even_when_the_work_fails()
    {
        using var output = new StringWriter();
        var title = new RunTitle("Flow-GRPO", "shapes32-flow");

        Assert.Throws<InputException>(() => LiveView.Show<int>(Terminal(output, 60, 24, AnsiSupport.Yes), title, _clock, view =>
        {
            view.Warned("the KL grows");
            throw new InputException("no");
        }));

        Assert.StartsWith("\e[?25l", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("! the KL grows", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "xterm-256color", true)]
    [InlineData(true, "xterm-256color", false)]
    [InlineData(false, "dumb", false)]
    [InlineData(false, "", false)]
    [InlineData(false, null, false)]
    public void The_live_view_needs_a_terminal_that_moves_its_cursor(bool redirected, string? term, bool live)
    {
        Assert.Equal(live, RunView.IsLive(redirected, term));
    }

    private RunProgress Halfway()
    {
        var progress = new RunProgress(new RunTitle("Flow-GRPO", "shapes32-flow"), _clock);
        progress.Opened(64);
        progress.Evaluated(0, 0.47, new Dictionary<string, double> { ["counting"] = 0.5, ["color attribution"] = 0.2 });
        progress.Began("aligning");
        for (int iteration = 1; iteration <= 20; iteration++)
        {
            _clock.Pass(2);
            progress.Iterated(iteration, 40, new Dictionary<string, double> { ["reward/mean"] = 0.6 + 0.005 * iteration }, seconds: 2);
        }

        progress.Evaluated(20, 0.52, new Dictionary<string, double> { ["counting"] = 0.6, ["color attribution"] = 0.25 });
        progress.Told("8 prompts × 8 samples = 64 pictures per iteration, 2 updates.");
        progress.Warned("KL to the base grew from 0.01 to 0.2 within 10 iterations: the learning rate is probably too high.");

        return progress;
    }

    private static int Dots(string text) => text.Where(letter => letter is >= '\u2800' and <= '\u28ff').Sum(letter => int.PopCount(letter - '\u2800'));

    private static string[] Lines(RunProgress progress, int width, int height) => Lines(new RunFrame(progress), width, height);

    private static string[] Lines(IRenderable content, int width, int height)
    {
        using var output = new StringWriter();
        Terminal(output, width, height, AnsiSupport.No).Write(content);

        return output.ToString().TrimEnd('\n').Split('\n');
    }

    private static IAnsiConsole Terminal(StringWriter output, int width, int height, AnsiSupport ansi)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = ansi,
            ColorSystem = ColorSystemSupport.NoColors,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        (console.Profile.Width, console.Profile.Height) = (width, height);

        return console;
    }
}
