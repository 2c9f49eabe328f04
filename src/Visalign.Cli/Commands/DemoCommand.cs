using Visalign.Studies;


namespace Visalign.Cli.Commands;

/// <summary><c>visalign demo</c>: the shipped model aligned by the shipped recipe.</summary>
internal static class DemoCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var options = new AlignmentOptions();
        var verb = new Verb("demo", "Aligns the model that ships with the program, live, with a report at the end.", "visalign demo --seed 1")
        {
            options.Out, options.Seed, options.Set, options.Processes, options.Json,
        };
        verb.SetAction(parsed => Alignment.Run(terminal, ShippedRecipe.Demo(options.Overrides(parsed)), options, parsed));

        return verb;
    }
}
