using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>Draws with a <see cref="LlamaGenGpt"/> token by token, each in one forward pass over that token alone.</summary>
/// <remarks>The logits are those of <see cref="LlamaGenGpt.Logits"/> up to rounding.</remarks>
public sealed class LlamaGenDecoder : IDisposable
{
    private readonly Weights _weights;
    private readonly LlamaGenGptConfig _config;
    private readonly KeyValueCache _cache;
    private readonly Tensor _turns;

    private Tensor? _columns;

    /// <summary>A decoder before its condition.</summary>
    /// <param name="weights">The tree of the checkpoint, borrowed.</param>
    /// <param name="rows">B: pictures drawn side by side.</param>
    public LlamaGenDecoder(Weights weights, LlamaGenGptConfig config, int rows)
    {
        (_weights, _config) = (weights, config);
        _cache = new(rows, config.Layers, config.KeyHeads, config.HeadWidth, config.ConditionTokens + config.ImageTokens);
        _turns = GridRotary.Table(config, config.Heads + config.KeyHeads, config.KeyHeads).Persist();
    }

    /// <summary>Reads the condition.</summary>
    /// <param name="condition">Shape <c>[B, C, D]</c>: what <see cref="LlamaGenConditions"/> embeds.</param>
    /// <param name="mask">Shape <c>[B, C]</c>: 0 where a caption has padding that no token sees; null for none.</param>
    /// <returns>Shape <c>[B, V]</c>: logits of the first token.</returns>
    /// <exception cref="InvalidOperationException">It has been read already.</exception>
    public Tensor Start(Tensor condition, Tensor? mask = null)
    {
        Expect.Shape(condition, $"B {_config.ConditionTokens} {_config.Width}");
        if (_cache.Length > 0) throw new InvalidOperationException("The decoder has read its condition; a new one needs a decoder of its own.");
        using var scope = Tensor.Scope();
        _columns = mask is null ? null : LlamaGenMask.Columns(mask, _cache.Capacity).Persist();
        return scope.Keep(Read(condition, LlamaGenMask.Bias(mask, _config.ConditionTokens)));
    }

    /// <summary>Reads the token that was drawn last.</summary>
    /// <param name="tokens">Shape <c>[B]</c>, int64.</param>
    /// <returns>Shape <c>[B, V]</c>: logits of the next token.</returns>
    /// <exception cref="InvalidOperationException">No condition was read, or the picture is full.</exception>
    public Tensor Next(Tensor tokens)
    {
        Expect.Shape(tokens, "B");
        if (_cache.Length == 0) throw new InvalidOperationException("The decoder has not read its condition; call Start first.");
        if (_cache.Length == _cache.Capacity) throw new InvalidOperationException($"The picture has all of its {_config.ImageTokens} tokens.");
        using var scope = Tensor.Scope();
        var x = _weights["tok_embeddings.weight"].Tensor.Embedding(tokens).Unsqueeze(1);                      // [B, 1, D]
        return scope.Keep(Read(x, _columns?.Narrow(3, 0, _cache.Length + 1)));
    }

    private Tensor Read(Tensor x, Tensor? bias)
    {
        using var scope = Tensor.Scope();
        int count = (int)x.Size(1);
        var h = LlamaGenGpt.Run(_weights, _config, x, _turns.Narrow(0, _cache.Length, count), (layer, packed) =>
        {
            using var inner = Tensor.Scope();
            var (query, key, value) = LlamaGenGpt.Heads(_config, packed);
            var (keys, values) = _cache.Extend(layer, key, value);
            return inner.Keep(LlamaGenGpt.Attend(_config, query, keys, values, bias));
        });
        _cache.Advance(count);
        return scope.Keep(LlamaGenGpt.Head(_weights, _config, h.Narrow(1, count - 1, 1)).Select(1, 0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cache.Dispose();
        _turns.Dispose();
        _columns?.Dispose();
    }
}
