using System.Diagnostics;
using Visalign.Torch;

namespace Visalign.Generators;

/// <summary>Clean latents and the noise over them: what every prediction of a denoising network amounts to.</summary>
/// <remarks>
/// With a point's Signal a and Noise b, <c>x = a x0 + b ε</c>, and a network's output is one more linear combination of x0
/// and ε; <see cref="From"/> solves the two for x0 and ε, <see cref="Output"/> goes back. Departures: none.
/// </remarks>
/// <param name="Data">Shape <c>[B, …]</c>: x0.</param>
/// <param name="Noise">Shape <c>[B, …]</c>: ε.</param>
public readonly record struct DataAndNoise(Tensor Data, Tensor Noise)
{
    /// <summary>What a network's output says.</summary>
    /// <param name="output">Shape of the latents.</param>
    /// <param name="latents">Shape <c>[B, …]</c>: x.</param>
    /// <param name="at">Where x stands; one point for all rows, or one for each. Epsilon says nothing of x0 where Signal is 0, and X0 nothing of ε where Noise is 0: infinite or NaN there.</param>
    public static DataAndNoise From(Prediction prediction, Tensor output, Tensor latents, params ReadOnlySpan<PathPoint> at)
    {
        Expect.SameShape(output, latents);
        using var scope = Tensor.Scope();
        var a = PathPoint.Each(at, point => point.Signal, latents);
        var b = PathPoint.Each(at, point => point.Noise, latents);
        switch (prediction)
        {
            case Prediction.Epsilon:
                return new(scope.Keep((latents - output * b) / a), scope.Keep(output.View(output.Shape)));
            case Prediction.X0:
                return new(scope.Keep(output.View(output.Shape)), scope.Keep((latents - output * a) / b));
            case Prediction.V:
                var norm = PathPoint.Each(at, point => point.Norm, latents);
                var preserved = latents / norm;
                return new(scope.Keep((preserved * a - output * b) / norm), scope.Keep((preserved * b + output * a) / norm));
            case Prediction.Velocity:
                var scale = PathPoint.Each(at, point => point.FlowScale, latents);
                return new(scope.Keep((latents - output * b) / scale), scope.Keep((latents + output * a) / scale));
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>The noisy latents at a point: forward diffusion.</summary>
    /// <param name="at">One point for all rows, or one for each.</param>
    /// <returns>Shape <c>[B, …]</c>.</returns>
    public Tensor At(params ReadOnlySpan<PathPoint> at)
    {
        Expect.SameShape(Data, Noise);
        using var scope = Tensor.Scope();
        return scope.Keep(Data * PathPoint.Each(at, point => point.Signal, Data) + Noise * PathPoint.Each(at, point => point.Noise, Data));
    }

    /// <summary>The noisy latents on the flow path: <c>(1 - s) x0 + s ε</c>.</summary>
    /// <param name="levels">Shape <c>[B]</c>: s of each row.</param>
    /// <returns>Shape <c>[B, …]</c>.</returns>
    public Tensor OnFlow(Tensor levels)
    {
        Expect.SameShape(Data, Noise);
        using var scope = Tensor.Scope();
        return scope.Keep(Data.Lerp(Noise, FlowSde.PerRow(levels, Data)));
    }

    /// <summary>What a perfect network would say at a point: the target it is trained on.</summary>
    /// <param name="at">One point for all rows, or one for each.</param>
    /// <returns>Shape <c>[B, …]</c>.</returns>
    public Tensor Output(Prediction prediction, params ReadOnlySpan<PathPoint> at)
    {
        using var scope = Tensor.Scope();
        return scope.Keep(prediction switch
        {
            Prediction.Epsilon => Noise.View(Noise.Shape),
            Prediction.X0 => Data.View(Data.Shape),
            Prediction.V => Noise * PathPoint.Each(at, point => point.Signal / point.Norm, Data) - Data * PathPoint.Each(at, point => point.Noise / point.Norm, Data),
            Prediction.Velocity => Noise - Data,
            _ => throw new UnreachableException(),
        });
    }
}
