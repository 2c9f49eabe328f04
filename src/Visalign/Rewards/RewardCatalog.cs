namespace Visalign.Rewards;

/// <summary>What a reward may need beside its options.</summary>
/// <param name="Clock">Measures time-outs and waits.</param>
/// <param name="Seed">Of waiting times; no score depends on it.</param>
public sealed record RewardContext(TimeProvider Clock, int Seed);

/// <summary>A reward that recipes can name.</summary>
/// <param name="Name">Its name in recipes.</param>
/// <param name="Summary">What it judges, as the rest of a sentence.</param>
/// <param name="OptionsType">The sealed record that a recipe's keys fill.</param>
/// <param name="HasGradient">Whether it is an <see cref="IDifferentiableReward"/>.</param>
/// <param name="Create">From an instance of <paramref name="OptionsType"/> to the reward; disposable when it holds connections or weights.</param>
public sealed record RewardEntry(string Name, string Summary, Type OptionsType, bool HasGradient, Func<object, RewardContext, IReward> Create);

/// <summary>Every reward, by its name in recipes.</summary>
public static class RewardCatalog
{
    /// <summary>All entries, sorted by name.</summary>
    public static IReadOnlyList<RewardEntry> All { get; } =
    [
        Of("brightness", "mean of all pixels", (PlainRewardOptions _, RewardContext _) => new Brightness()),
        Of("colorfulness", "spread and mean of the opponent colors", (PlainRewardOptions _, RewardContext _) => new Colorfulness()),
        Of("command", "what a program of your own prints", (CommandRewardOptions options, RewardContext context) => new CommandReward(options, context.Clock)),
        Of("contrast", "standard deviation of luminance", (PlainRewardOptions _, RewardContext _) => new Contrast()),
        Of("exact", "what the embedded world's checker says", (ExactRewardOptions options, RewardContext _) => new ExactReward(options)),
        Of("jpeg-compressibility", "small JPEG files", (JpegCompressibilityOptions options, RewardContext _) => new JpegCompressibility(options)),
        Of("jpeg-incompressibility", "large JPEG files", (JpegIncompressibilityOptions options, RewardContext _) => new JpegIncompressibility(options)),
        Of("step-preference", "which noisy sample will please more, in SPO's way", (StepPreferenceOptions options, RewardContext _) => new StepPreferenceReward(options.Model)),
        Of("symmetry", "likeness to the mirror image", (PlainRewardOptions _, RewardContext _) => new Symmetry()),
        Of("two-tower", "likeness to the prompt in the space of a CLIP-like model", (TwoTowerOptions options, RewardContext _) => new TwoTower(options)),
        Of("url", "what a server of your own answers", (UrlRewardOptions options, RewardContext context) => new UrlReward(options, context.Clock, context.Seed)),
    ];

    /// <summary>The reward that a recipe's node asks for.</summary>
    public static IReward Create(IRewardOptions options, RewardContext context) => EntryOf(options).Create(options, context);

    /// <summary>The name of what a recipe's node asks for.</summary>
    public static string NameOf(IRewardOptions options) => EntryOf(options).Name;

    /// <summary>The entry of that name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static RewardEntry Find(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InputException(
            $"rewards: found '{name}', expected one of {string.Join(", ", All.Select(entry => entry.Name))}.");

    private static RewardEntry EntryOf(IRewardOptions options) =>
        options is PlainRewardOptions plain ? Find(plain.Name) : All.Single(entry => entry.OptionsType == options.GetType());

    private static RewardEntry Of<TOptions, TReward>(string name, string summary, Func<TOptions, RewardContext, TReward> create) where TReward : IReward =>
        new(name, summary, typeof(TOptions), typeof(TReward).IsAssignableTo(typeof(IDifferentiableReward)), (options, context) => create((TOptions)options, context));
}
