using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rollouts;
using Visalign.Worlds;

namespace Visalign.Tests.Methods;

public sealed class BestOfGroupTuningTests : IDisposable
{
    private static readonly double[] Best = [0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0];          // of six groups of two, five have a winner

    private readonly TemporaryFolder _folder = new();
    private readonly List<IDisposable> _opened = [];
    private Weights? _policy;

    public void Dispose()
    {
        for (int i = _opened.Count - 1; i >= 0; i--) _opened[i].Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("flow")]
    [InlineData("diffusion")]
    [InlineData("tokens")]
    public void Any_size_of_micro_batches_gives_the_same_gradient_but_for_rounding(string model)
    {
        using var scope = Tensor.Scope();
        var context = Context(model);
        var whole = new BestOfGroupTuning().Assemble(context);
        var rollout = Sample(whole);

        float[] together = Gradient(context, Assert.Single(whole.Updates(rollout, Best)));
        var update = Assert.Single(new BestOfGroupTuning().Assemble(With(context, microBatch: 2)).Updates(rollout, Best));
        float[] apart = Gradient(context, update);

        Assert.Equal(3, update.Parts.Count);
        double size = together.Max(Math.Abs);
        Assert.True(size > 1e-6);
        Assert.All(together.Zip(apart), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * size));
    }

    // By hand: five winners are dealt out as 5, 2 + 3, and 2 + 1 + 1 + 1.
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 3, 2)]
    [InlineData(4, 2, 1, 1, 1)]
    public void Updates_share_the_winners_out(int count, params int[] winners)
    {
        using var scope = Tensor.Scope();
        var context = Context("flow");
        var whole = new BestOfGroupTuning().Assemble(context);
        var rollout = Sample(whole);

        var updates = new BestOfGroupTuning().Assemble(With(context, updates: count)).Updates(rollout, Best).ToList();

        Assert.Equal(count, updates.Count);
        float[] together = Gradient(context, whole.Updates(rollout, Best).Single());
        float[][] shares = [.. updates.Select(update => Gradient(context, update))];
        double size = together.Max(Math.Abs);
        Assert.All(Enumerable.Range(0, together.Length), i => Assert.Equal(together[i], shares.Zip(winners, (share, own) => share[i] * own / 5.0).Sum(), 1e-5 * size));
    }

    [Fact]
    public void An_update_without_a_winner_is_not_made()
    {
        using var scope = Tensor.Scope();
        var assembly = new BestOfGroupTuning().Assemble(With(Context("flow"), updates: 3));

        Assert.Single(assembly.Updates(Sample(assembly), [1, .. new double[11]]));
        Assert.Empty(assembly.Updates(Sample(assembly), new double[12]));
    }

    // ε̂ = x + (1 - s) v on the flow path.
    [Fact]
    public void A_network_that_predicts_noise_is_trained_by_the_error_of_the_noise()
    {
        using var scope = Tensor.Scope();
        var context = Context("diffusion");
        var assembly = new BestOfGroupTuning().Assemble(context);
        var rollout = (NoiseRollout)Sample(assembly);

        double loss = assembly.Updates(rollout, Best).Single().Parts.Single()(new()).Item();

        using var noGradient = Autograd.NoGrad();
        var noise = context.Noise.DrawNoise(new(context.Seed, NoisePurpose.Training), 0, 5);
        var rows = Tensor.From([1L, 3, 8, 9, 10], 5);
        var levels = Tensor.From([.. Enumerable.Range(0, 5).Select(i => (float)context.Noise.Schedule.TrainingLevel(Noise.Uniform(new(context.Seed, NoisePurpose.Training, Branch: 1), i)))], 5);
        var each = levels.Reshape(5, 1, 1, 1);
        var noisy = rollout.Final.IndexSelect(0, rows) * (1 - each) + noise * each;
        var said = noisy + context.Noise.Velocity(context.Policy, noisy, levels, rollout.Encoded.Select(rows)) * (1 - each);
        Assert.Equal((said - noise).Square().Mean().Item(), loss, 1e-4 * loss);
    }

    [Theory]
    [InlineData(OdeSolver.Multistep)]
    [InlineData(OdeSolver.Euler)]
    public void It_chooses_from_the_pictures_that_DiffusionNFT_learns_from(OdeSolver solver)
    {
        using var scope = Tensor.Scope();
        var context = Context("flow");
        IMethod method = new DiffusionNft { Solver = solver };
        var compared = method.Assemble(context);
        foreach (var (_, tensor) in compared.State) _opened.Add(tensor);

        Assert.True(Sample(method.Baseline.Method.Assemble(context)).Final.SameAs(Sample(compared).Final));
        Assert.Equal(solver == OdeSolver.Euler, Sample(new BestOfGroupTuning().Assemble(context)).Final.SameAs(Sample(compared).Final));
    }

    [Fact]
    public void It_chooses_from_the_tokens_that_AR_GRPO_learns_from()
    {
        using var scope = Tensor.Scope();
        var context = Context("tokens");
        IMethod method = new ArGrpo { Temperature = 0.5, TopK = 5, TopP = 0.8 };
        var compared = Sample(method.Assemble(context));

        Assert.True(Sample(method.Baseline.Method.Assemble(context)).Final.SameAs(compared.Final));
        Assert.False(Sample(new BestOfGroupTuning().Assemble(context)).Final.SameAs(compared.Final));
    }

    // Copies of one picture would leave nothing to choose.
    [Fact]
    public void Where_the_compared_method_shares_the_start_of_a_group_its_samples_still_differ()
    {
        using var scope = Tensor.Scope();
        IMethod method = new FlowGrpo { Start = GroupStart.Shared };

        var final = Sample(method.Baseline.Method.Assemble(Context("flow"))).Final;

        Assert.False(final.Narrow(0, 0, 1).SameAs(final.Narrow(0, 1, 1)));
    }

    [Fact]
    public void Options_of_the_other_kind_of_model_are_refused()
    {
        Assert.Contains("method.solver: it is of denoising", Assert.Throws<InputException>(() => new BestOfGroupTuning { Solver = OdeSolver.Multistep }.Assemble(Context("tokens"))).Message, StringComparison.Ordinal);
        Assert.Contains("'temperature', 'top_k' and 'top_p' are of drawing tokens", Assert.Throws<InputException>(() => new BestOfGroupTuning { TopK = 3 }.Assemble(Context("flow"))).Message, StringComparison.Ordinal);
    }

    private AssemblyContext Context(string model)
    {
        string folder = _folder[model];
        IGenerator generator = model == "tokens" ? ModelFolder.LoadTokens(TinyTokenModel.Create(folder)) : ModelFolder.LoadNoise(model == "flow" ? TinyModel.Create(folder) : TinyModel.CreateDiffusion(folder));
        _opened.Add(generator);
        var adapter = Adapter.Full(generator.Base);
        _opened.Add(adapter);
        _policy = adapter.Weights;
        return new(generator, adapter, new() { Prompts = 6, GroupSize = 2, Steps = model == "tokens" ? null : 3 }, new(), Seed: 1);
    }

    private static AssemblyContext With(AssemblyContext context, int microBatch = 64, int updates = 1) =>
        context with { Rollout = context.Rollout with { MicroBatch = microBatch }, Optimizer = new() { UpdatesPerIteration = updates } };

    private Rollout Sample(Assembly assembly) => assembly.Sample(_policy!, PromptSource.World(PromptSplit.Training).Draw(1, 0, 6), 0);

    private static float[] Gradient(AssemblyContext context, Update update)
    {
        context.Adapter.Parameters.ClearGradients();
        foreach (var part in update.Parts)
        {
            using var scope = Tensor.Scope();
            Autograd.Backward(part(new()));
        }
        return context.Adapter.Parameters.Gradients.ToArray<float>();
    }
}
