using System.CommandLine;
using Visalign.Cli.Views;
using Visalign.Pretraining;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign pretrain</c>: a model from nothing but a recipe.</summary>
internal static class PretrainCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A pretraining recipe, such as recipes/pretrain-shapes32-flow.yaml." };
        var folder = new Option<string>("--out") { Description = "The model folder to make.", HelpName = "FOLDER", Required = true };
        var vae = new Option<string?>("--vae") { Description = "A folder whose finished autoencoder is used, instead of training one.", HelpName = "FOLDER" };
        var from = new Option<string?>("--from") { Description = "A model to go on from: its network is trained further, its autoencoder kept.", HelpName = "MODEL" };
        var set = new Option<string[]>("--set") { Description = "Replaces a value of the recipe; may be repeated.", HelpName = "key=value", DefaultValueFactory = _ => [] };
        var verb = new Verb("pretrain", "Trains a model of the embedded world, a generator or a judge, measures it and writes its card.",
            "visalign pretrain recipes/pretrain-shapes32-flow.yaml --out mymodel --set transformer.training.steps=2000") { recipe, folder, vae, from, set };
        verb.SetAction(parsed =>
        {
            string source = parsed.GetRequiredValue(recipe);
            string[] settings = parsed.GetValue(set)!;
            var made = PretrainingKinds.Read(source, settings);
            var request = new PretrainingRequest
            {
                Folder = parsed.GetRequiredValue(folder),
                Autoencoder = parsed.GetValue(vae),
                From = parsed.GetValue(from),
                Command = "./visalign pretrain " + string.Join(' ', parsed.Tokens.Skip(1).Select(token => Quoted(token.Value))),
            };
            string words = RunView.Show(terminal, new RunTitle("pretraining", request.Folder), observer =>
                made.Make(request, observer, TimeProvider.System, terminal.Interrupted));
            terminal.Output.WriteLine($"{request.Folder}: {words} README.md in it has the rest.");

            return ExitCode.Done;
        });

        return verb;
    }

    private static string Quoted(string word) => word.Any(letter => !char.IsLetterOrDigit(letter) && !"-_=./:,+@%".Contains(letter, StringComparison.Ordinal)) ? $"'{word}'" : word;
}
