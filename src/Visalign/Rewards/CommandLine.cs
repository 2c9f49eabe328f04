using System.Text;

namespace Visalign.Rewards;

/// <summary>Splits a command line into its words, without a shell.</summary>
public static class CommandLine
{
    /// <summary>
    /// Words are separated by blanks; single or double quotes keep blanks inside a word. Nothing is expanded:
    /// <c>*</c>, <c>$</c>, <c>~</c>, <c>|</c> and backslashes are ordinary characters.
    /// </summary>
    /// <exception cref="InputException">A quote that is not closed.</exception>
    public static IReadOnlyList<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        foreach (char character in line)
        {
            if (quote != '\0')
            {
                if (character == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(character);
                }
            }
            else if (character is '"' or '\'')
            {
                quote = character;
                inWord = true;
            }
            else if (char.IsWhiteSpace(character))
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }
            }
            else
            {
                word.Append(character);
                inWord = true;
            }
        }

        if (quote != '\0')
        {
            throw new InputException($"command: {line} opens a quote {quote} and does not close it. Close it, or give the words as a list.");
        }
        if (inWord)
        {
            words.Add(word.ToString());
        }
        return words;
    }
}
