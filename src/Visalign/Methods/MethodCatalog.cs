namespace Visalign.Methods;

/// <summary>Every method that recipes can name.</summary>
public static class MethodCatalog
{
    /// <summary>Names and option records, sorted by name.</summary>
    public static IReadOnlyList<(string Name, Type Record)> All { get; } =
    [
        ("ar-grpo", typeof(ArGrpo)),
        ("best-of-group-tuning", typeof(BestOfGroupTuning)),
        ("diffusion-dpo", typeof(DiffusionDpo)),
        ("diffusion-nft", typeof(DiffusionNft)),
        ("draft", typeof(Draft)),
        ("flow-grpo", typeof(FlowGrpo)),
        ("spo", typeof(Spo)),
        ("winner-tuning", typeof(WinnerTuning)),
    ];

    /// <summary>The name that recipes give to a method.</summary>
    public static string NameOf(IMethod method) => All.Single(entry => entry.Record == method.GetType()).Name;
}
