namespace Visalign.Networks.Tokenizers;

/// <summary>Windows-1252, the single-byte encoding that text most often was taken for by mistake.</summary>
internal static class WesternBytes
{
    // 0x80 to 0x9F; the five bytes that Windows leaves open stand for the control characters of the same number.
    private const string Upper = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, Upper.Length).ToDictionary(at => Upper[at], at => (byte)(0x80 + at));

    /// <summary>The character a byte stands for.</summary>
    internal static char Character(byte value) => value is >= 0x80 and <= 0x9F ? Upper[value - 0x80] : (char)value;

    /// <summary>The byte of a character, control characters from 0x80 on included, or null where it has none.</summary>
    internal static byte? Byte(char character) =>
        character <= 0xFF ? (byte)character : Bytes.TryGetValue(character, out byte value) ? value : null;
}
