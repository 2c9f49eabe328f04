using System.ComponentModel.DataAnnotations;
using Visalign.Generators;
using Visalign.Networks;
using Visalign.Objectives;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Torch;

namespace Visalign.Methods;

/// <summary>DRaFT: follows the gradient of the reward through the pictures, the decoder and the last steps of the sampler.</summary>
/// <remarks>
/// Clark et al., "Directly Fine-Tuning Diffusion Models on Differentiable Rewards", arXiv 2309.17400: DRaFT with all steps,
/// DRaFT-K with the last K, DRaFT-LV with K = 1 and resamples. With the last level before data s:
/// <code>
/// L = -mean r(x_N),   DRaFT-LV: mean over r(x_N) and r(x̂(y_j)),   y_j = (1 - s) x_N + s ε_j,   x̂(y) = y - s v(y, s)
/// </code>
/// and, as NVIDIA's DRaFT+ adds, <c>kl_coefficient</c> times the mean over the steps of (ε - ε_base)². Gradients go through both
/// branches of guidance. Departures: one update for each rollout, since its gradient is of the weights that sampled; the penalty's base
/// is constant in the states as well; the resamples' mean in place of the paper's sum, which the optimizer's clipping makes comparable;
/// the sampler is the model's own, without noise.
/// </remarks>
public sealed record Draft : IMethod
{
    /// <summary>K: through how many of the last steps gradients flow; 0 for all.</summary>
    [Range(0, 1000)]
    public int LastSteps { get; init; } = 1;

    /// <summary>n: how often the result is noised again to the last level, to average the gradient of the last step; needs last_steps 1. 2 is DRaFT-LV.</summary>
    [Range(0, 100)]
    public int Resamples { get; init; }

    /// <summary>Weight of the squared distance to the base's noise prediction; 0 = off.</summary>
    [Range(0, 1000)]
    public double KlCoefficient { get; init; }

    /// <inheritdoc/>
    public Assembly Assemble(AssemblyContext context)
    {
        int all = context.Rollout.DenoisingSteps, steps = LastSteps == 0 ? all : LastSteps;
        if (steps > all)
            throw new InputException($"method.last_steps is {LastSteps}, expected at most the {all} of 'rollout.steps'; 0 stands for all.");
        if (Resamples > 0 && steps != 1)
            throw new InputException($"method.resamples is {Resamples} with {steps} steps; it averages the gradient of the last step alone, so set last_steps to 1.");
        if (context.Optimizer.UpdatesPerIteration != 1)
            throw new InputException($"optimizer.updates_per_iteration is {context.Optimizer.UpdatesPerIteration}; draft makes exactly 1, since its gradient is of the weights that sampled.");
        var reward = context.DifferentiableReward();
        var plan = RolloutPlan.Deterministic(context.Noise, context.Rollout) with { Tail = steps, GuidanceGradient = GuidanceGradient.Both };
        return new()
        {
            JudgedPerSample = 1 + Resamples,
            Sample = context.Denoising(plan),
            Terms = [new("reward"), new("KL", KlCoefficient)],
            UpdatesBy = (rollout, _, terms) => Updates(context, reward, (NoiseRollout)rollout, terms),
        };
    }

    private IEnumerable<Update> Updates(AssemblyContext context, IDifferentiableReward reward, NoiseRollout rollout, LossTerms terms)
    {
        yield return new([.. rollout.Plan.MicroBatches(rollout.SampleCount).Select(batch => (Func<UpdateStatistics, Tensor>)(statistics =>
        {
            Condition[] asked = [.. rollout.Conditions.Skip(batch.Start).Take(batch.Length)];
            return Loss(context.Noise, context.Policy, context.Noise.Base, latents => reward.Score(context.Noise.Pixels(latents), asked),
                rollout, batch.Start, batch.Length, rollout.SampleCount, terms, context.Seed, statistics);
        }))]);
    }

    /// <summary>A micro-batch's share of the loss; the gradients of all but the earliest step are added to the policy's parameters on the way.</summary>
    /// <param name="scores">Of final latents, shape <c>[B]</c>.</param>
    /// <param name="start">The micro-batch's first row.</param>
    /// <param name="rows">Of the whole update.</param>
    internal Tensor Loss(IFlow generator, Weights policy, Weights reference, Func<Tensor, Tensor> scores, NoiseRollout rollout, int start, int length, long rows, LossTerms terms,
        ulong seed, UpdateStatistics statistics)
    {
        using var scope = Tensor.Scope();
        var (plan, conditions) = (rollout.Plan, rollout.Encoded.Narrow(start, length));
        var final = rollout.Final.Narrow(0, start, length).Detach();                       // [B, C, H, W]
        var gradient = Tensor.Zeros(final.Shape, final.DType);
        double value = 0;
        if (terms.Have("reward"))
        {
            final.RequireGrad();
            value = Follow(final);
            gradient = final.Gradient!.Detach();
            for (int number = 0; number < Resamples; number++) value += Follow(Resampled(number));
        }
        var penalty = terms.Have("KL") ? (Func<int, Tensor, Tensor, Tensor>)Distance : null;
        var left = SamplerGradient.Through(generator, policy, plan, [.. rollout.Tail.Select(state => state.Narrow(0, start, length))], conditions, gradient, penalty);
        return scope.Keep(left + (value - left.Item()));

        double Follow(Tensor latents)
        {
            using var inner = Tensor.Scope();
            var said = scores(latents);                                                      // [B]
            statistics.Mean("reward/followed", said.Mean().Item(), length);
            var loss = said.Sum() * (-1.0 / (rows * (1 + Resamples)));
            Autograd.Backward(loss);
            return loss.Item();
        }

        // The prediction from the result, noised again to the last level.
        Tensor Resampled(int number)
        {
            using var inner = Tensor.Scope();
            int last = plan.StepCount - 1;
            double level = plan.Levels[last];
            var noisy = final.Detach().Lerp(generator.DrawNoise(new(seed, NoisePurpose.Training, rollout.Iteration, Branch: number), start, length), level);
            return inner.Keep(noisy - RolloutSampler.VelocityOf(generator, policy, plan, last, noisy, conditions) * level);
        }

        // ε - ε_base = (1 - s) (v - v_base) at one state; that of the base is taken without gradient, with respect to the state too.
        Tensor Distance(int step, Tensor state, Tensor velocity)
        {
            using var inner = Tensor.Scope();
            double scale = 1 - plan.Levels[step];
            Tensor unchanged;
            using (Autograd.NoGrad()) unchanged = RolloutSampler.VelocityOf(generator, reference, plan, step, state, conditions);
            var distance = PredictionDistance.PerSample(velocity * scale, unchanged * scale);                       // [B]
            statistics.Mean("kl/mean", distance.Mean().Item(), length);
            var share = distance.Sum() * (KlCoefficient / ((double)rows * rollout.Tail.Count));
            value += share.Item();
            return inner.Keep(share);
        }
    }
}
