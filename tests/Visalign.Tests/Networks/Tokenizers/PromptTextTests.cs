using FsCheck.Xunit;
using Visalign.Networks.Tokenizers;

namespace Visalign.Tests.Networks.Tokenizers;

public sealed class PromptTextTests
{
    [Theory]
    [InlineData("schÃ¶n, cafÃ©s", "schön, cafés")]
    [InlineData("â€œhiâ€\u009d â€” itâ€™s", "\"hi\" — it's")]
    [InlineData("ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет")]
    [InlineData("ðŸ˜€", "😀")]
    [InlineData("&lt;b&gt; &EACUTE; &#39;&#x41;", "<b> É 'A")]
    [InlineData("1 < 2 &amp; 3", "1 < 2 &amp; 3")]
    [InlineData("a &amp; b\n<i> &amp; c", "a & b\n<i> &amp; c")]
    [InlineData("ＡＢ１！　ｶﾞ", "AB1! ガ")]
    [InlineData("ﬁne ǲ", "fine Dz")]
    [InlineData("‘a’ “b” ŉ", "'a' \"b\" 'n")]
    [InlineData("\u0000nul\u0001 \uFEFFbom", "nul bom")]
    [InlineData("\u001B[31mred\u001B[0m", "red")]
    [InlineData("cafe\u0301", "café")]
    public void What_went_wrong_on_the_way_is_repaired(string text, string repaired) => Assert.Equal(repaired, PromptText.Repair(text));

    [Theory]
    [InlineData("“CAFÉ…”", "\"CAFÉ…\"")]
    [InlineData("AMANHÃ… É»", "AMANHÃ… É»")]
    [InlineData("Ångström, señor, Ça va", "Ångström, señor, Ça va")]
    [InlineData("© 2020 ½ ™ – —", "© 2020 ½ ™ – —")]
    [InlineData("&unknown; &", "&unknown; &")]
    public void What_is_right_stays(string text, string kept) => Assert.Equal(kept, PromptText.Repair(text));

    [Property(MaxTest = 500)]
    public void What_is_repaired_needs_no_more_repair(string? text)
    {
        string once = PromptText.Repair(text ?? "");
        Assert.Equal(once, PromptText.Repair(once));
    }

    [Theory]
    [InlineData("  a \t\r\n b\u2028c\u00A0 ", "a b c")]
    [InlineData("\u3000", "")]
    public void Blanks_of_any_kind_collapse(string text, string collapsed) => Assert.Equal(collapsed, PromptText.Collapse(text));

    [Theory]
    [InlineData("&amp;amp;lt;", "<")]
    [InlineData("if a < b &amp; c", "if a < b & c")]
    [InlineData("<b> &eacute &notit; &lte &nosuch; &#0;&#x80;&#1;|", "<b> é ¬it; <e &nosuch; \uFFFD€|")]
    public void Cleaning_reads_entities_as_a_browser_does(string text, string clean) => Assert.Equal(clean, PromptText.Clean(text));

    [Theory] // Final sigma by Unicode's rule: after a letter, and before none.
    [InlineData("ΟΔΟΣ ΣΑΣ. Σ", "οδος σας. σ", "οδοσ σασ. σ")]
    [InlineData("ΑΣ'Α İ ẞ 𐐀", "ασ'α i\u0307 ß 𐐨", "ασ'α i\u0307 ß 𐐨")]
    public void Lower_case_knows_the_sigma_that_ends_a_word(string text, string words, string characters) =>
        Assert.Equal((words, characters), (LowerCasing.OfWords(text), LowerCasing.OfCharacters(text)));
}
