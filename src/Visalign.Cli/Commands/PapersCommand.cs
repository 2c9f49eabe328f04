using System.CommandLine;
using Visalign.Cli.Views;
using Visalign.Methods;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign papers</c>: the list, or one of it.</summary>
internal static class PapersCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var slug = new Argument<string?>("SLUG") { Description = "The name of one paper; without it, all.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print a JSON array and nothing else." };
        var bibtex = new Option<bool>("--bibtex") { Description = "Print BibTeX entries and nothing else." };
        var verb = new Verb("papers", "Lists the papers: what each does, how to run it, how it did here.", "visalign papers flow-grpo --bibtex") { slug, json, bibtex };
        verb.SetAction(parsed => Run(terminal, parsed.GetValue(slug), parsed.GetValue(json), parsed.GetValue(bibtex)));

        return verb;
    }

    private static int Run(Terminal terminal, string? slug, bool json, bool bibtex)
    {
        if (json && bibtex)
        {
            throw new InputException("papers: found both --json and --bibtex, expected one of them. Run it twice.");
        }

        var all = PaperCatalog.Load();
        var chosen = slug is null ? all : [PaperCatalog.Find(all, slug)];
        if (json)
        {
            terminal.Output.WriteLine(PaperCatalog.ToJson(chosen));
        }
        else if (bibtex)
        {
            terminal.Output.WriteLine(string.Join("\n\n", chosen.Select(PaperCitation.BibTex)));
        }
        else
        {
            terminal.Canvas().Write(slug is null ? PaperTable.Of(chosen) : PaperCard.Of(chosen[0]));
        }

        return ExitCode.Done;
    }
}
