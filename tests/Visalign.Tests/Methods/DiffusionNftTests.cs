using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rollouts;
using Visalign.Worlds;

namespace Visalign.Tests.Methods;

public sealed class DiffusionNftTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NoiseGenerator _generator;
    private readonly Adapter _adapter;
    private readonly List<Assembly> _assemblies = [];

    public DiffusionNftTests()
    {
        _generator = ModelFolder.LoadNoise(TinyModel.Create(_folder["model"]));
        _adapter = Adapter.Full(_generator.Base);
    }

    public void Dispose()
    {
        foreach (var (_, tensor) in _assemblies.SelectMany(assembly => assembly.State)) tensor.Dispose();
        _adapter.Dispose();
        _generator.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Rollouts_sample_from_the_old_policy_which_moves_only_when_the_updates_are_done()
    {
        var assembly = Assemble(new() { OldDecay = OldPolicySchedule.Gradual });
        using var scope = Tensor.Scope();
        float[] before = _adapter.Parameters.Values.ToArray<float>();
        _adapter.Parameters.Values.AddInPlace(Tensor.Full([_adapter.Parameters.Count], 1));

        float[] sampledFrom = Old(assembly);
        assembly.AfterUpdates!(500);
        float[] followed = Old(assembly);

        Assert.Equal(before, sampledFrom);
        Assert.All(followed.Zip(before), pair => Assert.Equal(pair.Second + 0.5f, pair.First, 1e-5f));
    }

    [Fact]
    public void With_immediate_decay_the_old_policy_is_the_policy_to_the_bit()
    {
        var assembly = Assemble(new() { OldDecay = OldPolicySchedule.Immediate });
        using var scope = Tensor.Scope();
        _adapter.Parameters.Values.MulInPlace(1.1);

        assembly.AfterUpdates!(7);

        Assert.Equal(_adapter.Parameters.Values.ToArray<float>(), Old(assembly));
    }

    [Theory]
    [InlineData(1, 4 * 3)]
    [InlineData(0.99, 3 * 3)]
    [InlineData(0.5, 2 * 3)]
    public void An_update_has_a_part_for_each_micro_batch_and_each_timestep_of_the_share(double share, int parts)
    {
        var assembly = Assemble(new() { TimestepShare = share });
        using var scope = Tensor.Scope();

        var update = Assert.Single(assembly.Updates(Sample(assembly), new double[12]));

        Assert.Equal(parts, update.Parts.Count);
    }

    [Fact]
    public void At_the_old_policy_advantages_pull_in_proportion_and_their_absence_does_not_whatever_beta()
    {
        using var scope = Tensor.Scope();
        double[] advantages = [.. Enumerable.Range(0, 12).Select(i => (i % 4) - 1.5)];
        var assemblies = new[] { 0.1, 1.0 }.Select(beta => Assemble(new() { Beta = beta, KlCoefficient = 0 })).ToList();
        var rollout = Sample(assemblies[0]);

        float[] still = Gradient(assemblies[0], rollout, new double[12]);
        float[] once = Gradient(assemblies[0], rollout, advantages), other = Gradient(assemblies[1], rollout, advantages);
        float[] twice = Gradient(assemblies[0], rollout, [.. advantages.Select(advantage => 2 * advantage)]);

        double size = once.Max(Math.Abs);
        Assert.True(size > 1e-3);
        // What is left are roundings of the two errors, enlarged by 1 / beta.
        Assert.All(still, value => Assert.Equal(0, value, 1e-5 * size));
        Assert.All(once.Zip(twice), pair => Assert.Equal(2 * pair.First, pair.Second, 1e-4 * size));
        Assert.All(once.Zip(other), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * size));
    }

    [Fact]
    public void Where_the_old_policy_is_the_policy_its_own_pass_is_spared_and_no_bit_of_the_gradient_changes()
    {
        using var scope = Tensor.Scope();
        double[] advantages = [.. Enumerable.Range(0, 12).Select(i => (i % 4) - 1.5)];
        var (spared, passed) = (Assemble(new() { OldDecay = OldPolicySchedule.Immediate }), Assemble(new() { OldDecay = OldPolicySchedule.Gradual }));
        var rollout = Sample(spared);

        Assert.Equal(Gradient(passed, rollout, advantages), Gradient(spared, rollout, advantages));
    }

    [Fact]
    public void What_an_iteration_notes_is_the_mean_over_samples_whatever_the_micro_batches()
    {
        using var scope = Tensor.Scope();
        var assembly = Assemble(new());
        var rollout = (NoiseRollout)Sample(assembly);
        _adapter.Parameters.Values.MulInPlace(1.2);

        var (expected, noted) = (Noted(12), Noted(5));

        Assert.Equal(["matching/negative", "matching/positive", "velocity/distance"], expected.Keys.Order());
        Assert.All(expected, metric => Assert.Equal(metric.Value, noted[metric.Key], 1e-5 * metric.Value));

        Dictionary<string, double> Noted(int microBatch)
        {
            var statistics = new UpdateStatistics();
            var cut = rollout with { Plan = rollout.Plan with { MicroBatch = microBatch } };
            foreach (var part in assembly.Updates(cut, [.. Enumerable.Range(0, 12).Select(row => row / 4.0)]).Single().Parts) part(statistics);
            return statistics.All().ToDictionary();
        }
    }

    [Fact]
    public void A_share_that_leaves_no_timestep_is_refused()
    {
        long before = Tensor.LiveCount;

        var fault = Assert.Throws<InputException>(() => Assemble(new() { TimestepShare = 0.2 }));

        Assert.Contains("method.timestep_share leaves none of the 4 timesteps", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tensor.LiveCount);
    }

    private Assembly Assemble(DiffusionNft method)
    {
        var assembly = method.Assemble(new(_generator, _adapter, new() { Prompts = 3, GroupSize = 4, Steps = 4, MicroBatch = 5 }, new(), Seed: 1));
        _assemblies.Add(assembly);
        return assembly;
    }

    private static float[] Old(Assembly assembly) => Assert.Single(assembly.State).Tensor.ToArray<float>();

    private Rollout Sample(Assembly assembly)
    {
        var conditions = PromptSource.World(PromptSplit.Training).Draw(1, 0, 3);
        return assembly.Sample(assembly.Behavior!(), conditions, 0);
    }

    private float[] Gradient(Assembly assembly, Rollout rollout, double[] advantages)
    {
        _adapter.Parameters.ClearGradients();
        foreach (var part in assembly.Updates(rollout, advantages).SelectMany(update => update.Parts))
        {
            using var scope = Tensor.Scope();
            Autograd.Backward(part(new()));
        }
        return _adapter.Parameters.Gradients.ToArray<float>();
    }
}
