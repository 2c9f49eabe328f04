using Visalign.Generators;
using Visalign.Networks;
using Visalign.Rollouts;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>Handles a rollout that follows the ODE, branches into children, is noisy for a few steps and follows the ODE to its end.</summary>
/// <remarks>The authors' rows are children of all prompts after one another, ours the children of a prompt.</remarks>
public static class FastRolloutOracle
{
    /// <inheritdoc cref="OracleHandler"/>
    public static void Run(OracleCase oracle, OracleComparison comparison)
    {
        var config = oracle.Config;
        float[] levels = oracle["in.sigmas"].Singles;
        var kernel = FlowKernel.Of(config, levels);
        var generator = new StoredGenerator(oracle, config.GetProperty("branch_step").GetInt32(), config.GetProperty("children").GetInt32());
        var plan = new RolloutPlan
        {
            GroupSize = generator.Children,
            Grid = new(levels),
            Kernel = kernel.Kernel,
            NoiseScale = kernel.NoiseScale,
            WindowStart = generator.BranchStep,
            WindowLength = config.GetProperty("train_num_steps").GetInt32(),
            GuidanceScale = config.GetProperty("guidance_scale").GetDouble(),
            Start = GroupStart.Prefix,
            // Odd, so that no micro-batch holds whole groups.
            MicroBatch = generator.Prompts * generator.Children / 2,
        };
        var conditions = Enumerable.Range(0, generator.Prompts).Select(prompt => new Condition($"{prompt}")).ToArray();

        var rollout = RolloutSampler.Sample(generator, generator.Weights, plan, conditions, kernel.Reduction, seed: 0, iteration: 0);

        var states = rollout.Transitions.Select(transition => transition.From).Append(rollout.Transitions[^1].To);
        comparison.Expect("out.final", generator.TheirRows(rollout.Final));
        comparison.Expect("out.latents", Tensor.Stack([.. states.Select(generator.TheirRows)], 1));                                       // [children·P, window + 1, …]
        comparison.Expect("out.log_probs", Tensor.Stack([.. rollout.Transitions.Select(step => generator.TheirRows(step.LogProb))], 1));  // [children·P, window]
    }

    /// <summary>The case's network, with the case's draws for noise.</summary>
    private sealed class StoredGenerator(OracleCase oracle, int branchStep, int children) : IFlow
    {
        private readonly ToyVelocity _network = new(oracle, oracle.Tensor("weight.lora_a"), oracle.Tensor("weight.lora_b"));
        private readonly float[] _levels = oracle["in.sigmas"].Singles;
        private readonly float[] _timesteps = oracle["in.timesteps"].Singles;

        public int BranchStep => branchStep;

        public int Children => children;

        public int Prompts => (int)oracle["in.z0"].Shape[0];

        /// <summary>The network holds its own.</summary>
        public Weights Weights { get; } = Weights.Of([]);

        public Tensor DrawNoise(NoiseKey key, long firstSample, int count) =>
            (key.Purpose == NoisePurpose.Start ? oracle.Tensor("in.z0") : OurRows(oracle.Tensor("in.noise").Select(0, key.Step - branchStep))).Narrow(0, firstSample, count);

        public EncodedConditions Encode(IReadOnlyList<Condition> conditions)
        {
            var prompts = conditions.Select(condition => long.Parse(condition.Prompt, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            var asked = oracle.Tensor("in.embeds").IndexSelect(0, Tensor.From(prompts, prompts.Length));
            return new([asked], [oracle.Tensor("in.negative_embeds").Narrow(0, 0, 1).Expand(asked.Shape)]);
        }

        public Tensor Velocity(Weights weights, Tensor latents, Tensor noiseLevels, EncodedConditions conditions, double guidanceScale, GuidanceGradient gradient)
        {
            double timestep = _timesteps[Array.IndexOf(_levels, noiseLevels.ToArray<float>()[0])];
            return Guidance.Combine(_network.Of(latents, timestep, conditions.Asked[0]), _network.Of(latents, timestep, conditions.Avoided[0]), guidanceScale);
        }

        /// <summary>Row prompt · children + child moved to child · prompts + prompt.</summary>
        public Tensor TheirRows(Tensor ours) => Swapped(ours, Prompts, children);

        private Tensor OurRows(Tensor theirs) => Swapped(theirs, children, Prompts);

        private static Tensor Swapped(Tensor rows, int outer, int inner) =>
            rows.Reshape([outer, inner, .. rows.Shape[1..]]).Transpose(0, 1).Reshape(rows.Shape);
    }
}
