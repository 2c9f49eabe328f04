using Visalign.Networks;
using Visalign.Pretraining;
using Visalign.Rewards;
using Visalign.Worlds;

namespace Visalign.Tests;

/// <summary>A folder with a two-tower model of the embedded world that runs in a millisecond and has learned nothing.</summary>
internal static class TinyTowers
{
    public static ClipConfig Config { get; } = new()
    {
        Text = new() { Width = 8, HiddenWidth = 16, Blocks = 1, Heads = 2, VocabularySize = WorldTokens.Count, Positions = WorldTokens.Length, PooledToken = WorldTokens.End, Activation = ClipActivation.Gelu },
        Vision = new() { Width = 16, HiddenWidth = 32, Blocks = 2, Heads = 2, ImageSize = Scene.Size, PatchSize = 8, Activation = ClipActivation.Gelu },
        ProjectionWidth = 6,
    };

    /// <summary>Random weights of such a model.</summary>
    public static Weights Weights(ulong seed = 1) => Visalign.Networks.Weights.Of(ClipInitialization.Draw(Config, seed));

    /// <summary>Makes the folder.</summary>
    /// <returns>Its path.</returns>
    public static string Create(string folder)
    {
        Directory.CreateDirectory(folder);
        using var scope = Tensor.Scope();
        TwoTowerMaking.SaveModel(folder, Config.ToJson(), ClipInitialization.Draw(Config, 1));
        return folder;
    }

    /// <summary>Makes the folder of a step-aware one over it.</summary>
    /// <returns>Its path.</returns>
    public static string CreateStepAware(string folder)
    {
        Directory.CreateDirectory(folder);
        using var scope = Tensor.Scope();
        TwoTowerMaking.SaveModel(folder, Config.ToJson(StepPreference.Kind), StepPreference.Initialize(Weights(), Config.Vision, 2));
        return folder;
    }
}
