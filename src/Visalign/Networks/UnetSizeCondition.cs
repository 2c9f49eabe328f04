using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>What the UNet of SDXL is told beside timestep and text.</summary>
/// <param name="PooledText">Shape <c>[B, P]</c>: the second text encoder's projected state.</param>
/// <param name="Sizes">Shape <c>[B, 6]</c>: original height and width, top and left of the crop, target height and width, in pixels.</param>
public readonly record struct UnetSizeCondition(Tensor PooledText, Tensor Sizes);
