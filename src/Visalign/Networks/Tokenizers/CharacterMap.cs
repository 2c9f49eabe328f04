using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Visalign.Networks.Tokenizers;

/// <summary>The character replacements compiled into a SentencePiece model (<c>precompiled_charsmap</c>).</summary>
/// <remarks>
/// A double-array trie of UTF-8 keys, in the layout of Yata's darts-clone: a unit holds the byte it is reached by, a flag
/// that a value follows, and the offset of its children. Values are places in a block of texts, each ended by a zero.
/// </remarks>
internal sealed class CharacterMap
{
    private const int LongestCluster = 6;
    private const uint Leaf = 1u << 31;

    private readonly uint[] _units;
    private readonly byte[] _texts;
    private readonly string _origin;

    private CharacterMap(uint[] units, byte[] texts, string origin) => (_units, _texts, _origin) = (units, texts, origin);

    /// <summary>Replaces nothing.</summary>
    internal static CharacterMap Identity { get; } = new([], [], "");

    /// <summary>Takes the block of a model file; an empty one replaces nothing.</summary>
    /// <param name="origin">Where it comes from, for messages.</param>
    /// <exception cref="InputException">Its parts do not fit.</exception>
    internal static CharacterMap Of(byte[] block, string origin)
    {
        const int Header = 4;
        if (block.Length == 0) return Identity;
        long size = block.Length < Header ? -1 : BinaryPrimitives.ReadUInt32LittleEndian(block);
        if (size <= 0 || size % sizeof(uint) != 0 || Header + size >= block.Length || block[^1] != 0)
            throw new InputException($"{origin}: its table of character replacements is damaged.");
        var units = new uint[size / sizeof(uint)];
        for (int i = 0; i < units.Length; i++) units[i] = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(Header + i * sizeof(uint)));
        return new(units, block[(int)(Header + size)..], origin);
    }

    /// <summary>The text with the longest key at each place replaced, as sentencepiece does.</summary>
    internal string ReplaceLongest(string text)
    {
        if (_units.Length == 0) return text;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var replaced = new MemoryStream(bytes.Length);
        for (int at = 0; at < bytes.Length;)
        {
            var (start, length) = Find(bytes.AsSpan(at), longest: true);
            if (length > 0)
            {
                replaced.Write(TextAt(start));
            }
            else
            {
                Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out length);
                replaced.Write(bytes.AsSpan(at, length));
            }
            at += length;
        }
        return Encoding.UTF8.GetString(replaced.ToArray());
    }

    /// <summary>The text replaced as Hugging Face's tokenizers do.</summary>
    /// <remarks>
    /// A cluster (a letter with its marks) of fewer than six bytes that begins with a key becomes that key's replacement,
    /// the shortest key's; in other clusters each character is replaced by itself.
    /// </remarks>
    internal string ReplaceClusters(string text)
    {
        if (_units.Length == 0) return text;
        var replaced = new StringBuilder(text.Length);
        var clusters = StringInfo.GetTextElementEnumerator(text);
        while (clusters.MoveNext())
        {
            string cluster = clusters.GetTextElement();
            if (Encoding.UTF8.GetByteCount(cluster) < LongestCluster && Replacement(cluster) is { } whole) replaced.Append(whole);
            else foreach (var rune in cluster.EnumerateRunes()) replaced.Append(Replacement(rune.ToString()) ?? rune.ToString());
        }
        return replaced.ToString();
    }

    private string? Replacement(string characters)
    {
        var (start, length) = Find(Encoding.UTF8.GetBytes(characters), longest: false);
        return length > 0 ? Encoding.UTF8.GetString(TextAt(start)) : null;
    }

    private (int Start, int Length) Find(ReadOnlySpan<byte> key, bool longest)
    {
        (int, int) found = default;
        uint place = Children(UnitAt(0));
        for (int i = 0; i < key.Length; i++)
        {
            uint unit = UnitAt(place ^ key[i]);
            if ((unit & (Leaf | 0xFF)) != key[i]) break;
            place ^= key[i] ^ Children(unit);
            if ((unit >> 8 & 1) == 0) continue;
            found = ((int)(UnitAt(place) & ~Leaf), i + 1);
            if (!longest) break;
        }
        return found;
    }

    // The offset is stored in units of 256 where a flag says so.
    private static uint Children(uint unit) => unit >> 10 << (int)((unit & 1 << 9) >> 6);

    private uint UnitAt(uint place) => place < _units.Length ? _units[place] : throw Damaged();

    private ReadOnlySpan<byte> TextAt(int start)
    {
        if (start >= _texts.Length) throw Damaged();
        var rest = _texts.AsSpan(start);
        return rest[..rest.IndexOf((byte)0)];
    }

    private InputException Damaged() => new($"{_origin}: its table of character replacements is damaged.");
}
