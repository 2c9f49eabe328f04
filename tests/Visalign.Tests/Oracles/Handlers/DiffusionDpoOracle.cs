using System.Text.Json;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles Diffusion-DPO: pair losses of stored predictions in every form, training steps through a small denoiser, timesteps of distilled networks.</summary>
public static class DiffusionDpoOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        if (oracle.Has("in.raw_timesteps")) Timesteps(oracle, comparison);
        else if (oracle.Has("in.pred")) StoredPredictions(oracle, comparison);
        else if (oracle.Has("out.losses")) Training(oracle, comparison);
        else Step(oracle, comparison);
    }

    private static void StoredPredictions(OracleCase oracle, OracleComparison comparison)
    {
        Tensor prediction = oracle.Tensor("in.pred").RequireGrad(), reference = oracle.Tensor("in.ref_pred");
        var target = oracle.Has("in.target") ? oracle.Tensor("in.target") : Velocity();

        Tensor policyErrors = DenoisingError.PerSample(prediction, target), referenceErrors = DenoisingError.PerSample(reference, target);
        var (loss, margin) = Loss(oracle, policyErrors, referenceErrors);

        comparison.Expect("out.loss", loss);
        comparison.Expect("grad.in.pred", Autograd.Grad([loss], [prediction])[0]);
        comparison.ExpectIfStored("state.model_losses", () => policyErrors);
        comparison.ExpectIfStored("state.ref_losses", () => referenceErrors);
        ExpectMargin(oracle, comparison, margin);

        Tensor Velocity()
        {
            var (at, pair, noisy) = Noisy(oracle);
            var wanted = pair.Output(Prediction.V, at);
            comparison.Expect("out.target", wanted);
            comparison.ExpectIfStored("state.velocity_errors", () => DenoisingError.PerSample(prediction, wanted));
            comparison.Expect("out.eps_errors", DenoisingError.PerSample(DataAndNoise.From(Prediction.V, prediction, noisy, at).Noise, pair.Noise));
            return wanted;
        }
    }

    private static void Step(OracleCase oracle, OracleComparison comparison)
    {
        using var parameters = new FlatParameters([.. ToyDenoiser.Names.Select(name => (name, oracle.Tensor("weight.policy." + name)))]);

        var (loss, margin) = TrainedLoss(oracle, parameters, name => oracle.Tensor(name), comparison);
        Autograd.Backward(loss);

        comparison.Expect("out.loss", loss);
        ExpectMargin(oracle, comparison, margin);
        foreach (var slot in parameters.Slots) comparison.Expect("grad.weight.policy." + slot.Name, slot.Of(parameters.Gradients));
    }

    private static void Training(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        double[] betas = [.. config.GetProperty("betas").EnumerateArray().Select(beta => beta.GetDouble())];
        using var parameters = new FlatParameters([.. ToyDenoiser.Names.Select(name => (name, oracle.Tensor("weight.policy." + name)))]);
        using var optimizer = new AdamW(parameters, new()
        {
            Beta1 = betas[0], Beta2 = betas[1], Epsilon = config.GetProperty("epsilon").GetDouble(),
            WeightDecay = config.GetProperty("weight_decay").GetDouble(), ClipNorm = config.GetProperty("max_grad_norm").GetDouble(),
        });
        List<double> losses = [], norms = [];

        for (int step = 0; step < config.GetProperty("steps").GetInt32(); step++)
        {
            parameters.ClearGradients();
            var (loss, _) = TrainedLoss(oracle, parameters, name => oracle.Tensor(name).Select(0, step));
            Autograd.Backward(loss);
            losses.Add(loss.Item());
            norms.Add(optimizer.Step(config.GetProperty("learning_rate").GetDouble()));
        }

        comparison.Expect("out.losses", losses.ToArray(), losses.Count);
        comparison.Expect("out.grad_norms", norms.ToArray(), norms.Count);
        foreach (var slot in parameters.Slots) comparison.Expect("out.policy." + slot.Name, slot.Of(parameters.Values));
    }

    private static void Timesteps(OracleCase oracle, OracleComparison comparison)
    {
        int count = oracle.Config.GetProperty("betas").GetProperty("num_train_timesteps").GetInt32();
        int[] raw = [.. oracle["in.raw_timesteps"].Integers.Select(timestep => (int)timestep)];
        var schedule = JsonSerializer.Deserialize<Dictionary<string, object>>(oracle.Config.GetProperty("betas"))!;
        schedule["rescale_betas_zero_snr"] = true;

        Expect("out.refiner", TimestepLaw.Refiner);
        Expect("out.turbo", TimestepLaw.Turbo);
        comparison.Expect("out.alphas_cumprod", [.. DiffusionNoise.Read(NetworkConfig.Of(JsonSerializer.SerializeToElement(schedule), "config")).SignalPowers], count);

        void Expect(string name, TimestepLaw law) => comparison.Expect(name, [.. raw.Select(timestep => (double)DistilledTimesteps.Of(law, timestep, count))], raw.Length);
    }

    // The loss of one batch of pairs through the small denoiser; a pair shares timestep, noise and condition.
    private static (Tensor Loss, Tensor Margin) TrainedLoss(OracleCase oracle, FlatParameters policy, Func<string, Tensor> tensor, OracleComparison? comparison = null)
    {
        var noise = Twice(tensor("in.noise"));
        var timesteps = Twice(tensor("in.timesteps"));                                   // [2P]
        var at = Points(oracle, timesteps);
        var noisy = new DataAndNoise(tensor("in.latents"), noise).At(at);
        var predicted = new ToyDenoiser(name => policy[name]).Of(noisy, timesteps, Twice(tensor("in.cond")));
        var reference = new ToyDenoiser(name => oracle.Tensor("weight.reference." + name)).Of(noisy, timesteps, Twice(tensor("in.cond")));
        comparison?.ExpectIfStored("state.noisy_latents", () => noisy);
        comparison?.ExpectIfStored("state.pred", () => predicted);
        comparison?.ExpectIfStored("state.ref_pred", () => reference);
        return Loss(oracle, DenoisingError.PerSample(predicted, noise), DenoisingError.PerSample(reference, noise));
    }

    private static (Tensor Loss, Tensor Margin) Loss(OracleCase oracle, Tensor policyErrors, Tensor referenceErrors)
    {
        var form = oracle.Config.TryGetProperty("loss_type", out var named) ? Enum.Parse<PreferenceLinkForm>(named.GetString()!, ignoreCase: true) : PreferenceLinkForm.Sigmoid;
        var margin = PreferenceLink.Margin(PairErrors.Halves(policyErrors), PairErrors.Halves(referenceErrors));
        return (PreferenceLink.PerPair(margin, Slope(oracle), form).Mean(), margin);
    }

    // A stored logit has the slope in it where the case's words say so, with the factor beta.
    private static void ExpectMargin(OracleCase oracle, OracleComparison comparison, Tensor margin)
    {
        bool sloped = !oracle.Config.TryGetProperty("logit", out var words) || words.GetString()!.Contains("beta_dpo", StringComparison.Ordinal);
        comparison.ExpectIfStored("state.logit", () => sloped ? margin * Slope(oracle) : margin);
        bool halves = oracle.Config.TryGetProperty("implicit_accuracy", out var accuracy) && accuracy.GetString()!.Contains("0.5", StringComparison.Ordinal);
        comparison.ExpectIfStored("out.implicit_accuracy", () => Tensor.Of(PreferenceLink.Accuracy(margin.Detach().ToArray<float>(), halves ? 0.5 : 0)));
    }

    private static double Slope(OracleCase oracle) => PreferenceLink.Slope(oracle.Config.GetProperty("beta_dpo").GetDouble(), oracle.Config.GetProperty("half_factor").GetDouble() switch
    {
        0.5 => SlopeConvention.HalfMean,
        1 => SlopeConvention.Mean,
        var other => throw new NotSupportedException($"A factor of {other} before beta is not computed here."),
    });

    private static (PathPoint[] At, DataAndNoise Pair, Tensor Noisy) Noisy(OracleCase oracle)
    {
        var at = Points(oracle, Twice(oracle.Tensor("in.timesteps")));
        var pair = new DataAndNoise(oracle.Tensor("in.latents"), Twice(oracle.Tensor("in.noise")));
        return (at, pair, pair.At(at));
    }

    private static PathPoint[] Points(OracleCase oracle, Tensor timesteps) =>
        SinglePrecisionTable.Points(oracle.Config.GetProperty("schedule"), timesteps.ToArray<float>());

    private static Tensor Twice(Tensor perPair) => Tensor.Cat([perPair, perPair], 0);
}
