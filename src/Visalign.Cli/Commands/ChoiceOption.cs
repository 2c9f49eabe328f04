using System.CommandLine;

namespace Visalign.Cli.Commands;

/// <summary>Options that take one of a few words.</summary>
internal static class ChoiceOption
{
    /// <summary>An option that may be left out; its words are the names of <typeparamref name="T"/> in lower case.</summary>
    /// <param name="name">With its dashes.</param>
    internal static Option<T?> Optional<T>(string name, string description) where T : struct, Enum
    {
        var choices = Enum.GetValues<T>().ToDictionary(value => value.ToString().ToLowerInvariant(), StringComparer.Ordinal);

        return new(name)
        {
            Description = description,
            HelpName = string.Join('|', choices.Keys),
            CustomParser = result =>
            {
                string word = result.Tokens[0].Value;
                if (choices.TryGetValue(word, out var choice))
                {
                    return choice;
                }

                result.AddError($"{name}: found '{word}', expected {string.Join(", ", choices.Keys)}.");

                return null;
            },
        };
    }
}
