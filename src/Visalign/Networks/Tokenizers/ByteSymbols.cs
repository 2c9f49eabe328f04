using System.Text;

namespace Visalign.Networks.Tokenizers;

/// <summary>One printable character for each of the 256 bytes, so that byte pairs can be told in text files.</summary>
/// <remarks>Radford et al., "Language Models are Unsupervised Multitask Learners", 2019: bytes that print stand for themselves, the others for the characters from U+0100 on.</remarks>
public static class ByteSymbols
{
    private static readonly char[] Symbols = Make();
    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(value => Symbols[value], value => (byte)value);

    /// <summary>The symbols in the order in which byte-pair vocabularies list them: those that stand for themselves first.</summary>
    public static IEnumerable<char> InVocabularyOrder => Symbols.OrderBy(symbol => symbol);

    /// <summary>The symbols of a text's UTF-8 bytes.</summary>
    internal static string[] Of(string text) => [.. Encoding.UTF8.GetBytes(text).Select(value => Symbols[value].ToString())];

    /// <summary>The text that symbols stand for; bytes that are no UTF-8 become U+FFFD.</summary>
    internal static string Text(string symbols) => Encoding.UTF8.GetString([.. symbols.Select(symbol => Bytes[symbol])]);

    private static char[] Make()
    {
        char next = '\u0100';
        return [.. Enumerable.Range(0, 256).Select(value => (char)value is >= '!' and <= '~' or >= '¡' and <= '¬' or >= '®' and <= 'ÿ' ? (char)value : next++)];
    }
}
