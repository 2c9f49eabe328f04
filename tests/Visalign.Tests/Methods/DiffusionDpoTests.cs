using Visalign.Generators;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Preferences;
using Visalign.Pretraining;
using Visalign.Rollouts;
using Visalign.Torch.Safetensors;
using Visalign.Worlds;

namespace Visalign.Tests.Methods;

public sealed class DiffusionDpoTests : IDisposable
{
    private static readonly double[] Signs = [1, 0, 0, -1, 0, 0, 0, 0, 0, -1, 1, 0];      // three groups of four, the second without a pair

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<bool, (NoiseGenerator Generator, Adapter Adapter)> _models = [];

    public void Dispose()
    {
        foreach (var (generator, adapter) in _models.Values)
        {
            adapter.Dispose();
            generator.Dispose();
        }
        _folder.Dispose();
    }

    // Card check (a): at the base the gradient is half the slope times that of the errors' difference.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void At_the_base_the_loss_is_ln_2_and_pulls_by_half_the_slope(bool diffusion)
    {
        using var scope = Tensor.Scope();
        var context = Context(diffusion);
        var dpo = new DiffusionDpo { Beta = 40 }.Assemble(context);
        var plain = new PairTraining(context, new(), new()).Assemble("errors", (noised, _) =>
        {
            var errors = PairErrors.Halves(noised.Errors(context.Noise, context.Policy));
            return (errors.Winner - errors.Loser).Sum() * 10;
        });
        var rollout = Sample(dpo);

        var (loss, gradient, statistics) = Run(dpo, context, rollout, Signs);

        Assert.Equal(Math.Log(2), dpo.LossAtBase);
        Assert.Equal(Math.Log(2), loss, 1e-6);
        Assert.Equal((0, 0.5), (statistics["margin/mean"], statistics["preference/accuracy"]));
        var expected = Run(plain, context, rollout, Signs).Gradient;
        double size = expected.Max(Math.Abs);
        Assert.True(size > 1e-6);
        Assert.All(expected.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 1e-4 * size));
    }

    // Card check (b).
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Swapping_winners_and_losers_negates_the_margins(bool diffusion)
    {
        using var scope = Tensor.Scope();
        var context = Context(diffusion, moved: true);
        var dpo = new DiffusionDpo { Beta = 40 }.Assemble(context);
        var rollout = Sample(dpo);

        double margin = Run(dpo, context, rollout, Signs).Statistics["margin/mean"], swapped = Run(dpo, context, rollout, [.. Signs.Select(sign => -sign)]).Statistics["margin/mean"];

        Assert.NotEqual(0, margin);
        Assert.Equal(-margin, swapped, 0.01 * Math.Abs(margin));                             // rows of a batch round differently
    }

    // Card check (c). Rows of a batch round differently, which the slope enlarges.
    [Fact]
    public void Two_pictures_alike_teach_nothing()
    {
        using var scope = Tensor.Scope();
        var context = Context(diffusion: true, moved: true, groupSize: 2, steps: null);
        TinyPairs.Create(_folder["pairs"], alike: true);
        var pairs = new PairOptions { Folder = _folder["pairs"], Latents = PictureLatentChoice.Mean };
        var dpo = new DiffusionDpo { Beta = 4, Pairs = pairs }.Assemble(context);
        var tuning = new WinnerTuning { Pairs = pairs }.Assemble(context);
        double[] signs = [1, -1, 1, -1, 1, -1];

        var (loss, gradient, statistics) = Run(dpo, context, Sample(dpo), signs);

        Assert.Equal(Math.Log(2), loss, 1e-5);
        Assert.Equal(0, statistics["margin/size"], 1e-5);
        double alone = Run(tuning, context, Sample(tuning), signs).Gradient.Max(Math.Abs);
        Assert.All(gradient, value => Assert.Equal(0, value, 1e-4 * alone));
    }

    [Fact]
    public void The_error_of_a_network_that_predicts_noise_is_that_of_its_own_prediction_at_whole_timesteps()
    {
        using var scope = Tensor.Scope();
        var context = Context(diffusion: true);
        NoisedPairs? seen = null;
        var assembly = new PairTraining(context, new(), new() { PromptDrop = 0 }).Assemble("errors", (noised, _) =>
        {
            // The part's scope takes its tensors along.
            seen = noised with { Data = noised.Data.Clone().Persist(), Noise = noised.Noise.Clone().Persist() };
            return noised.Errors(context.Noise, context.Generator.Base).Sum();
        });
        var rollout = Sample(assembly);

        double through = assembly.Updates(rollout, Signs).Single().Parts.Single()(new()).Item() * 2;

        using var noGradient = Autograd.NoGrad();
        var noised = seen!;
        using var data = noised.Data;
        using var noise = noised.Noise;
        string folder = _folder["diffusion"];
        var networks = WorldPipeline.Networks(folder);
        var schedule = (DdimScheduler)context.Noise.Schedule;
        int[] timesteps = [.. noised.Levels.Select(level => (int)schedule.Timestep(level))];
        PathPoint[] at = [.. timesteps.Select(timestep => schedule.Noise[timestep])];
        var words = Tensor.From([.. new[] { 0, 8, 0, 8 }.SelectMany(row => Vocabulary.Encode(rollout.Conditions[row].Prompt)).Select(word => (long)word)], 4, 8);
        var tree = Weights.Of(DiffusionNetworks.Joined(TensorFiles.LoadAll(Path.Combine(folder, "unet"), DType.Float32), TensorFiles.LoadAll(Path.Combine(folder, "text_encoder"), DType.Float32)));
        var predicted = networks.Predict(tree, new DataAndNoise(noised.Data, noised.Noise).At(at), Tensor.From([.. timesteps.Select(timestep => (float)timestep)], 4), words);
        Assert.Equal(DenoisingError.PerSample(predicted, noised.Noise).Sum().Item(), through, 1e-3);
        // A pair shares its timestep and its noise.
        Assert.Equal(noised.Levels[..2], noised.Levels[2..]);
        Assert.NotEqual(noised.Levels[0], noised.Levels[1]);
        Assert.Equal(noised.Noise.Narrow(0, 0, 2).ToArray<float>(), noised.Noise.Narrow(0, 2, 2).ToArray<float>());
        Assert.Equal(noised.Data.Narrow(0, 1, 1).ToArray<float>(), rollout.Final.Narrow(0, 10, 1).ToArray<float>());
    }

    // Card check (d): v errors are epsilon errors over the signal's power.
    [Theory]
    [InlineData(ErrorMeasure.V)]
    [InlineData(ErrorMeasure.Velocity)]
    [InlineData(ErrorMeasure.Epsilon)]
    public void Another_measure_weighs_levels_and_changes_nothing_else(ErrorMeasure measure)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var context = Context(diffusion: true);

        var (own, other) = (Errors(ErrorMeasure.Own), Errors(measure));

        var prediction = Enum.Parse<Prediction>(measure.ToString());
        Assert.All(Enumerable.Range(0, own.Levels.Length), row =>
        {
            double factor = DenoisingError.PerVelocityError(prediction, own.Levels[row]) / DenoisingError.PerVelocityError(Prediction.Epsilon, own.Levels[row]);
            Assert.Equal(own.Errors[row] * factor, other.Errors[row], 1e-4 * other.Errors[row]);
        });

        (float[] Levels, float[] Errors) Errors(ErrorMeasure measured)
        {
            (float[], float[]) seen = default;
            var assembly = new PairTraining(context, new(), new() { Error = measured }).Assemble("errors", (noised, _) =>
            {
                var errors = noised.Errors(context.Noise, context.Generator.Base);
                seen = (noised.Levels, errors.ToArray<float>());
                return errors.Sum();
            });
            assembly.Updates(Sample(assembly), Signs).Single().Parts.Single()(new());
            return seen;
        }
    }

    [Theory]
    [InlineData(TimestepLaw.Turbo, new[] { 249.0, 499, 749, 999 })]
    [InlineData(TimestepLaw.Refiner, null)]
    public void Distilled_networks_are_trained_where_they_know_their_way(TimestepLaw law, double[]? known)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var context = Context(diffusion: true);
        List<double> timesteps = [];
        var assembly = new PairTraining(context, new(), new() { Timesteps = law, Count = 20 }).Assemble("none", (noised, _) =>
        {
            timesteps.AddRange(noised.Levels.Select(level => context.Noise.Schedule.Timestep(level)));
            return Tensor.Of(0);
        });

        foreach (var part in assembly.Updates(Sample(assembly), Signs).Single().Parts) part(new());

        if (known is null) Assert.All(timesteps, timestep => Assert.InRange(timestep, 0, 199));
        else Assert.Equal(known, timesteps.Distinct().Order());
    }

    [Fact]
    public void Without_their_prompts_pairs_are_trained_as_if_nothing_were_asked()
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        var context = Context(diffusion: true);
        float[] Words(double drop)
        {
            float[] seen = [];
            var assembly = new PairTraining(context, new(), new() { PromptDrop = drop }).Assemble("none", (noised, _) =>
            {
                seen = noised.Conditions.Asked[0].ToArray<float>();
                return Tensor.Of(0);
            });
            assembly.Updates(Sample(assembly), Signs).Single().Parts.Single()(new());
            return seen;
        }

        var nothing = context.Noise.Encode([new(""), new(""), new(""), new("")]).Asked[0].ToArray<float>();

        Assert.Equal(nothing, Words(1));
        Assert.NotEqual(nothing, Words(0));
    }

    [Fact]
    public void Updates_and_draws_go_over_all_pairs_in_micro_batches_of_both_members()
    {
        using var scope = Tensor.Scope();
        var context = Context(diffusion: false) with { Optimizer = new() { UpdatesPerIteration = 2 }, Rollout = new() { Prompts = 3, GroupSize = 4, Steps = 2, MicroBatch = 2 } };
        var dpo = new DiffusionDpo { Draws = new() { Count = 3 } }.Assemble(context);

        var updates = dpo.Updates(Sample(dpo), Signs).ToList();

        Assert.Equal([6, 6], updates.Select(update => update.Parts.Count));
        Assert.Empty(dpo.Updates(Sample(dpo), new double[12]));
    }

    [Fact]
    public void Samples_come_from_the_base_wherever_the_policy_is()
    {
        using var scope = Tensor.Scope();
        var still = Sample(new DiffusionDpo().Assemble(Context(diffusion: false))).Final.ToArray<float>();

        Assert.Equal(still, Sample(new DiffusionDpo().Assemble(Context(diffusion: false, moved: true))).Final.ToArray<float>());
    }

    [Fact]
    public void Pairs_of_a_folder_are_taken_as_they_are_labeled_whatever_rewards_say()
    {
        using var scope = Tensor.Scope();
        var context = Context(diffusion: true, groupSize: 2, steps: null);
        TinyPairs.Create(_folder["pairs"]);
        var dpo = new DiffusionDpo { Pairs = new() { Folder = _folder["pairs"] } }.Assemble(context);

        var rollout = (PairRollout)Sample(dpo);

        Assert.Equal((6, 0L), (rollout.SampleCount, rollout.NetworkEvaluations));
        Assert.Equal([1, 1, 1], rollout.Certainties.Select(certainty => certainty > 0.5 ? 1 : 0));
        Assert.Contains(0.75, rollout.Certainties);
        Assert.Equal([1, -1, 1, -1, 1, -1], dpo.Credit([0, 9, 3, double.NaN, 5, 5], rollout.Groups));
        Assert.Equal(rollout.Final.ToArray<float>(), Sample(dpo).Final.ToArray<float>());
    }

    [Fact]
    public void How_pictures_are_encoded_is_not_asked_where_there_are_none() =>
        Assert.Contains("pairs.latents is of a folder's pictures", Assert.Throws<InputException>(() =>
            new DiffusionDpo { Pairs = new() { Latents = PictureLatentChoice.Mean } }.Assemble(Context(diffusion: false, groupSize: 2, steps: null))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(null, 1, "rollout.group_size is 1, and a pair takes two")]
    [InlineData("pairs", 8, "rollout.group_size is 8, and a folder's pictures come in pairs")]
    [InlineData("nowhere", 2, "there is no metadata.jsonl in '")]
    public void What_gives_no_pairs_is_refused(string? folder, int groupSize, string words)
    {
        TinyPairs.Create(_folder["pairs"]);
        var method = new DiffusionDpo { Pairs = new() { Folder = folder is null ? null : _folder[folder] } };

        Assert.Contains(words, Assert.Throws<InputException>(() => method.Assemble(Context(diffusion: false, groupSize: groupSize, steps: null))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tuning_on_winners_sees_no_loser()
    {
        using var scope = Tensor.Scope();
        var context = Context(diffusion: true);
        var tuning = new WinnerTuning().Assemble(context);
        var rollout = Sample(tuning);
        double[] others = [1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1];

        float[] gradient = Run(tuning, context, rollout, Signs).Gradient;

        Assert.True(gradient.Max(Math.Abs) > 1e-6);
        Assert.Equal(gradient, Run(tuning, context, rollout, others).Gradient);
    }

    private AssemblyContext Context(bool diffusion, bool moved = false, int groupSize = 4, int? steps = 2)
    {
        if (!_models.TryGetValue(diffusion, out var model))
        {
            var generator = ModelFolder.LoadNoise(diffusion ? TinyModel.CreateDiffusion(_folder["diffusion"]) : TinyModel.Create(_folder["flow"]));
            _models[diffusion] = model = (generator, Adapter.Full(generator.Base));
        }
        if (moved) model.Adapter.Parameters.Values.MulInPlace(1.05);
        return new(model.Generator, model.Adapter, new() { Prompts = 3, GroupSize = groupSize, Steps = steps }, new(), Seed: 1);
    }

    private static Rollout Sample(Assembly assembly) => assembly.Sample(assembly.Behavior!(), PromptSource.World(PromptSplit.Training).Draw(1, 0, 3), 0);

    private static (double Loss, float[] Gradient, Dictionary<string, double> Statistics) Run(Assembly assembly, AssemblyContext context, Rollout rollout, double[] signs)
    {
        var statistics = new UpdateStatistics();
        context.Adapter.Parameters.ClearGradients();
        double sum = 0;
        foreach (var part in assembly.Updates(rollout, signs).SelectMany(update => update.Parts))
        {
            using var scope = Tensor.Scope();
            var loss = part(statistics);
            Autograd.Backward(loss);
            sum += loss.Item();
        }
        return (sum, context.Adapter.Parameters.Gradients.ToArray<float>(), statistics.All().ToDictionary());
    }
}
