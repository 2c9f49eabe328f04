using Visalign.Torch;

namespace Visalign.Runs;

/// <summary>Moves parameters by a little noise until disposed, which restores them bit for bit and clears their gradients.</summary>
/// <remarks>A fresh low-rank adapter is its base exactly, where a penalty for leaving the base rightly has no gradient; beside it, it must have one.</remarks>
internal sealed class Nudge : IDisposable
{
    // A hundredth of what weights usually are: enough to be seen in single precision, too little to break a picture.
    private const float Size = 1e-3f;

    private readonly FlatParameters _parameters;
    private readonly float[] _before;

    /// <summary>Nudges.</summary>
    public Nudge(FlatParameters parameters, ulong seed)
    {
        _parameters = parameters;
        _before = parameters.Values.ToArray<float>();
        var noise = new float[_before.Length];
        Noise.Normal(new(seed, NoisePurpose.Probe), noise);
        var values = parameters.Values.AsSpan<float>();
        for (int i = 0; i < values.Length; i++) values[i] += Size * noise[i];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _before.CopyTo(_parameters.Values.AsSpan<float>());
        _parameters.ClearGradients();
    }
}
