namespace Visalign.Torch.Engines;

/// <summary>What a libtorch declares of the operators Visalign uses, kept as a file so that other versions can be tested against without being installed.</summary>
public static class SchemaList
{
    /// <summary>Writes the running libtorch's list: a header line, then a schema per line as libtorch prints it.</summary>
    /// <returns>How many operators it has of those used.</returns>
    public static int Write(string path)
    {
        string[] schemas = [.. Operator.All.Where(op => op.IsLibtorchs).Select(op => Of(op, Engine.Schemas())).OfType<string>().Order(StringComparer.Ordinal)];
        File.WriteAllLines(path, [$"# libtorch {Engine.Current.Libtorch.Version}: the operators that Visalign uses, as this version declares them", .. schemas]);
        return schemas.Length;
    }

    /// <summary>The schema of an operator among printed ones, or null.</summary>
    internal static string? Of(Operator op, IEnumerable<string> schemas)
    {
        string start = op.Signature[..(op.Signature.IndexOf('(', StringComparison.Ordinal) + 1)];
        return schemas.FirstOrDefault(schema => schema.StartsWith(start, StringComparison.Ordinal));
    }
}
