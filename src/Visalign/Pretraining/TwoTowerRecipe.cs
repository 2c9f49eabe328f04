using System.ComponentModel.DataAnnotations;
using Visalign.Networks;
using Visalign.Records;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Worlds;

namespace Visalign.Pretraining;

/// <summary>How a two-tower judge of the embedded world is made.</summary>
public sealed record TwoTowerRecipe : IPretrainingRecipe
{
    /// <summary>The model and its training.</summary>
    public required TwoTowerNetwork TwoTower { get; init; }

    /// <summary>What is measured of the result, for its card.</summary>
    public JudgeMeasurementRecipe Measurement { get; init; } = new();

    /// <summary>The recipe file.</summary>
    public static RecordFormat<TwoTowerRecipe> File { get; } = new(RecordTypes.None, new FormatVersion("pretraining", 1));

    int IPretrainingRecipe.BatchSize => TwoTower.Training.BatchSize;

    string IPretrainingRecipe.Make(PretrainingRequest request, IRunObserver observer, TimeProvider clock, CancellationToken token) =>
        TwoTowerMaking.Run(this, request, observer, clock, token).InWords;
}

/// <summary>What a two-tower model is, and how it is trained.</summary>
public sealed record TwoTowerNetwork
{
    /// <summary>The picture tower.</summary>
    public TowerSize Picture { get; init; } = new() { Width = 96, Blocks = 4, Heads = 4 };

    /// <summary>Side of the square of pixels that makes one token; divides 32.</summary>
    [Range(1, Scene.Size)]
    public int Patch { get; init; } = 4;

    /// <summary>The text tower.</summary>
    public TowerSize Text { get; init; } = new() { Width = 64, Blocks = 2, Heads = 2 };

    /// <summary>Numbers in an embedding.</summary>
    [Range(1, 8192)]
    public int Embedding { get; init; } = 64;

    /// <summary>Prompts in a family: one, and near misses of it. A batch holds whole families, so as many scenes as fit into its size.</summary>
    [Range(2, 64)]
    public int Family { get; init; } = 4;

    /// <summary>Its training.</summary>
    public required PretrainingOptions Training { get; init; }

    /// <summary>The network, for the pictures and words of the embedded world.</summary>
    internal ClipConfig Network => new()
    {
        Vision = new()
        {
            Width = Picture.Width, HiddenWidth = 4 * Picture.Width, Blocks = Picture.Blocks, Heads = Picture.Heads,
            ImageSize = Scene.Size, PatchSize = Patch, Activation = ClipActivation.Gelu,
        },
        Text = new()
        {
            Width = Text.Width, HiddenWidth = 4 * Text.Width, Blocks = Text.Blocks, Heads = Text.Heads,
            VocabularySize = WorldTokens.Count, Positions = WorldTokens.Length, PooledToken = WorldTokens.End, Activation = ClipActivation.Gelu,
        },
        ProjectionWidth = Embedding,
    };
}

/// <summary>The size of one tower.</summary>
public sealed record TowerSize : IValidatableObject
{
    /// <summary>Width of the residual stream.</summary>
    [Range(1, 8192)]
    public required int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    [Range(1, 1000)]
    public required int Blocks { get; init; }

    /// <summary>Attention heads.</summary>
    [Range(1, 1024)]
    public required int Heads { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Width % Heads != 0)
        {
            yield return new($"'width' is {Width}, expected a number that {Heads} heads share evenly.");
        }
    }
}

/// <summary>How thoroughly a judge is measured.</summary>
public sealed record JudgeMeasurementRecipe
{
    /// <summary>Scenes shown to it, of tuning prompts and as many of held-out ones.</summary>
    [Range(1, 1_000_000)]
    public int Scenes { get; init; } = 2000;

    /// <summary>The generator whose pictures it judges: a shipped name, or a model folder.</summary>
    public string Model { get; init; } = "shapes32-flow";

    /// <summary>Held-out prompts of which the generator makes pictures, at its best guidance.</summary>
    [Range(2, 1_000_000)]
    public int Prompts { get; init; } = 256;

    /// <summary>Pictures of each prompt.</summary>
    [Range(2, 1000)]
    public int Group { get; init; } = 4;

    /// <summary>ODE steps.</summary>
    [Range(1, 1000)]
    public int Steps { get; init; } = 8;

    /// <summary>Pictures whose graded scores differ by no more are not compared.</summary>
    [Range(0, 1)]
    public double Tie { get; init; } = 0.1;
}
