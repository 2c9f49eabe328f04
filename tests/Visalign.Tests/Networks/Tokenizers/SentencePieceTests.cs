using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Visalign.Networks.Tokenizers;

namespace Visalign.Tests.Networks.Tokenizers;

public sealed class SentencePieceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Property(MaxTest = 300)]
    public Property No_other_split_is_more_probable()
    {
        var pieces = TinyTokenizers.Pieces.Where(piece => piece.Kind == PieceKind.Normal).ToDictionary(piece => piece.Text, piece => (double)piece.Score);
        var vocabulary = new UnigramVocabulary(pieces.Select((piece, id) => (piece.Key, id, piece.Value)), pieces.Values.Min());
        double unknown = pieces.Values.Min() - 10;
        var texts = Gen.Elements("abcx▁".ToCharArray()).ArrayOf().Where(letters => letters.Length < 9).Select(letters => new string(letters));
        return Prop.ForAll(texts.ToArbitrary(), text =>
        {
            var path = vocabulary.Split(text);
            double score = path.Sum(piece => piece.Id is null ? unknown : pieces[piece.Text]);
            return string.Concat(path.Select(piece => piece.Text)) == text && Math.Abs(score - Best(text)) < 1e-9;
        });

        // Every way to cut the text, one after the other.
        double Best(string text) => text.Length == 0 ? 0 : Enumerable.Range(1, text.Length).Max(length =>
            (pieces.TryGetValue(text[..length], out double score) ? score : length == 1 ? unknown : double.NegativeInfinity) + Best(text[length..]));
    }

    [Theory]
    [InlineData("ab  c ", "4 6 3 7")]          // ▁a b: -2 - 4.5 is more than ▁ab's -7; blanks collapse
    [InlineData("xyz", "3 2")]                 // neighbors without a piece are one unknown
    [InlineData("axa", "4 2 5")]
    [InlineData("", "")]
    [InlineData("  ", "")]
    public void A_text_is_split_as_by_hand(string text, string ids) =>
        Assert.Equal(ids, string.Join(' ', Plain(TinyTokenizers.Pieces).Encode(text)));

    [Property(MaxTest = 200)]
    public Property Text_that_pieces_cover_survives_the_round_trip()
    {
        var tokenizer = Plain(TinyTokenizers.Pieces);
        var words = Gen.NonEmptyListOf(Gen.NonEmptyListOf(Gen.Elements("a", "b", "c")).Select(string.Concat)).Select(list => string.Join(' ', list));
        return Prop.ForAll(words.ToArbitrary(), text => tokenizer.Decode(tokenizer.Encode(text)) == text);
    }

    [Theory]
    [InlineData("a ж😀")]
    [InlineData("\u0001\n")]
    public void With_bytes_to_fall_back_on_any_text_survives_the_round_trip(string text)
    {
        var tokenizer = Plain([.. TinyTokenizers.Pieces, .. TinyTokenizers.BytePieces], byteFallback: true);

        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void A_byte_without_a_piece_is_named() =>
        Assert.EndsWith("has no piece '<0x7F>'.", Assert.Throws<InputException>(() =>
            Plain(TinyTokenizers.Pieces.Concat(TinyTokenizers.BytePieces.Where(piece => piece.Item1 != "<0x7F>")), byteFallback: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_truncation_of_a_model_file_is_refused_or_read_as_fewer_pieces()
    {
        byte[] whole = File.ReadAllBytes(TinyTokenizers.WriteModel(_folder["whole"], TinyTokenizers.Pieces));
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["cut"], whole[..length]);
            try
            {
                Assert.InRange(SentencePieceModel.Read(_folder["cut"]).Pieces.Count, 4, TinyTokenizers.Pieces.Length);
            }
            catch (InputException refusal)
            {
                Assert.StartsWith(_folder["cut"], refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Another_kind_of_model_is_refused_by_its_option() =>
        Assert.EndsWith("'model_type' is 2, which is not supported; expected 1.", Refusal(TinyTokenizers.WriteModel(_folder["bpe"], TinyTokenizers.Pieces, modelType: 2)), StringComparison.Ordinal);

    [Fact]
    public void A_model_without_pieces_or_without_the_unknown_is_refused()
    {
        Assert.EndsWith("holds no pieces; expected a SentencePiece model.", Refusal(TinyTokenizers.WriteModel(_folder["none"], [])), StringComparison.Ordinal);
        Assert.EndsWith("has 0 pieces for the unknown, expected one.", Refusal(TinyTokenizers.WriteModel(_folder["known"], [("a", -1, PieceKind.Normal)])), StringComparison.Ordinal);
        Assert.StartsWith($"{_folder["absent"]} cannot be read: ", Refusal(_folder["absent"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_table_of_replacements_is_refused_when_read_or_when_used()
    {
        string sentence = "its table of character replacements is damaged.";
        byte[] outside = new byte[10];
        BinaryPrimitives.WriteUInt32LittleEndian(outside, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(outside.AsSpan(4), 500u << 10);  // children beyond the only unit

        Assert.EndsWith(sentence, Refusal(TinyTokenizers.WriteModel(_folder["short"], TinyTokenizers.Pieces, map: [1, 2])), StringComparison.Ordinal);
        Assert.EndsWith(sentence, Refusal(TinyTokenizers.WriteModel(_folder["long"], TinyTokenizers.Pieces, map: [200, 0, 0, 0, 1, 0])), StringComparison.Ordinal);
        Assert.EndsWith(sentence, Assert.Throws<InputException>(() =>
            new SentencePieceTokenizer(SentencePieceModel.Read(TinyTokenizers.WriteModel(_folder["outside"], TinyTokenizers.Pieces, map: outside))).Encode("a")).Message, StringComparison.Ordinal);
    }

    private static string Refusal(string path) => Assert.Throws<InputException>(() => SentencePieceModel.Read(path)).Message;

    private SentencePieceTokenizer Plain(IEnumerable<(string, float, PieceKind)> pieces, bool byteFallback = false) =>
        new(SentencePieceModel.Read(TinyTokenizers.WriteModel(_folder["spiece.model"], pieces, byteFallback)));
}
