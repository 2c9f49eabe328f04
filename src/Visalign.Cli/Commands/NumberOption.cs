using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Visalign.Cli.Commands;

/// <summary>Options that take a number within bounds.</summary>
internal static class NumberOption
{
    /// <summary>An option with a default.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="otherwise">The value without the option.</param>
    internal static Option<T> Of<T>(string name, T low, T high, T otherwise, string description) where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => Parse(result, name, low, high) ?? otherwise,
    };

    /// <summary>An option that may be left out.</summary>
    /// <param name="name">With its dashes.</param>
    internal static Option<T?> Optional<T>(string name, T low, T high, string description) where T : struct, INumber<T> => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => Parse(result, name, low, high),
    };

    private static T? Parse<T>(ArgumentResult result, string name, T low, T high) where T : struct, INumber<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && low <= value && value <= high)
        {
            return value;
        }

        string kind = typeof(T) == typeof(double) ? "a number" : "a whole number";
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: found '{text}', expected {kind} from {low} to {high}."));

        return null;
    }
}
