namespace Visalign.Rewards;

/// <summary>What a reward may need beside its options.</summary>
/// <param name="Clock">Measures time-outs and waits.</param>
/// <param name="Seed">Of waiting times; no score depends on it.</param>
public sealed record RewardContext(TimeProvider Clock, int Seed);

/// <summary>A reward that recipes can name.</summary>
/// <param name="Name">Its name in recipes.</param>
/// <param name="Summary">What it judges, as the rest of a sentence.</param>
/// <param name="OptionsType">The sealed record that a recipe's keys fill.</param>
/// <param name="Create">From an instance of <paramref name="OptionsType"/> to the reward; disposable when it holds connections.</param>
public sealed record RewardEntry(string Name, string Summary, Type OptionsType, Func<object, RewardContext, IReward> Create);

/// <summary>Every reward that needs no trained model, by its name in recipes.</summary>
public static class RewardCatalog
{
    /// <summary>All entries, sorted by name.</summary>
    public static IReadOnlyList<RewardEntry> All { get; } =
    [
        Of<PlainRewardOptions>("brightness", "mean of all pixels", (_, _) => new Brightness()),
        Of<PlainRewardOptions>("colorfulness", "spread and mean of the opponent colors", (_, _) => new Colorfulness()),
        Of<CommandRewardOptions>("command", "what a program of your own prints", (options, context) => new CommandReward(options, context.Clock)),
        Of<PlainRewardOptions>("contrast", "standard deviation of luminance", (_, _) => new Contrast()),
        Of<ExactRewardOptions>("exact", "what the embedded world's checker says", (options, _) => new ExactReward(options)),
        Of<JpegCompressibilityOptions>("jpeg-compressibility", "small JPEG files", (options, _) => new JpegCompressibility(options)),
        Of<JpegIncompressibilityOptions>("jpeg-incompressibility", "large JPEG files", (options, _) => new JpegIncompressibility(options)),
        Of<PlainRewardOptions>("symmetry", "likeness to the mirror image", (_, _) => new Symmetry()),
        Of<UrlRewardOptions>("url", "what a server of your own answers", (options, context) => new UrlReward(options, context.Clock, context.Seed)),
    ];

    /// <summary>The reward that a recipe's node asks for.</summary>
    public static IReward Create(IRewardOptions options, RewardContext context) =>
        (options is PlainRewardOptions plain ? Find(plain.Name) : All.Single(entry => entry.OptionsType == options.GetType())).Create(options, context);

    /// <summary>The entry of that name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RewardEntry Find(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InputException(
            $"rewards: found '{name}', expected one of {string.Join(", ", All.Select(entry => entry.Name))}.");

    private static RewardEntry Of<TOptions>(string name, string summary, Func<TOptions, RewardContext, IReward> create) =>
        new(name, summary, typeof(TOptions), (options, context) => create((TOptions)options, context));
}
