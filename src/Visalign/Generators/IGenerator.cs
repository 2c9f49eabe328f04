using Visalign.Networks;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>What makes pictures of conditions. Rollouts know how; what judges, adapts, stores or shows asks no more than this.</summary>
public interface IGenerator : IDisposable
{
    /// <summary>The weights of the network that is aligned, as they were found: the reference, and what adapters are built over.</summary>
    Weights Base { get; }

    /// <summary>That network's name in adapter files, as pipelines of diffusers have it: <c>unet</c> or <c>transformer</c>.</summary>
    string Component { get; }

    /// <summary>The guidance scale to sample at unless another is asked for; 1 = off.</summary>
    double GuidanceScale { get; }

    /// <summary>Whether it draws scenes of the embedded world, so that the exact checker can judge them.</summary>
    bool DrawsWorld { get; }

    /// <summary>Refuses a condition that the generator cannot read.</summary>
    /// <exception cref="InputException">The sentence says which part of it.</exception>
    void Check(Condition condition);

    /// <summary>Pictures from what a rollout ended with, with gradient where there is one.</summary>
    /// <param name="final">A rollout's final samples, B rows.</param>
    /// <returns>Shape <c>[B, 3, H, W]</c>, in [0, 1].</returns>
    Tensor Pixels(Tensor final);
}
