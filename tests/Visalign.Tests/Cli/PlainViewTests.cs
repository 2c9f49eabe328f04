using Visalign.Cli.Views;

namespace Visalign.Tests.Cli;

public sealed class PlainViewTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_run_is_a_few_plain_lines()
    {
        using var output = new StringWriter();
        var view = new PlainView(output, new RunTitle("Flow-GRPO", "shapes32-flow"), _clock);

        view.Opened(64);
        view.Told("8 prompts × 8 samples = 64 pictures per iteration.");
        view.Began("evaluating the base");
        for (int step = 1; step <= 6; step++)
        {
            _clock.Pass(4);
            view.Advanced(step / 8.0);
        }

        view.Evaluated(0, 0.47, new Dictionary<string, double> { ["counting"] = 0.5, ["position"] = 0.15 });
        view.Began("aligning");
        for (int iteration = 1; iteration <= 10; iteration++)
        {
            _clock.Pass(2);
            view.Iterated(iteration, 10, new Dictionary<string, double> { ["reward/mean"] = 0.6 }, seconds: 2);
        }

        view.Warned("KL to the base grows.");
        view.Evaluated(10, 0.5, new Dictionary<string, double>());

        Assert.Equal(
            """
            8 prompts × 8 samples = 64 pictures per iteration.
            evaluating the base
            evaluating the base: 38 % · 0:20 left
            evaluating the base: 75 % · 0:08 left
            iteration 0: held-out score 0.470 (counting 0.50, position 0.15)
            aligning
            iteration 1 of 10: training reward 0.600 · 0:18 left · 30.0 iterations/min · 32 pictures/s
            iteration 6 of 10: training reward 0.600 · 0:08 left · 30.0 iterations/min · 32 pictures/s
            iteration 10 of 10: training reward 0.600 · 0:00 left · 30.0 iterations/min · 32 pictures/s
            warning: KL to the base grows.
            iteration 10: held-out score 0.500

            """,
            output.ToString());
    }
}
