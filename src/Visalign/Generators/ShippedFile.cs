namespace Visalign.Generators;

/// <summary>Files that ship with the program: beside it, or in the checkout it was built in.</summary>
public static class ShippedFile
{
    /// <summary>The nearest file or folder of a relative path, looked for in the program's folder and in those above it.</summary>
    /// <param name="path">Such as <c>recipes/flow-grpo.yaml</c>.</param>
    /// <returns>Its full path, or null where none ships.</returns>
    public static string? Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, path) is var full && Path.Exists(full)) return full;
        return null;
    }
}
