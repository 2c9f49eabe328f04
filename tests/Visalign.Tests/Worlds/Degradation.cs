using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

/// <summary>Renders scenes, then blurs them and adds noise as an imperfect generator would.</summary>
internal static class Degradation
{
    private const int Plane = Scene.Size * Scene.Size;

    /// <summary>One degraded picture, shape <c>[3, 32, 32]</c>, clamped to [0, 1].</summary>
    /// <param name="blur">Standard deviation of the Gaussian blur in pixels.</param>
    /// <param name="noise">Standard deviation of the Gaussian noise per channel.</param>
    public static float[] Render(Scene scene, double blur, double noise, long index)
    {
        var picture = new float[3 * Plane];
        SceneRenderer.Render(scene, picture);
        for (var channel = 0; channel < 3; channel++) GaussianBlur.Apply(picture.AsSpan(channel * Plane, Plane), Scene.Size, blur);
        if (noise == 0) return picture;

        var random = new CounterRandom(0, 77, (ulong)index);
        for (var i = 0; i < picture.Length; i++)
        {
            // Box and Muller's transform of two uniform numbers.
            var length = Math.Sqrt(-2 * Math.Log(random.Between(1e-12, 1)));
            var value = picture[i] + noise * length * Math.Cos(random.Between(0, 2 * Math.PI));
            picture[i] = (float)Math.Clamp(value, 0, 1);
        }

        return picture;
    }
}
