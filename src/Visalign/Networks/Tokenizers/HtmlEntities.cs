using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Visalign.Networks.Tokenizers;

/// <summary>Characters written as HTML entities.</summary>
/// <remarks>Names are HTML 4's, 253 in all. Departure: the rarer names that HTML 5 added stay as they are written.</remarks>
internal static partial class HtmlEntities
{
    /// <summary>Only entities that end in a semicolon, as text that was escaped once too often has them; names may be written in capitals.</summary>
    internal static string DecodeClosed(string text) => Closed().Replace(text, found =>
    {
        string name = found.Value[1..^1];
        return (name[0] == '#' ? Number(name) : Named(name) ?? InCapitals(name)) ?? found.Value;
    });

    /// <summary>As a browser reads text: the oldest names also count without a semicolon, at the start of a longer word too.</summary>
    internal static string Decode(string text) => Open().Replace(text, found =>
    {
        string name = found.Value[1..].TrimEnd(';');
        if (name[0] == '#') return Number(name) ?? found.Value;
        if (found.Value.EndsWith(';') && Named(name) is { } whole) return whole;
        for (int length = name.Length; length > 1; length--)
            if (Named(name[..length]) is [<= 'ÿ' and not '\''] old) return old + found.Value[(length + 1)..];
        return found.Value;
    });

    private static string? Named(string name)
    {
        string entity = $"&{name};", read = WebUtility.HtmlDecode(entity);
        return read != entity ? read : null;
    }

    private static string? InCapitals(string name) =>
        !name.Any(char.IsAsciiLetterLower) ? Named(name.ToLowerInvariant())?.ToUpperInvariant() : null;

    private static string? Number(string name)
    {
        bool hexadecimal = name[1] is 'x' or 'X';
        string digits = name[(hexadecimal ? 2 : 1)..];
        if (!long.TryParse(digits, hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out long point))
            return digits.Length > 0 && digits.All(char.IsAsciiHexDigit) ? "\uFFFD" : null;
        if (point is > 0 and <= 8 or 0xB or >= 0xE and <= 0x1F or 0x7F) return "";
        if (point is >= 0x80 and <= 0x9F) return WesternBytes.Character((byte)point).ToString();
        return point > 0 && point <= int.MaxValue && Rune.IsValid((int)point) ? new Rune((int)point).ToString() : "\uFFFD";
    }

    [GeneratedRegex("&(?:#[0-9]{1,24}|#[xX][0-9a-fA-F]{1,23}|[0-9A-Za-z]{1,24});")]
    private static partial Regex Closed();

    [GeneratedRegex("&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)")]
    private static partial Regex Open();
}
