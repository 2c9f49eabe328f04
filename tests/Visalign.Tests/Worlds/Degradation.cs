using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

/// <summary>How a picture departs from a clean rendering, as an imperfect generator's would.</summary>
/// <param name="Blur">Standard deviation of a Gaussian blur, in pixels.</param>
/// <param name="Noise">Standard deviation of Gaussian noise per channel, for values in [0, 1].</param>
/// <param name="Drift">Standard deviation per channel by which each object's color is off.</param>
public sealed record Degradation(double Blur = 0, double Noise = 0, double Drift = 0)
{
    private const int Plane = Scene.Size * Scene.Size;

    /// <summary>One degraded picture, shape <c>[3, 32, 32]</c>, clamped to [0, 1].</summary>
    /// <param name="index">Chooses the noise and the drift.</param>
    public float[] Render(Scene scene, long index)
    {
        var random = new RandomSequence(new(Seed: 0, NoisePurpose.Probe, Sample: index));
        var picture = new float[3 * Plane];
        SceneRenderer.Render(scene, picture);
        if (Drift > 0) ShiftColors(scene, picture, ref random);

        for (var channel = 0; channel < 3; channel++) GaussianBlur.Apply(picture.AsSpan(channel * Plane, Plane), Scene.Size, Blur);
        if (Noise > 0)
        {
            foreach (ref var value in picture.AsSpan()) value += (float)(Noise * Normal(ref random));
        }

        foreach (ref var value in picture.AsSpan()) value = Math.Clamp(value, 0, 1);
        return picture;
    }

    private void ShiftColors(Scene scene, float[] picture, ref RandomSequence random)
    {
        var coverage = new float[3 * Plane];
        foreach (var item in scene.Objects)
        {
            // Red on black: the first channel shows the coverage times the red of the palette.
            SceneRenderer.Render(new Scene(0, [item with { Color = ObjectColor.Red }]), coverage);
            var full = Palette.Rgb(ObjectColor.Red).X;
            for (var channel = 0; channel < 3; channel++)
            {
                var shift = (float)(Drift * Normal(ref random));
                for (var i = 0; i < Plane; i++) picture[channel * Plane + i] += shift * coverage[i] / full;
            }
        }
    }

    // Box and Muller's transform of two uniform numbers.
    private static double Normal(ref RandomSequence random) =>
        Math.Sqrt(-2 * Math.Log(random.Between(1e-12, 1))) * Math.Cos(random.Between(0, 2 * Math.PI));
}
