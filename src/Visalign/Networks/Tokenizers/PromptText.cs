using System.Text;
using System.Text.RegularExpressions;

namespace Visalign.Networks.Tokenizers;

/// <summary>Cleans prompts as the published pipelines do before they tokenize.</summary>
public static partial class PromptText
{
    private const string HalfWidth = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309A";  // U+FF61 to U+FF9F
    private const string HalfWidthSigns = "¢£¬";  // U+FFE0 to U+FFE2

    /// <summary>Repairs what went wrong with a text on its way: escaped entities, misread UTF-8, look-alike characters, control characters.</summary>
    /// <remarks>
    /// What the Python package ftfy does by default (Speer, "ftfy", 2019, doi 10.5281/zenodo.2591652): HTML entities in lines
    /// before any <c>&lt;</c>, UTF-8 read as Windows-1252, ligatures, full- and half-width characters, curly quotes,
    /// terminal colors, control characters, then Unicode's form C; repeated until nothing changes. Departures: see
    /// <see cref="MisreadUtf8"/> and <see cref="HtmlEntities"/>; half-width Hangul letters stay.
    /// </remarks>
    public static string Repair(string text)
    {
        var repaired = new StringBuilder(text.Length);
        bool markup = false;
        foreach (string line in Lines().Split(text))
        {
            markup |= line.Contains('<', StringComparison.Ordinal);
            string before, after = line;
            do
            {
                before = after;
                after = MisreadUtf8.Mend(markup ? before : HtmlEntities.DecodeClosed(before));
                after = CanonicalComposition.Compose(Plain(TerminalColors().Replace(Alike(after), "")));
            }
            while (after != before);
            repaired.Append(after);
        }
        return repaired.ToString();
    }

    /// <summary>Repaired, HTML entities read twice, blanks as <see cref="Collapse"/> leaves them: what open_clip's and Wan's cleaning does; case is kept.</summary>
    public static string Clean(string text) => Collapse(HtmlEntities.Decode(HtmlEntities.Decode(Repair(text))));

    /// <summary>Every run of blanks, line breaks included, as one space, and none at the ends.</summary>
    public static string Collapse(string text)
    {
        var collapsed = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            if (!char.IsWhiteSpace(character)) collapsed.Append(character);
            else if (collapsed.Length > 0 && collapsed[^1] != ' ') collapsed.Append(' ');
        }
        return collapsed.ToString().TrimEnd(' ');
    }

    private static string Alike(string text)
    {
        var alike = new StringBuilder(text.Length);
        foreach (char character in text)
            _ = Ligature(character) is { } letters ? alike.Append(letters) : alike.Append(Alike(character));
        return alike.ToString();
    }

    private static char Alike(char character) => character switch
    {
        >= '\u0080' and <= '\u009F' => WesternBytes.Character((byte)character),
        'ʼ' or >= '‘' and <= '‛' => '\'',
        >= '“' and <= '‟' => '"',
        '\u3000' => ' ',
        >= '\uFF01' and <= '\uFF5E' => (char)(character - 0xFEE0),
        '\uFF5F' => '⦅',
        '\uFF60' => '⦆',
        >= '\uFF61' and <= '\uFF9F' => HalfWidth[character - 0xFF61],
        >= '\uFFE0' and <= '\uFFE2' => HalfWidthSigns[character - 0xFFE0],
        '\uFFE4' => '¦',
        '\uFFE5' => '¥',
        '\uFFE6' => '₩',
        '\uFFE8' => '│',
        >= '\uFFE9' and <= '\uFFEC' => (char)('←' + (character - 0xFFE9)),
        '\uFFED' => '■',
        '\uFFEE' => '○',
        _ => character,
    };

    private static string? Ligature(char character) => character switch
    {
        'Ĳ' => "IJ", 'ĳ' => "ij", 'ŉ' => "ʼn",
        'Ǆ' => "DŽ", 'ǅ' => "Dž", 'ǆ' => "dž",
        'Ǉ' => "LJ", 'ǈ' => "Lj", 'ǉ' => "lj", 'Ǌ' => "NJ", 'ǋ' => "Nj", 'ǌ' => "nj",
        'Ǳ' => "DZ", 'ǲ' => "Dz", 'ǳ' => "dz",
        'ﬀ' => "ff", 'ﬁ' => "fi", 'ﬂ' => "fl", 'ﬃ' => "ffi", 'ﬄ' => "ffl", 'ﬅ' or 'ﬆ' => "st",
        '\uFFE3' => " \u0304",
        _ => null,
    };

    /// <summary>Without characters that have no shape and no use in running text.</summary>
    private static string Plain(string text)
    {
        if (!text.Any(IsControl)) return text;
        return string.Concat(text.Where(character => !IsControl(character)));
    }

    private static bool IsControl(char character) => character is
        <= '\b' or '\v' or >= '\u000E' and <= '\u001F' or '\u007F' or >= '\u206A' and <= '\u206F' or '\uFEFF' or >= '\uFFF9' and <= '\uFFFC';

    [GeneratedRegex(@"\x1B\[[\d;]*[a-zA-Z]")]
    private static partial Regex TerminalColors();

    // After each line feed: a line keeps its own.
    [GeneratedRegex(@"(?<=\n)")]
    private static partial Regex Lines();
}
