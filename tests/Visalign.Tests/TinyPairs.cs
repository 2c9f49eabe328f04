using Visalign.Pictures;
using Visalign.Preferences;

namespace Visalign.Tests;

/// <summary>A folder of three pairs, made of two pictures of noise.</summary>
internal static class TinyPairs
{
    /// <summary>Makes the folder.</summary>
    /// <param name="alike">Both pictures are the same.</param>
    /// <returns>Its path.</returns>
    public static string Create(string folder, bool alike = false)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < 2; i++)
        {
            byte[] data = [.. Enumerable.Range(0, 3 * 32 * 32).Select(at => (byte)Noise.Below(256, new(1, NoisePurpose.Probe, alike ? 0 : i), at))];
            Png.Write(Path.Combine(folder, $"{i}.png"), new RgbPicture(data, 32, 32));
        }
        File.WriteAllText(Path.Combine(folder, PairFolder.FileName),
            """
            {"prompt": "a circle", "winner": "0.png", "loser": "1.png"}
            {"prompt": "a square", "first": "0.png", "second": "1.png", "label": 0.75}
            {"prompt": "a cross", "winner": "1.png", "loser": "0.png"}
            """);
        return folder;
    }
}
