using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Trainable parameters over a tree of base weights, all in one flat vector.</summary>
/// <remarks>
/// Full fine-tuning and low-rank updates (Hu et al., arXiv 2106.09685) are the same thing here: a tree of weights to run
/// the network under. The base tree is never touched, so running under it is running with the adapter off.
/// </remarks>
public sealed class Adapter : IDisposable
{
    private readonly Func<Func<ParameterSlot, Tensor>, Weights> _bind;

    private Adapter(List<(string Name, Tensor Value)> initial, Func<Func<ParameterSlot, Tensor>, IReadOnlyList<ParameterSlot>, Weights> bind)
    {
        Parameters = new(initial);
        _bind = view => bind(view, Parameters.Slots);
        Weights = _bind(slot => Parameters[slot.Name]);
    }

    /// <summary>The trainable numbers.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>The tree to run the network under.</summary>
    public Weights Weights { get; }

    /// <summary>The same network under other values of the parameters, such as their moving average.</summary>
    /// <param name="flat">Shape <c>[N]</c>; views of it are made in the current scope.</param>
    public Weights Over(Tensor flat) => _bind(slot => slot.Of(flat));

    /// <summary>The adapter that options describe; without targets, low-rank updates go to the attention's projections.</summary>
    /// <param name="seed">Of the initial down-projections.</param>
    /// <exception cref="InputException">A target matches no linear layer; the sentence lists what there is.</exception>
    public static Adapter Of(Weights @base, AdapterOptions options, ulong seed)
    {
        string[] targets = options.Targets.Count > 0 ? [.. options.Targets] : ["attention.qkv", "attention.out"];
        return options.Kind == AdapterKind.Full ? Full(@base) : LowRank(@base, options.Rank, options.Alpha, targets, seed);
    }

    /// <summary>Every base weight becomes trainable, starting from its present value.</summary>
    public static Adapter Full(Weights @base)
    {
        using var scope = Tensor.Scope();
        return new([.. @base.All()], (view, slots) => Weights.Of(slots.Select(slot => (slot.Name, view(slot)))));
    }

    /// <summary>Low-rank updates of the linear layers whose keys end in one of the targets; they start at zero.</summary>
    /// <param name="rank">r, 1 or more.</param>
    /// <param name="alpha">The update is scaled by alpha / r.</param>
    /// <param name="targets">Ends of keys, such as <c>attention.qkv</c>.</param>
    /// <param name="seed">Of the initial down-projections, normal with deviation 1/r.</param>
    /// <exception cref="InputException">A target matches no linear layer; the sentence lists what there is.</exception>
    public static Adapter LowRank(Weights @base, int rank, double alpha, IReadOnlyList<string> targets, ulong seed)
    {
        using var scope = Tensor.Scope();
        var layers = @base.All().Where(entry => entry.Name.EndsWith(".weight", StringComparison.Ordinal) && entry.Tensor.Rank == 2)
            .Select(entry => (Name: entry.Name[..^".weight".Length], entry.Tensor)).ToList();
        foreach (string target in targets)
            if (!layers.Any(layer => Ends(layer.Name, target)))
                throw new InputException($"adapter.targets: '{target}' matches no linear layer of the model. There are: {string.Join(", ", layers.Select(layer => Generic(layer.Name)).Distinct())}.");
        var chosen = layers.Where(layer => targets.Any(target => Ends(layer.Name, target))).ToList();
        List<(string, Tensor)> initial = [];
        foreach (var (name, weight) in chosen)
        {
            var down = Noise.Normal(new(seed, NoisePurpose.Initialization, Iteration: initial.Count), 0, [1, rank * weight.Size(1)]).Reshape(rank, weight.Size(1));
            initial.Add(($"{name}.lora_A.weight", down * (1.0 / rank)));
            initial.Add(($"{name}.lora_B.weight", Tensor.Zeros([weight.Size(0), rank])));
        }
        double scale = alpha / rank;
        return new(initial, (view, slots) =>
        {
            var bySlot = slots.ToDictionary(slot => slot.Name, StringComparer.Ordinal);
            return @base.WithLowRank(chosen.ToDictionary(layer => layer.Name,
                layer => new LowRankPair(view(bySlot[$"{layer.Name}.lora_A.weight"]), view(bySlot[$"{layer.Name}.lora_B.weight"]), scale), StringComparer.Ordinal));
        });
    }

    private static bool Ends(string name, string target) => name == target || name.EndsWith("." + target, StringComparison.Ordinal);

    // blocks.3.attention.qkv is told as attention.qkv.
    private static string Generic(string name) => string.Join('.', name.Split('.').SkipWhile((part, at) => at < 2 && name.StartsWith("blocks.", StringComparison.Ordinal)));

    /// <inheritdoc/>
    public void Dispose() => Parameters.Dispose();
}
