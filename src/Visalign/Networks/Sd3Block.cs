using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>One block of an <see cref="Sd3Transformer"/>: picture and text attend to one another in one sequence, each with weights of its own.</summary>
internal static class Sd3Block
{
    private static readonly ProjectionKeys PictureKeys = new("to_q", "to_k", "to_v", "norm_q", "norm_k");
    private static readonly ProjectionKeys TextKeys = new("add_q_proj", "add_k_proj", "add_v_proj", "norm_added_q", "norm_added_k");

    /// <summary>Runs the block.</summary>
    /// <param name="index">Its place, from 0; of the last block's text only keys and values count.</param>
    /// <param name="picture">Shape <c>[B, N, D]</c>.</param>
    /// <param name="text">Shape <c>[B, L, D]</c>.</param>
    /// <param name="condition">Shape <c>[B, D]</c>.</param>
    /// <returns>Picture and text as they came in shape; from the last block the text itself.</returns>
    internal static (Tensor Picture, Tensor Text) Run(Weights w, Sd3TransformerConfig config, int index, Tensor picture, Tensor text, Tensor condition)
    {
        using var scope = Tensor.Scope();
        bool dual = config.DualAttentionBlocks.Contains(index), last = index == config.Blocks - 1;
        var attention = w["attn"];
        var m = Modulation(w["norm1.linear"], condition, dual ? 9 : 6);
        var c = Modulation(w["norm1_context.linear"], condition, last ? 2 : 6);
        // Scale before shift, where nothing but the two is modulated.
        var textInput = last ? text.ModulatedNorm(shift: c[1], scale: c[0]) : text.ModulatedNorm(c[0], c[1]);

        var ofPicture = Heads(attention, config, PictureKeys, picture.ModulatedNorm(m[0], m[1]));
        var ofText = Heads(attention, config, TextKeys, textInput);
        // Nobody reads what the last block's text would find.
        var query = last ? ofPicture.Query : Tensor.Cat([ofPicture.Query, ofText.Query], 2);
        var found = AttentionHeads.Join(Tensor.Attend(query, Tensor.Cat([ofPicture.Key, ofText.Key], 2), Tensor.Cat([ofPicture.Value, ofText.Value], 2)));

        var first = picture.GatedSum(m[2], Layers.Linear(attention["to_out.0"], found.Narrow(1, 0, picture.Size(1))));
        var second = dual ? first.GatedSum(m[8], SelfAttention(w["attn2"], config, picture.ModulatedNorm(m[6], m[7]))) : first;
        var pictureResult = second.GatedSum(m[5], FeedForward(w["ff"], second.ModulatedNorm(m[3], m[4])));
        if (last) return (scope.Keep(pictureResult), text);

        var textSum = text.GatedSum(c[2], Layers.Linear(attention["to_add_out"], found.Narrow(1, picture.Size(1), text.Size(1))));
        var textResult = textSum.GatedSum(c[5], FeedForward(w["ff_context"], textSum.ModulatedNorm(c[3], c[4])));
        return (scope.Keep(pictureResult), scope.Keep(textResult));
    }

    /// <summary>Shifts, scales and gates, each of shape <c>[B, 1, D]</c>.</summary>
    internal static Tensor[] Modulation(Weights w, Tensor condition, int count) => Layers.Linear(w, condition).Unsqueeze(1).Chunk(count, 2);

    private static Tensor SelfAttention(Weights w, Sd3TransformerConfig config, Tensor x)
    {
        var heads = Heads(w, config, PictureKeys, x);
        return Layers.Linear(w["to_out.0"], AttentionHeads.Join(Tensor.Attend(heads.Query, heads.Key, heads.Value)));
    }

    // Each of shape [B, H, L, D/H].
    private static (Tensor Query, Tensor Key, Tensor Value) Heads(Weights w, Sd3TransformerConfig config, ProjectionKeys keys, Tensor x)
    {
        var query = AttentionHeads.Split(Layers.Linear(w[keys.Query], x), config.Heads);
        var key = AttentionHeads.Split(Layers.Linear(w[keys.Key], x), config.Heads);
        var value = AttentionHeads.Split(Layers.Linear(w[keys.Value], x), config.Heads);
        return config.NormalizesQueriesAndKeys ? (Layers.RmsNorm(w[keys.QueryNorm], query), Layers.RmsNorm(w[keys.KeyNorm], key), value) : (query, key, value);
    }

    private static Tensor FeedForward(Weights w, Tensor x) => Layers.Linear(w["net.2"], Layers.Linear(w["net.0.proj"], x).Gelu(tanh: true));

    private sealed record ProjectionKeys(string Query, string Key, string Value, string QueryNorm, string KeyNorm);
}
