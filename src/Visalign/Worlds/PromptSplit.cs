namespace Visalign.Worlds;

/// <summary>What a prompt may be used for.</summary>
public enum PromptSplit
{
    /// <summary>For training; free of held-out combinations.</summary>
    Training,

    /// <summary>For reporting; every prompt holds a combination that no training prompt has.</summary>
    HeldOut,

    /// <summary>For choosing settings such as the guidance scale: combinations of the training split, drawn by a stream of its own.</summary>
    Tuning,
}
