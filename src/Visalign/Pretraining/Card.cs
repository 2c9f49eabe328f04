using System.Globalization;
using Visalign.Runs;
using Visalign.Torch.Engines;

namespace Visalign.Pretraining;

/// <summary>What the making of a model made, and how: the README of its folder.</summary>
public abstract record Card
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The command that made it.</summary>
    public required string Command { get; init; }

    /// <summary>Its networks.</summary>
    public required IReadOnlyList<CardNetwork> Networks { get; init; }

    /// <summary>The recipe with every default resolved.</summary>
    public required string Recipe { get; init; }

    /// <summary>What came of it, in a sentence.</summary>
    public abstract string InWords { get; }

    /// <summary>What the model is, in a sentence or two.</summary>
    private protected abstract string Summary { get; }

    /// <summary>The card as Markdown.</summary>
    public string ToMarkdown()
    {
        var text = new CardText(Name, Command, ThisMachine(), $"{Summary} The run that made the model measured and wrote all of this.");
        text.Networks(Networks);
        Tell(text);
        return text.End(Recipe);
    }

    /// <summary>Writes what was measured.</summary>
    private protected abstract void Tell(CardText text);

    private protected static string Write(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Program, engine, BLAS, threads and processor of this process.</summary>
    private static (string Name, string Value)[] ThisMachine()
    {
        var engine = Engine.Current;
        return
        [
            ("program", $"visalign {Provenance.ThisProgram}"),
            ("engine", $"libtorch {engine.Libtorch.Version}"),
            ("BLAS", $"{Path.GetFileName(engine.Blas.Library)}{(engine.Blas.Core.Length > 0 ? $", {engine.Blas.Core} kernels" : "")}"),
            ("threads", FormattableString.Invariant($"{engine.Threads}")),
            ("processor", Processor.Model),
        ];
    }
}
