using System.Security.Cryptography;
using System.Text;

namespace Visalign.Runs;

/// <summary>SHA-256 of the weights and data a run was made from.</summary>
public static class ContentHash
{
    /// <summary>Hashes a file, or a folder as the sorted list of its files' relative paths and hashes; Markdown files, which only tell of the others, are left out.</summary>
    /// <returns>64 lowercase hexadecimal digits.</returns>
    /// <exception cref="InputException">There is nothing at that path, or it cannot be read.</exception>
    public static string Of(string path)
    {
        try
        {
            if (!Directory.Exists(path))
                return OfFile(path);
            var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Select(file => (Name: Path.GetRelativePath(path, file).Replace('\\', '/'), Path: file))
                .Where(file => Path.GetExtension(file.Name) != ".md")
                .OrderBy(file => file.Name, StringComparer.Ordinal);
            var list = new StringBuilder();
            foreach (var file in files)
                list.Append(OfFile(file.Path)).Append("  ").Append(file.Name).Append('\n');
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list.ToString())));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read to take its hash ({fault.Message}); check the path.", fault);
        }
    }

    private static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
