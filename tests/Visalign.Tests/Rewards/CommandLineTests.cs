using Visalign.Rewards;

namespace Visalign.Tests.Rewards;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("python3 judge.py --model  small", new[] { "python3", "judge.py", "--model", "small" })]
    [InlineData("  judge\t", new[] { "judge" })]
    [InlineData("'my judge' \"it's\" a'b c'd", new[] { "my judge", "it's", "ab cd" })]
    [InlineData("judge \"\" x", new[] { "judge", "", "x" })]
    [InlineData("judge *.png $HOME ~ | rm a\\b", new[] { "judge", "*.png", "$HOME", "~", "|", "rm", "a\\b" })]
    [InlineData("", new string[0])]
    public void Words_part_at_blanks_outside_quotes_and_nothing_is_expanded(string line, string[] words) =>
        Assert.Equal(words, CommandLine.Split(line));

    [Fact]
    public void An_open_quote_is_refused() =>
        Assert.Contains("opens a quote '", Assert.Throws<InputException>(() => CommandLine.Split("judge 'x")).Message);
}
