using System.Text.Json;
using Visalign.Generators;
using Visalign.Objectives;
using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles a training phase on a stored rollout: losses, accumulated gradients, clipping and AdamW over all minibatches.</summary>
public static class FlowTrainStepOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        int minibatches = config.GetProperty("minibatches").GetInt32(), steps = config.GetProperty("num_train_steps").GetInt32();
        using var parameters = new FlatParameters([("lora_a", oracle.Tensor("weight.lora_a")), ("lora_b", oracle.Tensor("weight.lora_b"))]);
        using var optimizer = new AdamW(parameters, Options(config));
        double learningRate = config.GetProperty("optimizer").GetProperty("lr").GetDouble();
        var phase = new Phase(oracle, parameters);
        List<Tensor> losses = [], policyLosses = [], penalties = [];                     // minibatch-major

        for (int minibatch = 0; minibatch < minibatches; minibatch++)
        {
            parameters.ClearGradients();
            for (int step = 0; step < steps; step++)
            {
                var (loss, policyLoss, penalty) = phase.Loss(minibatch, step);
                Autograd.Backward(loss / steps);
                losses.Add(loss.Detach());
                policyLosses.Add(policyLoss.Detach());
                penalties.Add(penalty.Detach());
            }
            foreach (var slot in parameters.Slots)
            {
                comparison.ExpectIfStored($"state.minibatch{minibatch}.grad.{slot.Name}", () => slot.Of(parameters.Gradients));
                if (minibatch == 0)
                    comparison.ExpectIfStored($"grad.weight.{slot.Name}", () => slot.Of(parameters.Gradients));
            }
            double norm = optimizer.Step(learningRate);
            comparison.ExpectIfStored($"out.minibatch{minibatch}.grad_norm", () => Tensor.Of(norm));
            foreach (var slot in parameters.Slots)
                comparison.ExpectIfStored($"out.minibatch{minibatch}.weight.{slot.Name}", () => slot.Of(parameters.Values));
        }

        comparison.Expect("out.loss", Table(losses));
        comparison.Expect("out.policy_loss", Table(policyLosses));
        comparison.Expect("out.kl_loss", Table(penalties));

        Tensor Table(List<Tensor> cells) => Tensor.Stack([.. cells]).Reshape(minibatches, steps);
    }

    /// <summary>AdamW as a training case configures it.</summary>
    internal static AdamWOptions Options(JsonElement config)
    {
        var optimizer = config.GetProperty("optimizer");
        if (optimizer.GetProperty("name").GetString() is not "AdamW" and var other)
            throw new NotSupportedException($"The optimizer '{other}' is not computed here.");
        return new()
        {
            Beta1 = optimizer.GetProperty("beta1").GetDouble(),
            Beta2 = optimizer.GetProperty("beta2").GetDouble(),
            Epsilon = optimizer.GetProperty("eps").GetDouble(),
            WeightDecay = optimizer.GetProperty("weight_decay").GetDouble(),
            ClipNorm = config.GetProperty("max_grad_norm").GetDouble(),
        };
    }

    /// <summary>The losses of one phase, by minibatch and step.</summary>
    private sealed class Phase(OracleCase oracle, FlatParameters parameters)
    {
        private readonly JsonElement _config = oracle.Config;
        private readonly float[] _levels = oracle["in.sigmas"].Singles;
        private readonly float[] _timesteps = oracle["in.timesteps"].Singles;
        private readonly FlowKernel _kernel = FlowKernel.Of(oracle.Config, oracle["in.sigmas"].Singles);
        private readonly ToyVelocity _network = new(oracle, parameters["lora_a"], parameters["lora_b"]);
        private readonly Tensor _latents = oracle.Tensor("in.latents");                  // [B, T + 1, …]
        private readonly Tensor _oldLogProbs = oracle.Tensor("in.log_probs_old");        // [B, T]
        private readonly Tensor _embeds = oracle.Tensor("in.embeds");                    // [B, C]
        private readonly Tensor _empty = oracle.Tensor("in.negative_embeds").Expand(oracle["in.embeds"].Shape);
        private readonly Tensor _advantages = oracle.Tensor("in.advantages");            // [B]

        public (Tensor Loss, Tensor PolicyLoss, Tensor Penalty) Loss(int minibatch, int step)
        {
            double limit = _config.GetProperty("adv_clip_max").GetDouble();
            var clip = ClipRange.Symmetric(_config.GetProperty("clip_range").GetDouble());
            var policy = Step(minibatch, step, adapter: true);
            Tensor referenceMean;
            using (Autograd.NoGrad())
                referenceMean = Step(minibatch, step, adapter: false).Mean;

            var logProb = _kernel.LogProb(policy, Rows(_latents, minibatch).Select(1, step + 1));
            var policyLoss = ClippedSurrogate.Loss(
                logProb - Rows(_oldLogProbs, minibatch).Select(1, step), Rows(_advantages, minibatch).Clamp(-limit, limit), clip);
            var variance = GaussianKl.Variance(Form(), _kernel.Kernel, policy.Deviation, _levels[step] - _levels[step + 1]);
            var penalty = GaussianKl.Loss(policy, referenceMean, variance);
            return (policyLoss.AddScaled(penalty, _config.GetProperty("beta").GetDouble()), policyLoss, penalty);
        }

        private GaussianStep Step(int minibatch, int step, bool adapter)
        {
            var state = Rows(_latents, minibatch).Select(1, step);
            var conditional = _network.Of(state, _timesteps[step], Rows(_embeds, minibatch), adapter);
            var unconditional = _network.Of(state, _timesteps[step], Rows(_empty, minibatch), adapter);
            if (DetachesUnconditional())
                unconditional = unconditional.Detach();
            var velocity = Guidance.Combine(conditional, unconditional, _config.GetProperty("guidance_scale").GetDouble());
            return _kernel.Step(state, velocity, Tensor.Of(_levels[step]), Tensor.Of(_levels[step + 1]));
        }

        private bool DetachesUnconditional() => _config.GetProperty("cfg").GetString()! switch
        {
            var words when words.Contains("through BOTH branches", StringComparison.Ordinal) => false,
            var words when words.Contains("v_uncond detached", StringComparison.Ordinal) => true,
            var words => throw new NotSupportedException($"Guidance of the kind '{words}' is not computed here."),
        };

        private KlForm Form() => _config.GetProperty("kl_loss").GetString()! switch
        {
            var words when words.Contains("no variance", StringComparison.Ordinal) => KlForm.WithoutStepLength,
            var words when words.Contains("WITHOUT sqrt(h)", StringComparison.Ordinal) => KlForm.WithoutStepLength,
            var words => throw new NotSupportedException($"A penalty of the kind '{words}' is not computed here."),
        };

        private Tensor Rows(Tensor all, int minibatch)
        {
            int size = _config.GetProperty("minibatch_size").GetInt32();
            return all.Narrow(0, minibatch * size, size);
        }
    }
}
