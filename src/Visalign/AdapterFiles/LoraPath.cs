using Visalign.Torch.Files;

namespace Visalign.AdapterFiles;

/// <summary>Where an adapter is to be written for other programs.</summary>
public static class LoraPath
{
    private const string Ending = ".safetensors";

    /// <summary>Refuses a path that no adapter can be written to, or that already holds something, before anything is loaded.</summary>
    /// <param name="path">As <see cref="LoraWriter.Save"/> takes it.</param>
    /// <exception cref="InputException">A file of another ending, a folder for a file or a file for a folder, in a folder that is not there, or there already.</exception>
    public static void Check(string path, LoraFormat format)
    {
        if (format == LoraFormat.Peft)
        {
            if (File.Exists(path)) throw new InputException($"--out {path}: this is a file, and PEFT reads a folder; name one.");
            string[] there = [.. ((string[])[LoraWriter.PeftWeights, PeftMetadata.ConfigName]).Where(name => File.Exists(Path.Combine(path, name)))];
            if (there.Length > 0) throw new InputException($"--out {path}: there is already an adapter in this folder ({string.Join(", ", there)}); name another, or remove it.");
            return;
        }
        if (!Path.GetExtension(path).Equals(Ending, StringComparison.OrdinalIgnoreCase)) throw new InputException($"--out {path}: the adapter is written as safetensors; name a file that ends in {Ending}.");
        OutputPath.CheckFile(path);
        if (File.Exists(path)) throw new InputException($"--out {path}: this file is already there; name another, or remove it.");
    }
}
