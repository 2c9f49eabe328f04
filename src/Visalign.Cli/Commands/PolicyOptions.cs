using System.CommandLine;
using Visalign.Runs;

namespace Visalign.Cli.Commands;

/// <summary>The options that say what to sample from: a model, perhaps under an adapter file, or a run.</summary>
internal sealed class PolicyOptions
{
    private const string DefaultModel = "shapes32-flow";

    /// <summary><c>--run</c>.</summary>
    internal Option<string?> Run { get; } = new("--run") { Description = "The folder of a finished run, whose policy is used.", HelpName = "RUN" };

    /// <summary><c>--model</c>.</summary>
    internal Option<string?> Model { get; } = new("--model") { Description = $"A shipped model, or a model folder; {DefaultModel} unless given.", HelpName = "MODEL" };

    /// <summary><c>--lora</c>.</summary>
    internal Option<string?> Lora { get; } = new("--lora") { Description = "A low-rank adapter to put over the model: a file of diffusers or kohya's programs, or a folder of PEFT's.", HelpName = "FILE" };

    /// <summary>Loads what was asked for.</summary>
    internal Policy Load(ParseResult parsed) => (parsed.GetValue(Run), parsed.GetValue(Model), parsed.GetValue(Lora)) switch
    {
        ({ }, null, { }) => throw new InputException("Found both --run and --lora, expected one of them; a run has its own adapter."),
        ({ }, { }, _) => throw new InputException("Found both --run and --model, expected one of them; a run knows the model it began with."),
        ({ } run, null, null) => Policy.OfRun(run),
        (null, var model, { } lora) => Policy.OfModel(model ?? DefaultModel, lora),
        (null, var model, null) => Policy.OfModel(model ?? DefaultModel),
    };
}
