using Visalign.Objectives;
using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles one DiffusionNFT update: losses over mini-batches and timesteps, the gradient they add up to, AdamW, and the old policy's step.</summary>
public static class NegativeAwareTrainStepOracle
{
    private static readonly string[] Names = ["lora_a", "lora_b"];

    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        int minibatches = config.GetProperty("minibatches").GetInt32(), timesteps = config.GetProperty("timesteps_per_sample").GetInt32();
        using var parameters = new FlatParameters([.. Names.Select(name => (name, oracle.Tensor("weight.default." + name)))]);
        using var optimizer = new AdamW(parameters, FlowTrainStepOracle.Options(config));
        var old = Tensor.Cat([.. Names.Select(name => oracle.Tensor("weight.old." + name).Reshape(-1))]);
        var policy = new ToyVelocity(oracle, parameters["lora_a"], parameters["lora_b"]);
        var anchor = new ToyVelocity(oracle, oracle.Tensor("weight.old.lora_a"), oracle.Tensor("weight.old.lora_b"));
        List<Tensor> losses = [], penalties = [];                                        // mini-batch-major

        for (int minibatch = 0; minibatch < minibatches; minibatch++)
        {
            for (int position = 0; position < timesteps; position++)
            {
                var (loss, penalty) = Loss(oracle, policy, anchor, minibatch, position);
                Autograd.Backward(loss / (minibatches * timesteps));
                losses.Add(loss.Detach());
                penalties.Add(penalty.Detach());
            }
        }
        foreach (var slot in parameters.Slots)
            comparison.Expect("grad.weight.default." + slot.Name, slot.Of(parameters.Gradients));
        double norm = optimizer.Step(config.GetProperty("optimizer").GetProperty("lr").GetDouble());
        double decay = OldPolicyDecay.At(OldPolicyDecayOracle.Schedule(config.GetProperty("decay_type").GetInt32()), config.GetProperty("optimizer_steps_so_far_after_this_one").GetInt64());
        old.LerpInPlace(parameters.Values, 1 - decay);

        comparison.Expect("out.loss", Tensor.Stack([.. losses]).Reshape(minibatches, timesteps));
        comparison.Expect("out.kl_loss", Tensor.Stack([.. penalties]).Reshape(minibatches, timesteps));
        comparison.Expect("out.grad_norm", Tensor.Of(norm));
        comparison.Expect("out.decay", Tensor.Of(decay));
        foreach (var slot in parameters.Slots)
        {
            comparison.Expect("out.weight.default." + slot.Name, slot.Of(parameters.Values));
            comparison.Expect("out.weight.old." + slot.Name, slot.Of(old));
        }
    }

    private static (Tensor Loss, Tensor Penalty) Loss(OracleCase oracle, ToyVelocity policy, ToyVelocity anchor, int minibatch, int position)
    {
        var config = oracle.Config;
        int size = config.GetProperty("minibatch_size").GetInt32(), start = minibatch * size;
        double beta = config.GetProperty("beta").GetDouble(), limit = config.GetProperty("adv_clip_max").GetDouble();
        var data = oracle.Tensor("in.x0").Narrow(0, start, size);
        var condition = oracle.Tensor("in.condition").Narrow(0, start, size);
        var timesteps = oracle.Tensor("in.timesteps").Narrow(0, start, size).Select(1, position);       // [B]
        var noise = oracle.Tensor("in.noise").Select(0, minibatch).Select(0, position);                 // [B, C, H, W]
        var levels = timesteps / 1000;
        var noisy = data.Lerp(noise, levels.Reshape(-1, 1, 1, 1));
        Tensor old, reference;
        using (Autograd.NoGrad())
        {
            old = anchor.Of(noisy, timesteps, condition);
            reference = anchor.Of(noisy, timesteps, condition, adapter: false);
        }

        var velocity = policy.Of(noisy, timesteps, condition);
        double[] optimality = [.. oracle["in.advantages"].Doubles.Skip(start).Take(size).Select(advantage => NegativeAwareMatching.Optimality(advantage, limit))];
        var errors = NegativeAwareMatching.Errors(velocity, old, data, noisy, levels, beta);
        var matching = NegativeAwareMatching.PerSample(errors, Tensor.From(optimality, size), beta, limit).Mean();
        var penalty = PredictionDistance.PerSample(velocity, reference).Mean();
        return (matching + penalty * config.GetProperty("beta_kl").GetDouble(), penalty);
    }
}
