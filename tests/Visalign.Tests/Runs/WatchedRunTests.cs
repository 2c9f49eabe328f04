using Visalign.Runs;

namespace Visalign.Tests.Runs;

/// <summary>Real runs that are made ill.</summary>
public sealed class WatchedRunTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly Listener _listener = new();

    public WatchedRunTests() => TinyModel.Create(_root["model"]);

    public void Dispose() => _root.Dispose();

    private AlignmentRun Start(string name, IRunObserver observer, params string[] overrides) => AlignmentRun.Create(_root[name], Recipe.File.Parse(
        $$"""
        recipe: 1
        method: { name: flow-grpo, window: { size: 2, from: 0, to: 3 }, kl_coefficient: 0.001 }
        model: {{_root["model"]}}
        adapter: { kind: full }
        rewards: [brightness]
        rollout: { prompts: 4, group_size: 4, steps: 4, micro_batch: 16 }
        optimizer: { learning_rate: 1.0e-3, ema_decay: 0 }
        budget: { iterations: 12, checkpoint_every: 5 }
        watchdog: { window: 3 }
        """, "test.yaml", overrides), observer, TimeProvider.System);

    [Fact]
    public void A_small_learning_rate_gives_no_reason_to_speak()
    {
        using (var run = Start("run", _listener)) run.Run(CancellationToken.None);

        Assert.Empty(_listener.Warnings);
        Assert.Empty(RemarkLog.Read(_root["run/remarks.jsonl"]));
    }

    [Fact]
    public void A_learning_rate_far_too_large_is_noticed()
    {
        using (var run = Start("run", _listener, "learning_rate=0.3")) run.Run(CancellationToken.None);

        Assert.Contains(_listener.Warnings, warning => warning.Contains("divergence from the base", StringComparison.Ordinal));
        Assert.Equal(_listener.Warnings, RemarkLog.Read(_root["run/remarks.jsonl"]).Select(remark => remark.Text));
    }

    [Fact]
    public void A_held_out_reward_that_is_the_trained_ones_opposite_is_noticed()
    {
        using (var run = Start("run", _listener, "rewards=[jpeg-compressibility]", "heldout=[jpeg-incompressibility]", "kl_coefficient=0", "learning_rate=0.02", "iterations=40", "heldout_fall=0.01"))
            run.Run(CancellationToken.None);

        Assert.Contains(_listener.Warnings, warning => warning.Contains("the held-out 'jpeg-incompressibility' fell", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_stopped_and_gone_on_with_leaves_the_remarks_of_an_unbroken_one()
    {
        using (var whole = Start("whole", new Listener(), "learning_rate=0.3")) whole.Run(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var breaking = new Listener { Iteration = iteration => { if (iteration == 7) stop.Cancel(); } };
        using (var broken = Start("broken", breaking, "learning_rate=0.3"))
            Assert.Throws<OperationCanceledException>(() => broken.Run(stop.Token));
        // What a killed process leaves past its checkpoint.
        File.AppendAllText(_root["broken/remarks.jsonl"], "{\"iteration\":8,\"text\":\"warn");
        using (var rest = AlignmentRun.Resume(_root["broken"], new Listener(), TimeProvider.System)) rest.Run(CancellationToken.None);

        Assert.NotEmpty(RemarkLog.Read(_root["whole/remarks.jsonl"]));
        foreach (string file in (string[])["remarks.jsonl", "metrics.jsonl", "policy.safetensors"])
            Assert.Equal(File.ReadAllBytes(_root["whole/" + file]), File.ReadAllBytes(_root["broken/" + file]));
    }

    [Fact]
    public void Where_the_recipe_says_so_a_remark_ends_the_run_with_a_checkpoint_to_go_on_from()
    {
        WatchdogStopException stopped;
        long at;
        using (var run = Start("run", _listener, "learning_rate=0.3", "watchdog.stop=true"))
        {
            stopped = Assert.Throws<WatchdogStopException>(() => run.Run(CancellationToken.None));
            at = run.Iteration;
        }

        Assert.InRange(at, 3, 11);
        Assert.Contains(_listener.Warnings[0], stopped.Message, StringComparison.Ordinal);
        Assert.Contains($"visalign resume {_root["run"]}", stopped.Message, StringComparison.Ordinal);
        using var rest = AlignmentRun.Resume(_root["run"], new Listener(), TimeProvider.System);
        Assert.Equal(at, rest.Iteration);
        Assert.Equal(_listener.Warnings, RemarkLog.Read(_root["run/remarks.jsonl"]).Select(remark => remark.Text));
    }
}
