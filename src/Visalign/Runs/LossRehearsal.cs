using System.Diagnostics;
using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rollouts;
using Visalign.Torch;
using static System.FormattableString;

namespace Visalign.Runs;

/// <summary>Replays a rollout for its gradients: the ratio is 1, every term of the loss pulls, and every parameter is pulled.</summary>
internal static class LossRehearsal
{
    // Sums of the same numbers in another order differ by rounding only.
    private const double Rounding = 1e-4;

    /// <inheritdoc cref="Preflight.Check"/>
    /// <param name="rollout">Sampled under the adapter as it is now.</param>
    public static PreflightFindings Check(PreflightSubject subject, Rollout rollout)
    {
        var parameters = subject.Adapter.Parameters;
        var advantages = Drawn(subject, rollout);
        var statistics = new UpdateStatistics();

        float[] whole = Gradient(parameters, subject.Assembly.Updates(rollout, advantages), statistics);
        if (!whole.All(float.IsFinite))
            throw new InputException("preflight: the gradient of the first update is not finite. Look at the model's weights for numbers that are not finite, and at options of the method that are 0 or close to it where a loss may divide by them.");
        double? distance = CheckRatio(statistics);
        CheckTerms(subject, [.. subject.Assembly.Terms.Select(term => (term, Gradient(parameters, subject.Assembly.Updates(rollout, advantages, term), new())))], whole);
        var silent = Silent(subject, whole);

        string terms = string.Join(" and ", subject.Assembly.Terms.Select(term => term.Name));
        return new($"{(distance is null ? "" : "replaying a rollout gives ratio 1 exactly; ")}the loss ({terms}) reaches {parameters.Slots.Count - silent.Count} of {parameters.Slots.Count} trained tensors",
            silent.Count == 0 ? [] : [$"The loss has no gradient for {silent.Count} of {parameters.Slots.Count} trained tensors, which will stay as they are: {string.Join(", ", silent.Take(4))}{(silent.Count > 4 ? ", …" : "")}."]);
    }

    /// <summary>Requires that a loss whose value at the base is known has it.</summary>
    /// <param name="rollout">Sampled while the adapter is its base still.</param>
    /// <returns>What holds, the beginning of a sentence.</returns>
    public static string AtBase(PreflightSubject subject, Rollout rollout)
    {
        using var scope = Tensor.Scope();
        using var _ = Autograd.NoGrad();
        double expected = subject.Assembly.LossAtBase!.Value;
        double found = subject.Assembly.Updates(rollout, Drawn(subject, rollout)).First().Parts.Sum(part => part(new()).Item());
        return Math.Abs(found - expected) <= Rounding * Math.Abs(expected) ? Invariant($"while the policy is its base the loss is {found:F4}, as it must be; ")
            : throw new UnreachableException(Invariant($"preflight: while the policy is its base the loss is {found:G6}, expected {expected:G6}: the two differ where they agree."));
    }

    // Rewards are drawn, so that a judge who says the same of every picture does not hide the loss.
    private static double[] Drawn(PreflightSubject subject, Rollout rollout) => subject.Assembly.Credit(
        [.. Enumerable.Range(0, rollout.SampleCount).Select(i => Noise.Uniform(new((ulong)subject.Recipe.Seed, NoisePurpose.Probe), i))], rollout.Groups);

    private static float[] Gradient(FlatParameters parameters, IEnumerable<Update> updates, UpdateStatistics statistics)
    {
        parameters.ClearGradients();
        foreach (var part in updates.SelectMany(update => update.Parts))
        {
            using var scope = Tensor.Scope();
            Autograd.Backward(part(statistics));
        }
        return parameters.Gradients.ToArray<float>();
    }

    private static double? CheckRatio(UpdateStatistics statistics)
    {
        var found = statistics.All().Where(metric => metric.Key == "ratio/distance").ToList();
        if (found.Count == 0) return null;
        return found[0].Value == 0 ? 0 : throw new UnreachableException(Invariant(
            $"preflight: replaying a rollout under the same weights gives ratios up to {found[0].Value:G3} away from 1, expected exactly 1: the method's replay differs from its rollout, or the engine's results vary."));
    }

    private static void CheckTerms(PreflightSubject subject, IReadOnlyList<(LossTerm Term, float[] Gradient)> terms, float[] whole)
    {
        foreach (var (term, gradient) in terms)
        {
            if (gradient.Any(value => value != 0)) continue;
            string hint = term.Hint is { } own ? own : subject.Recipe.Rollout.GroupSize == 1
                ? "A group of one has nothing to be compared with: raise rollout.group_size."
                : "Give it a weight of 0 if it is not meant, or look at what it depends on.";
            throw new InputException($"preflight: the term '{term.Name}' of the loss has no gradient{(term.Hint is null ? ", even for rewards drawn at random" : "")}. {hint}");
        }
        double missing = Norm(whole.Select((value, i) => value - terms.Sum(entry => (double)entry.Gradient[i])));
        double size = terms.Sum(entry => Norm(entry.Gradient.Select(value => (double)value)));
        if (missing > Rounding * size)
            throw new UnreachableException(Invariant($"preflight: the terms the method names ({string.Join(", ", terms.Select(entry => entry.Term.Name))}) leave {missing / size:P1} of the gradient unexplained; it has a term it does not name."));
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));

    // A kind of layer that nothing reaches was asked for in vain; a single layer may lie behind the last thing that matters.
    private static List<string> Silent(PreflightSubject subject, float[] gradient)
    {
        var slots = subject.Adapter.Parameters.Slots.Select(slot =>
            (slot.Name, IsSilent: !gradient.AsSpan((int)slot.Offset, (int)slot.Shape.Aggregate(1L, (count, size) => count * size)).ContainsAnyExcept(0f))).ToList();
        if (subject.Recipe.Adapter.Kind == AdapterKind.Lora)
        {
            var vain = slots.GroupBy(slot => Kind(slot.Name)).Where(kind => kind.All(slot => slot.IsSilent)).Select(kind => kind.Key).ToList();
            if (vain.Count > 0)
                throw new InputException($"adapter.targets: the loss has no gradient for {string.Join(", ", vain)}, so the adapter would stay as it is there. Leave it out.");
        }
        return [.. slots.Where(slot => slot.IsSilent).Select(slot => slot.Name)];
    }

    // blocks.3.attention.qkv.lora_A.weight is of the kind blocks.attention.qkv.
    private static string Kind(string name) =>
        string.Join('.', name.Split('.').Where(part => part is not ("lora_A" or "lora_B" or "lora_magnitude_vector" or "weight") && !part.All(char.IsAsciiDigit)));
}
