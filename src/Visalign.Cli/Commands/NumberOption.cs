using System.CommandLine;
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
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && low <= value && value <= high)
            {
                return value;
            }

            string kind = typeof(T) == typeof(double) ? "a number" : "a whole number";
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name}: found '{text}', expected {kind} from {low} to {high}."));

            return otherwise;
        },
    };
}
