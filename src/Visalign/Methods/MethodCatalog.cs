namespace Visalign.Methods;

/// <summary>Every method that recipes can name.</summary>
public static class MethodCatalog
{
    /// <summary>Names and option records, sorted by name.</summary>
    public static IReadOnlyList<(string Name, Type Record)> All { get; } =
    [
        ("best-of-group-tuning", typeof(BestOfGroupTuning)),
        ("diffusion-dpo", typeof(DiffusionDpo)),
        ("diffusion-nft", typeof(DiffusionNft)),
        ("flow-grpo", typeof(FlowGrpo)),
        ("winner-tuning", typeof(WinnerTuning)),
    ];
}
