using Visalign.Methods;
using Visalign.Runs;
using Visalign.Tests.Runs;
using Visalign.Tests.Torch.Processes;

namespace Visalign.Tests.Methods;

/// <summary>What holds for every method of the catalog, the one added last included.</summary>
public sealed class EveryMethodTests : IDisposable
{
    private static readonly string[] Kept = ["metrics.jsonl", "policy.safetensors", "checkpoints/00000002.safetensors", "checkpoints/00000004.safetensors"];
    private readonly TemporaryFolder _root = new();

    public static TheoryData<string> Names => [.. MethodCatalog.All.Select(entry => entry.Name)];

    public void Dispose() => _root.Dispose();

    [Theory, MemberData(nameof(Names))]
    public void A_run_stopped_and_gone_on_with_ends_as_an_unbroken_one_to_the_byte(string name)
    {
        var recipe = TinyRecipes.Of(name, _root["model"]);
        using (var whole = AlignmentRun.Create(_root["whole"], recipe, new Listener(), TimeProvider.System)) whole.Run(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var listener = new Listener { Iteration = done => { if (done == 1) stop.Cancel(); } };
        using (var broken = AlignmentRun.Create(_root["broken"], recipe, listener, TimeProvider.System))
            Assert.Throws<OperationCanceledException>(() => broken.Run(stop.Token));
        using (var rest = AlignmentRun.Resume(_root["broken"], new Listener(), TimeProvider.System))
        {
            Assert.Equal(1, rest.Iteration);
            rest.Run(CancellationToken.None);
        }

        Same("whole", "broken");
    }

    [Theory, MemberData(nameof(Names))]
    public void Any_number_of_processes_leaves_the_same_bytes(string name)
    {
        var recipe = TinyRecipes.Of(name, _root["model"]);
        foreach (int count in (int[])[1, 2, 4]) // of four members one has no micro-batch
            Crowd.Of(count, group =>
            {
                using var run = AlignmentRun.Create(_root[$"of{count}"], recipe, new SilentObserver(), TimeProvider.System, group);
                run.Run(CancellationToken.None);
                return run.RewardCalls;
            });

        Same("of1", "of2");
        Same("of1", "of4");
    }

    [Theory, MemberData(nameof(Names))]
    public void An_iteration_moves_the_policy_leaves_as_many_tensors_as_the_one_before_and_notes_what_reports_draw(string name)
    {
        List<long> alive = [];
        var recipe = TinyRecipes.Of(name, _root["model"]);
        using var run = AlignmentRun.Create(_root["run"], recipe, new Listener { Iteration = _ => alive.Add(Tensor.LiveCount) }, TimeProvider.System);
        run.Run(CancellationToken.None);

        Assert.Equal(4, alive.Count);
        Assert.Equal(alive[1], alive[3]);
        var metrics = IterationLog.Read(_root["run/metrics.jsonl"]);
        Assert.Contains(metrics, line => line.Values["gradient/norm"] > 0);
        Assert.All(recipe.Method.Metrics, kind => Assert.Contains(metrics[^1].Values.Keys, metric => metric.StartsWith(kind.Prefix, StringComparison.Ordinal)));
    }

    private void Same(string one, string other) =>
        Assert.All(Kept, file => Assert.True(File.ReadAllBytes(_root[$"{one}/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(_root[$"{other}/{file}"])), $"{other}, {file}"));
}
