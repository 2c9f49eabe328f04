using Visalign.Worlds;

namespace Visalign.Tests.Worlds;

public sealed class NearMissesTests
{
    // Shapes: 3 for one noun, 2 each for two. Colors: 5 for one, 4 each for two, and their exchange. Numbers: 3 others, or either noun alone. Places: 3.
    [Theory]
    [InlineData("a circle", 3 + 3)]
    [InlineData("a red circle", 3 + 5 + 3)]
    [InlineData("two red circles", 3 + 5 + 3)]
    [InlineData("a circle and a square", 4 + 2)]
    [InlineData("a circle left of a square", 4 + 2 + 3)]
    [InlineData("a red circle and a blue square", 4 + 8 + 1 + 2)]
    public void Every_fact_is_missed_in_every_way(string prompt, int count)
    {
        var request = PromptGrammar.Parse(prompt);

        var misses = NearMisses.Of(request);

        Assert.Equal(count, misses.Count);
        Assert.Equal(count, misses.Distinct().Count());
        Assert.DoesNotContain(request, misses);
    }

    [Fact]
    public void Every_one_is_a_request_that_sentences_ask_for()
    {
        for (int i = 0; i < 60; i++)
            foreach (var miss in NearMisses.Of(PromptSampler.Draw(PromptSplit.Training, 1, i).Request))
                Assert.All(PromptGrammar.Phrasings(miss), text => Assert.Equal(miss, PromptGrammar.Parse(text)));
    }
}
