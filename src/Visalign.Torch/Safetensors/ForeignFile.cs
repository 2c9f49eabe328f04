namespace Visalign.Torch.Safetensors;

/// <summary>Recognizes what people hand in instead of a safetensors file, to say what to do about it.</summary>
internal static class ForeignFile
{
    private static readonly string[] PickleEndings = [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"];

    /// <summary>The sentence every pickle is refused with.</summary>
    public const string PickleAdvice =
        "pickles can run any program while they load, so they are never opened; look for a .safetensors file of the "
        + "same model, or convert it in Python with safetensors.torch.save_file(torch.load(path, weights_only=True), target)";

    /// <summary>Whether a file's ending is one pickled checkpoints use.</summary>
    public static bool HasPickleEnding(string path) =>
        PickleEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Names a file of another kind by its first bytes.</summary>
    /// <param name="start">The first bytes of a file whose first 8 are no header length a safetensors file can have.</param>
    /// <returns>What completes "FILE: ", or null where the bytes tell nothing.</returns>
    public static string? Recognize(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("PK\u0003\u0004"u8))
            return $"it is a zip archive, as torch.save writes; {PickleAdvice}";
        if (start is [0x80, >= 1 and <= 5, ..])
            return $"it is a Python pickle; {PickleAdvice}";
        if (start.StartsWith("version https://git-lfs"u8))
            return "it is a git-lfs pointer, not the file itself; run 'git lfs pull' in its repository";
        if (start.TrimStart(" \t\r\n"u8) is [(byte)'<', ..])
            return "it is a web page, not weights; the download went to a log-in or error page, so download it again";
        if (start.StartsWith("GGUF"u8))
            return "it is a GGUF file; only safetensors files are read, so look for one of the same model";
        return null;
    }
}
