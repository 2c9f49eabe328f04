using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

public sealed class VocabularyTests
{
    [Fact]
    public void Words_become_their_ids_and_padding_follows()
    {
        var ids = Vocabulary.Encode("a red circle");

        Assert.Equal(Vocabulary.MaximumWords, ids.Length);
        Assert.Equal(["a", "red", "circle"], ids[..3].Select(id => Vocabulary.Words[id - 1]));
        Assert.All(ids[3..], id => Assert.Equal(Vocabulary.Padding, id));
    }

    [Fact]
    public void The_empty_prompt_is_all_padding() => Assert.All(Vocabulary.Encode(""), id => Assert.Equal(Vocabulary.Padding, id));

    [Fact]
    public void Case_and_full_stops_do_not_matter() => Assert.Equal(Vocabulary.Encode("a red circle"), Vocabulary.Encode("A red  circle."));

    [Fact]
    public void An_unknown_word_is_named_together_with_the_nearest_known_one()
    {
        var mistake = Assert.Throws<InputException>(() => Vocabulary.Encode("a red cirlce"));

        Assert.Contains("unknown word 'cirlce'", mistake.Message);
        Assert.Contains("'circle'", mistake.Message);
        Assert.Contains("purple, orange", mistake.Message);
    }

    [Fact]
    public void A_ninth_word_is_refused()
    {
        var mistake = Assert.Throws<InputException>(() => Vocabulary.Encode("draw a red circle to the left of a square"));

        Assert.Contains("10 words", mistake.Message);
    }
}
