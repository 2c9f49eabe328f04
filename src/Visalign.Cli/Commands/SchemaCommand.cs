using Visalign.Runs;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign schema</c>: what a recipe may hold, for editors.</summary>
internal static class SchemaCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var verb = new Verb("schema", "Prints the JSON Schema of recipes, by which editors complete and check them.", "visalign schema");
        verb.SetAction(_ =>
        {
            terminal.Output.WriteLine(Recipe.File.Schema());

            return ExitCode.Done;
        });

        return verb;
    }
}
