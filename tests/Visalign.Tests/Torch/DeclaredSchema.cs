using System.Text.RegularExpressions;

namespace Visalign.Tests.Torch;

/// <summary>An operator's schema read from libtorch's own print of it.</summary>
/// <param name="Name">With namespace and overload.</param>
/// <param name="Arguments">Type and name of each; aliasing marks dropped, symbolic sizes as plain integers.</param>
/// <param name="ReturnCount">0 where nothing is returned.</param>
internal sealed partial record DeclaredSchema(string Name, IReadOnlyList<DeclaredArgument> Arguments, int ReturnCount)
{
    internal static DeclaredSchema Parse(string text)
    {
        text = AliasMarks().Replace(text, "").Replace("SymInt", "int", StringComparison.Ordinal);
        int open = text.IndexOf('(', StringComparison.Ordinal), arrow = text.IndexOf(") ->", StringComparison.Ordinal);
        int close = arrow >= 0 ? arrow : text.LastIndexOf(')');
        var arguments = text[(open + 1)..close].Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part != "*" && !ListRemainder().IsMatch(part)).Select(Argument).ToList();
        string returns = arrow < 0 ? "" : text[(arrow + 4)..].Trim().Trim('(', ')');
        return new(text[..open], arguments, returns.Length == 0 ? 0 : returns.Split(", ").Length);
    }

    private static DeclaredArgument Argument(string part)
    {
        string[] words = part.Split('=', 2)[0].Split(' ');
        return new(words[0], words[1], part.Contains('=', StringComparison.Ordinal));
    }

    // Tensor(a!), Tensor(a -> *)[]
    [GeneratedRegex(@"(?<=Tensor)\([a-z][^)]*\)")]
    private static partial Regex AliasMarks();

    // The rest of a default such as [0, 1], which holds a comma of its own.
    [GeneratedRegex(@"^-?[\d.]+\]$")]
    private static partial Regex ListRemainder();
}

/// <summary>One argument of a <see cref="DeclaredSchema"/>.</summary>
internal sealed record DeclaredArgument(string Type, string Name, bool HasDefault);
