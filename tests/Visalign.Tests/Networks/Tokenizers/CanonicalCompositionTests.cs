using FsCheck.Xunit;
using Visalign.Networks.Tokenizers;

namespace Visalign.Tests.Networks.Tokenizers;

public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("\u212B", "Å")]                            // singletons never come back
    [InlineData("\u1E69", "ṩ")]
    [InlineData("s\u0307\u0323", "ṩ")]                     // marks are sorted: dot below first
    [InlineData("a\u0315\u0300\u05AE\u0301", "à\u05AE\u0301\u0315")]  // Unicode's own example of blocked marks
    [InlineData("\u0958", "\u0915\u093C")]                 // excluded from composition
    [InlineData("\u1112\u1161\u11AB", "한")]
    [InlineData("\uD55C\u11A8", "\uD55C\u11A8")]           // a syllable takes one final
    [InlineData("\u3042\u3099", "\u3042\u3099")]
    [InlineData("カ\u3099", "ガ")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    public void Letters_and_marks_compose_as_Unicode_says(string text, string composed) => Assert.Equal(composed, CanonicalComposition.Compose(text));

    [Property(MaxTest = 500)]
    public void Composing_twice_is_composing_once(string? text)
    {
        string once = CanonicalComposition.Compose(text ?? "");
        Assert.Equal(once, CanonicalComposition.Compose(once));
    }
}
