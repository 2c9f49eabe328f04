using System.Text.Json;
using Visalign.Torch.Files;

namespace Visalign.Runs;

/// <summary>The file that makes a folder a run folder and says which layout it has: <c>{"visalign_run_folder":1}</c>.</summary>
internal static class RunMark
{
    /// <summary>The file's name.</summary>
    public const string FileName = "run.json";

    /// <summary>The layout this program writes and reads.</summary>
    public const int Version = 1;

    private const string Key = "visalign_run_folder";

    /// <summary>Marks a folder.</summary>
    public static void Write(IFileStorage storage, string folder) =>
        storage.Replace(Path.Combine(folder, FileName), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes($"{{\"{Key}\":{Version}}}\n")));

    /// <summary>Refuses a folder without a mark and a layout of another version.</summary>
    /// <exception cref="InputException">In words.</exception>
    public static void Check(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: there is no such folder; check the path of the run.");
        if (!File.Exists(path))
            throw new InputException($"{folder}: this is not a run folder, it has no {FileName}; name a folder that a run made.");
        int version = Read(path);
        if (version != Version)
            throw new InputException($"{folder}: this run folder has layout version {version} and this program reads version {Version}; "
                + (version > Version ? "use a newer visalign for it." : "use the visalign that made it, or start the run again."));
    }

    private static int Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.GetProperty(Key).GetInt32();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InputException($"{path}: expected {{\"{Key}\":{Version}}}; this is not a run of visalign, or the file is damaged.", fault);
        }
    }
}
