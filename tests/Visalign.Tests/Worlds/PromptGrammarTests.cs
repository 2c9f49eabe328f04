using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

public sealed class PromptGrammarTests
{
    [Fact]
    public void Every_phrasing_of_every_drawn_request_fits_the_model_and_reads_back()
    {
        foreach (var split in Enum.GetValues<PromptSplit>())
        {
            for (var index = 0; index < 1200; index++)
            {
                var request = PromptSampler.Draw(split, seed: 1, index).Request;
                var phrasings = PromptGrammar.Phrasings(request);

                Assert.True(phrasings.Count >= 4);
                Assert.Equal(phrasings.Count, phrasings.Distinct().Count());
                Assert.All(phrasings, text => Assert.Equal(request, PromptGrammar.Parse(text)));
                Assert.All(phrasings, text => Assert.NotEqual(0, Vocabulary.Encode(text)[0]));
            }
        }
    }

    [Theory]
    [InlineData("two red circles", SceneTask.Counting, 2)]
    [InlineData("four crosses", SceneTask.Counting, 4)]
    [InlineData("square", SceneTask.SingleObject, 1)]
    [InlineData("an orange cross", SceneTask.Colors, 1)]
    [InlineData("Draw a circle and a square.", SceneTask.TwoObjects, 2)]
    [InlineData("a red circle above a blue square", SceneTask.Position, 2)]
    [InlineData("a red circle and a square", SceneTask.ColorAttribution, 2)]
    [InlineData("a red circle and a blue circle", SceneTask.ColorAttribution, 2)]
    public void Users_sentences_of_the_same_grammar_are_read(string text, SceneTask task, int objectCount)
    {
        var request = PromptGrammar.Parse(text);

        Assert.Equal(task, request.Task);
        Assert.Equal(objectCount, request.ObjectCount);
    }

    [Fact]
    public void A_relation_keeps_the_order_of_its_objects()
    {
        var request = PromptGrammar.Parse("a circle to the right of a square");

        Assert.Equal(new SceneRequest(
            SceneTask.Position, new(ObjectShape.Circle), new WantedObject(ObjectShape.Square), Relation: Relation.RightOf), request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("circle red")]
    [InlineData("two circle")]
    [InlineData("a circles")]
    [InlineData("a circle left a square")]
    [InlineData("a circle and a circle")]
    [InlineData("a red circle and a circle")]
    [InlineData("a circle and a square and a cross")]
    public void A_sentence_of_known_words_that_says_nothing_is_answered_with_examples(string text)
    {
        var mistake = Assert.Throws<InputException>(() => PromptGrammar.Parse(text));

        Assert.Contains("'a red circle'", mistake.Message);
    }
}
