using Visalign.Networks.Tokenizers;

namespace Visalign.Tests.Networks.Tokenizers;

public sealed class T5TokenizerTests : IDisposable
{
    private const int Pad = 0, End = 1, Unknown = 2, Blank = 3, BlankA = 4, A = 5, B = 6;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Special_tokens_are_cut_out_and_sentinels_count_down_from_the_top()
    {
        var tokenizer = new T5Tokenizer(Model(), extraIds: 10);

        Assert.Equal([BlankA, TinyTokenizers.Pieces.Length + 9, BlankA, End, TinyTokenizers.Pieces.Length, End], tokenizer.Encode("a<extra_id_0>a</s><extra_id_9>"));
    }

    [Theory]
    [InlineData(BlankPrefix.Always, new[] { BlankA, End, BlankA, End })]
    [InlineData(BlankPrefix.First, new[] { BlankA, End, A, End })]
    [InlineData(BlankPrefix.Never, new[] { A, End, A, End })]
    public void A_blank_comes_first_where_the_tokenizer_says(BlankPrefix prefix, int[] ids) =>
        Assert.Equal(ids, new T5Tokenizer(Model(), prefix: prefix).Encode("a</s>a"));

    [Fact]
    public void Unknown_neighbors_are_one_within_a_word_and_bytes_never_stand_in()
    {
        var model = Model([.. TinyTokenizers.Pieces, .. TinyTokenizers.BytePieces], byteFallback: true);

        Assert.Equal([Blank, Unknown, Blank, Unknown, B, Unknown, End], new T5Tokenizer(model).Encode("xy zbz"));
    }

    [Fact]
    public void Blanks_collapse_and_those_at_the_end_go() =>
        Assert.Equal(new T5Tokenizer(Model()).Encode("a b"), new T5Tokenizer(Model()).Encode("  a    b \n\u3000"));

    [Fact]
    public void A_long_text_is_cut_before_its_end_and_a_short_one_padded()
    {
        var batch = new T5Tokenizer(Model()).Encode(["a a a a", "a"], 3);

        Assert.Equal([BlankA, BlankA, End, BlankA, End, Pad], batch.Ids);
        Assert.Equal([1, 1, 1, 1, 1, 0], batch.Mask);
    }

    [Theory]
    [InlineData("""{ "add_prefix_space": true }""", null, BlankA)]
    [InlineData("""{ "add_prefix_space": false }""", """{ "pre_tokenizer": { "type": "Metaspace", "prepend_scheme": "always" } }""", A)]
    [InlineData("""{ "add_prefix_space": null }""", """{ "pre_tokenizer": { "type": "Metaspace", "prepend_scheme": "never" } }""", A)]
    [InlineData("""{ }""", """{ "pre_tokenizer": { "type": "Sequence", "pretokenizers": [{ "type": "WhitespaceSplit" }, { "type": "Metaspace", "add_prefix_space": false }] } }""", A)]
    [InlineData("""{ }""", null, BlankA)]
    public void A_folder_says_whether_a_blank_comes_first(string config, string? tokenizer, int first)
    {
        Model();
        File.WriteAllText(_folder["tokenizer_config.json"], config);
        if (tokenizer is not null) File.WriteAllText(_folder["tokenizer.json"], tokenizer);

        Assert.Equal([first, End], T5Tokenizer.Open(_folder.Path).Encode("a"));
    }

    [Fact]
    public void A_folder_without_a_model_or_of_another_kind_is_refused()
    {
        File.WriteAllText(_folder["tokenizer_config.json"], """{ "tokenizer_class": "T5TokenizerFast" }""");
        Assert.StartsWith(_folder["spiece.model"], Refusal(), StringComparison.Ordinal);

        File.WriteAllText(_folder["tokenizer_config.json"], """{ "tokenizer_class": "LlamaTokenizer" }""");
        Assert.EndsWith("'tokenizer_class' is \"LlamaTokenizer\", expected T5Tokenizer or T5TokenizerFast.", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_T5s_marks_is_refused() =>
        Assert.EndsWith("has no piece '</s>'.", Assert.Throws<InputException>(() =>
            new T5Tokenizer(Model([.. TinyTokenizers.Pieces.Where(piece => piece.Text != "</s>")]))).Message, StringComparison.Ordinal);

    private string Refusal() => Assert.Throws<InputException>(() => T5Tokenizer.Open(_folder.Path)).Message;

    private SentencePieceModel Model() => Model(TinyTokenizers.Pieces);

    private SentencePieceModel Model((string, float, PieceKind)[] pieces, bool byteFallback = false) =>
        SentencePieceModel.Read(TinyTokenizers.WriteModel(_folder["spiece.model"], pieces, byteFallback));
}
