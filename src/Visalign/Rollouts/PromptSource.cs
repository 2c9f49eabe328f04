using Visalign.Generators;
using Visalign.Worlds;

namespace Visalign.Rollouts;

/// <summary>Where conditions come from: a function of seed and index, never of the process that asks.</summary>
public sealed class PromptSource
{
    /// <summary>What stands in recipes for the prompts of the embedded world.</summary>
    public const string WorldName = "world";

    private readonly Func<ulong, long, Condition> _draw;

    private PromptSource(Func<ulong, long, Condition> draw) => _draw = draw;

    /// <summary>As a recipe names them.</summary>
    /// <param name="name"><see cref="WorldName"/>, or the path of a text file, which has no splits.</param>
    /// <param name="split">Of the embedded world's.</param>
    /// <exception cref="InputException">The file is missing, empty, or a line cannot be encoded.</exception>
    public static PromptSource Of(string name, PromptSplit split, IGenerator generator) => name == WorldName ? World(split) : File(name, generator);

    /// <summary>Prompts of one split of the embedded world, its tasks in turn.</summary>
    public static PromptSource World(PromptSplit split) => new((seed, index) => new(PromptSampler.Draw(split, seed, index).Text));

    /// <summary>The lines of a text file in turn; empty lines are passed over.</summary>
    /// <exception cref="InputException">The file is missing, empty, or a line cannot be encoded; the sentence names the line.</exception>
    public static PromptSource File(string path, IGenerator generator)
    {
        if (!System.IO.File.Exists(path)) throw new InputException($"prompts: there is no file '{path}'. Write 'world', or the path of a text file with a prompt in each line.");
        List<Condition> conditions = [];
        int number = 0;
        foreach (string line in System.IO.File.ReadLines(path))
        {
            number++;
            if (line.Trim().Length == 0) continue;
            var condition = new Condition(line.Trim());
            try
            {
                generator.Check(condition);
            }
            catch (InputException fault)
            {
                throw new InputException($"{path}({number}): {fault.Message}", fault);
            }
            conditions.Add(condition);
        }
        if (conditions.Count == 0) throw new InputException($"prompts: '{path}' has no line with a prompt.");
        return new((_, index) => conditions[(int)(index % conditions.Count)]);
    }

    /// <summary>Some conditions in a row.</summary>
    public Condition[] Draw(ulong seed, long first, int count) => [.. Enumerable.Range(0, count).Select(i => _draw(seed, first + i))];
}
