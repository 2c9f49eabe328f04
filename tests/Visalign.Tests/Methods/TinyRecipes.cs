using Visalign.Runs;

namespace Visalign.Tests.Methods;

/// <summary>The smallest recipe with which each method of the catalog does all that it can; a new method adds a line.</summary>
internal static class TinyRecipes
{
    private static readonly Dictionary<string, (string Method, bool Tokens)> All = new()
    {
        ["ar-grpo"] = ("{ name: ar-grpo, kl_coefficient: 0.1 }", Tokens: true),
        ["best-of-group-tuning"] = ("best-of-group-tuning", Tokens: false),
        ["diffusion-dpo"] = ("{ name: diffusion-dpo, draws: { count: 3 } }", Tokens: false),
        ["diffusion-nft"] = ("diffusion-nft", Tokens: false),
        ["draft"] = ("{ name: draft, last_steps: 2, kl_coefficient: 0.1 }", Tokens: false),
        ["flow-grpo"] = ("{ name: flow-grpo, window: { size: 2, from: 0, to: 3 }, kl_coefficient: 0.04 }", Tokens: false),
        ["spo"] = ("{ name: spo, first_step: 1, threshold: 0 }", Tokens: false),
        ["winner-tuning"] = ("winner-tuning", Tokens: false),
    };

    /// <summary>A recipe of 4 iterations with a checkpoint after every second; three micro-batches of 5, 5 and 2 pictures.</summary>
    /// <param name="name">As the catalog has it.</param>
    /// <param name="folder">Where its model is made.</param>
    internal static Recipe Of(string name, string folder)
    {
        Assert.True(All.TryGetValue(name, out var tiny), $"'{name}' is in the catalog and has no tiny recipe; add its line to {nameof(TinyRecipes)}.");
        return Recipe.File.Parse(
            $$"""
            recipe: 1
            method: {{tiny.Method}}
            model: {{(tiny.Tokens ? TinyTokenModel.Create(folder) : TinyModel.Create(folder))}}
            adapter: { kind: lora, rank: 2, alpha: 4 }
            rewards: [brightness]
            heldout: [contrast]
            rollout: { prompts: 3, group_size: 4, micro_batch: 5{{(tiny.Tokens ? "" : ", steps: 4")}} }
            optimizer: { learning_rate: 0.01 }
            budget: { iterations: 4, checkpoint_every: 2 }
            """, "test.yaml");
    }
}
