using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Visalign.Networks.Tokenizers;

namespace Visalign.Tests.Networks.Tokenizers;

public sealed class ClipTokenizerTests : IDisposable
{
    private const int Begin = 517, End = 518, Cat = 513, Owl = 515;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_text_is_begin_its_joined_pairs_and_the_end() =>
        Assert.Equal([Begin, Cat, Owl, End], TinyTokenizers.Clip(new()).Encode("  Cat\t\nOWL "));

    [Fact] // By hand: of c-a-t and o-w-s only 'c a' and 'o w' are pairs where the word's last symbol is another.
    public void The_last_symbol_of_a_word_is_another_than_the_same_inside() =>
        Assert.Equal(["ca", "ts</w>"], Spell(new([("c", "a"), ("t", "s</w>"), ("ca", "t</w>")], ""), "cats"));

    [Fact] // 'b c' was learned before 'a b', so 'a bc' and not 'ab c'; the pair is joined at both places.
    public void Of_two_pairs_the_first_learned_is_joined_at_every_place() =>
        Assert.Equal(["a", "bc", "a", "bc", "x</w>"], Spell(new([("b", "c"), ("a", "b")], ""), "abcabcx"));

    [Property(MaxTest = 200)]
    public Property Words_of_any_letters_survive_the_round_trip()
    {
        var words = Gen.NonEmptyListOf(Gen.NonEmptyListOf(Gen.Elements("acotwlzéßяあ𝓪".EnumerateRunes().Select(rune => rune.ToString()).ToArray())).Select(string.Concat));
        var tokenizer = TinyTokenizers.Clip(new() { MaximumLength = 100_000 });
        return Prop.ForAll(words.Select(list => string.Join(' ', list)).ToArbitrary(), text => tokenizer.Decode(tokenizer.Encode(text)) == text);
    }

    [Property(MaxTest = 200)]
    public void No_string_breaks_any_cleaning(string? text, byte cleaning)
    {
        int[] ids = TinyTokenizers.Clip(new() { Cleaning = (ClipCleaning)(cleaning % 3), MaximumLength = 20 }).Encode(text ?? "");

        Assert.Equal((Begin, End), (ids[0], ids[^1]));
        Assert.InRange(ids.Length, 2, 20);
    }

    [Fact]
    public void Rows_are_padded_behind_the_end_and_the_mask_counts_what_is_their_own()
    {
        var batch = TinyTokenizers.Clip(new() { MaximumLength = 6 }).Encode(["cat", "owl cat owl cat owl"]);

        Assert.Equal([Begin, Cat, End, End, End, End, Begin, Owl, Cat, Owl, Cat, End], batch.Ids);
        Assert.Equal([1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1], batch.Mask);
        Assert.Equal((2, 6), (batch.Count, batch.Length));
    }

    [Fact]
    public void A_padding_token_written_in_the_text_is_taken_as_it_is_and_an_end_inside_does_not_end()
    {
        var plain = TinyTokenizers.Clip(new());
        var padded = TinyTokenizers.Clip(new() { Padding = "!" });

        Assert.Equal([Begin, Cat, 516, End], plain.Encode("cat!!"));
        Assert.Equal([Begin, Cat, 0, 0, End], padded.Encode("cat!!"));
        Assert.Equal([Begin, Cat, End, Owl, End], plain.Encode("cat<|endoftext|>owl"));
    }

    [Fact]
    public void Cleanings_differ_in_what_they_repair()
    {
        int[] Of(ClipCleaning cleaning) => TinyTokenizers.Clip(new() { Cleaning = cleaning }).Encode("ｃａｔ &lt;b &amp;amp;");
        string Text(ClipCleaning cleaning) => TinyTokenizers.Clip(new()).Decode(Of(cleaning));

        Assert.Equal("cat < b &", Text(ClipCleaning.Pipeline));
        Assert.Equal("cat < b &", Text(ClipCleaning.OpenClip));
        Assert.Equal("ｃａｔ & lt ; b & amp ; amp ;", Text(ClipCleaning.Fast));
    }

    [Fact]
    public void A_folder_says_length_and_special_tokens()
    {
        TinyTokenizers.WriteClip(_folder.Path, """{ "model_max_length": 5, "tokenizer_class": "CLIPTokenizer", "pad_token": { "content": "!" }, "added_tokens_decoder": { "513": { "content": "<cat>" } } }""",
            """{ "pad_token": "<|endoftext|>" }""");

        Assert.Equal([Begin, Cat, End, 0, 0], ClipTokenizer.Open(_folder.Path).Encode(["<cat>"]).Ids);
    }

    [Fact]
    public void In_a_folder_of_the_older_kind_the_map_of_special_tokens_wins()
    {
        TinyTokenizers.WriteClip(_folder.Path, """{ "model_max_length": 4, "pad_token": "<|endoftext|>" }""", """{ "pad_token": "!" }""");

        Assert.Equal([Begin, Cat, End, 0], ClipTokenizer.Open(_folder.Path).Encode(["cat"]).Ids);
    }

    [Theory]
    [InlineData("vocab.json", "{ \"a\": ", "vocab.json cannot be read as JSON: ")]
    [InlineData("vocab.json", "[1]", "vocab.json holds a JSON array, expected an object.")]
    [InlineData("vocab.json", "{ \"a\": \"b\" }", "vocab.json: 'a' is \"b\", expected an id.")]
    [InlineData("vocab.json", "{ \"a\": 1, \"b\": 1 }", "vocab.json: the id 1 of 'b' is also another's.")]
    [InlineData("vocab.json", "{ \"a\": 1 }", "merges.txt lacks '!', the symbol of a byte.")]
    [InlineData("merges.txt", "c a\n", "merges.txt begins with 'c a', expected a line with '#version'")]
    [InlineData("merges.txt", "#version: 0.2\nc a\nca\n", "merges.txt(3): 'ca' is no pair of symbols.")]
    [InlineData("merges.txt", "#version: 0.2\nc a\nc a\n", "merges.txt has the pair 'c a' twice.")]
    [InlineData("merges.txt", "#version: 0.2\nq z\n", "merges.txt joins 'q z', but the vocabulary lacks 'qz'.")]
    [InlineData("tokenizer_config.json", "{ }", "tokenizer_config.json lacks 'model_max_length'.")]
    [InlineData("tokenizer_config.json", "{ \"model_max_length\": 1e30 }", "tokenizer_config.json: 'model_max_length' is 1e30, expected a whole number")]
    [InlineData("tokenizer_config.json", "{ \"model_max_length\": 2 }", "A length of 2 tokens leaves no room")]
    [InlineData("tokenizer_config.json", "{ \"tokenizer_class\": \"BertTokenizer\" }", "'tokenizer_class' is \"BertTokenizer\", expected CLIPTokenizer or CLIPTokenizerFast.")]
    [InlineData("tokenizer_config.json", "{ \"model_max_length\": 9, \"bos_token\": \"<s>\" }", "lacks the special token '<s>'.")]
    [InlineData("tokenizer_config.json", "{ \"model_max_length\": 9, \"added_tokens_decoder\": { \"x\": {} } }", "'added_tokens_decoder' has the entry 'x'")]
    public void A_malformed_file_is_told_in_one_sentence(string file, string text, string sentence)
    {
        TinyTokenizers.WriteClip(_folder.Path);
        File.WriteAllText(_folder[file], text);

        Assert.Contains(sentence, Assert.Throws<InputException>(() => ClipTokenizer.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("tokenizer_config.json")]
    public void A_missing_file_is_named(string file)
    {
        TinyTokenizers.WriteClip(_folder.Path);
        File.Delete(_folder[file]);

        Assert.Contains(_folder[file], Assert.Throws<InputException>(() => ClipTokenizer.Open(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private static string[] Spell(BytePairs pairs, string word)
    {
        var vocabulary = TinyTokenizers.Vocabulary(pairs.All);
        return [.. new ClipTokenizer(vocabulary, pairs, new()).Encode(word)[1..^1].Select(id => vocabulary.Single(entry => entry.Value == id).Key)];
    }
}
