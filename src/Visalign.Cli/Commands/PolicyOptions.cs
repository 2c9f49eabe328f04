using System.CommandLine;
using Visalign.Runs;

namespace Visalign.Cli.Commands;

/// <summary>The two options that say what to sample from: a model, or a run.</summary>
internal sealed class PolicyOptions
{
    private const string DefaultModel = "shapes32-flow";

    /// <summary><c>--run</c>.</summary>
    internal Option<string?> Run { get; } = new("--run") { Description = "The folder of a finished run, whose policy is used.", HelpName = "RUN" };

    /// <summary><c>--model</c>.</summary>
    internal Option<string?> Model { get; } = new("--model") { Description = $"A shipped model, or a model folder; {DefaultModel} unless given.", HelpName = "MODEL" };

    /// <summary>Loads what was asked for.</summary>
    internal Policy Load(ParseResult parsed) => (parsed.GetValue(Run), parsed.GetValue(Model)) switch
    {
        ({ }, { }) => throw new InputException("Found both --run and --model, expected one of them; a run knows the model it began with."),
        ({ } run, null) => Policy.OfRun(run),
        (null, var model) => Policy.OfModel(model ?? DefaultModel),
    };
}
