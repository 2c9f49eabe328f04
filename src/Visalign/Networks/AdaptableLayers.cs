using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>The layers of a network that low-rank changes can be made of: linear ones and convolutions.</summary>
internal static class AdaptableLayers
{
    // What the attention's projections are called: here, in LlamaGen, in diffusers, and in the text half of joint attention.
    private static readonly string[] AttentionProjections =
        ["attention.qkv", "attention.out", "attention.wqkv", "attention.wo", "to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out"];

    /// <summary>All of them, in the order of the tree.</summary>
    internal static List<(string Name, Tensor Weight)> Of(Weights @base)
    {
        const string Weight = ".weight";
        return [.. @base.All().Where(entry => entry.Name.EndsWith(Weight, StringComparison.Ordinal) && entry.Tensor.Rank is 2 or 4)
            .Select(entry => (entry.Name[..^Weight.Length], entry.Tensor))];
    }

    /// <summary>Those whose names end in one of the targets, in the order of the tree.</summary>
    /// <param name="targets">Ends of names, such as <c>attention.qkv</c>; none for the attention's projections.</param>
    /// <exception cref="InputException">A target matches nothing; the sentence lists what there is.</exception>
    internal static List<(string Name, Tensor Weight)> Choose(Weights @base, IReadOnlyCollection<string> targets)
    {
        var layers = Of(@base);
        string known = string.Join(", ", layers.Select(layer => Generic(layer.Name)).Distinct());
        foreach (string target in targets)
            if (!layers.Any(layer => Ends(layer.Name, target)))
                throw new InputException($"adapter.targets: '{target}' matches no linear layer and no convolution of the model. There are: {known}.");
        var ends = targets.Count > 0 ? targets : AttentionProjections;
        var chosen = layers.Where(layer => ends.Any(end => Ends(layer.Name, end))).ToList();
        return chosen.Count > 0 ? chosen : throw new InputException($"adapter.targets: the model has no attention projection of a known name, so name the layers to train. There are: {known}.");
    }

    private static bool Ends(string name, string target) => name == target || name.EndsWith("." + target, StringComparison.Ordinal);

    // transformer_blocks.3.attn.to_q is told as attn.to_q: what comes after the last numbered block.
    private static string Generic(string name)
    {
        string[] parts = name.Split('.');
        int start = 0;
        for (int i = 0; i + 2 < parts.Length; i++)
            if ((parts[i].EndsWith("blocks", StringComparison.Ordinal) || parts[i] == "layers") && parts[i + 1].All(char.IsAsciiDigit)) start = i + 2;
        return string.Join('.', parts[start..]);
    }
}
