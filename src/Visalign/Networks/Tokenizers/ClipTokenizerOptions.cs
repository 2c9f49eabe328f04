namespace Visalign.Networks.Tokenizers;

/// <summary>Whose rules clean a prompt before CLIP's byte pairs.</summary>
public enum ClipCleaning
{
    /// <summary>Those of the diffusion pipelines (<c>CLIPTokenizer</c> with ftfy): special tokens cut out, the rest repaired.</summary>
    Pipeline,

    /// <summary>Those of <c>CLIPTokenizerFast</c>, which learned rewards use: Unicode's form C only.</summary>
    Fast,

    /// <summary>Those of open_clip: repaired, then HTML entities read twice.</summary>
    OpenClip,
}

/// <summary>What of a CLIP tokenizer is not in its vocabulary.</summary>
public sealed record ClipTokenizerOptions
{
    /// <summary>Whose rules clean a prompt.</summary>
    public ClipCleaning Cleaning { get; init; } = ClipCleaning.Pipeline;

    /// <summary>The token every text begins with.</summary>
    public string Begin { get; init; } = "<|startoftext|>";

    /// <summary>The token every text ends with.</summary>
    public string End { get; init; } = "<|endoftext|>";

    /// <summary>The token after the end, up to the full length.</summary>
    public string Padding { get; init; } = "<|endoftext|>";

    /// <summary>Tokens of a text, begin and end included; what goes beyond is dropped.</summary>
    public int MaximumLength { get; init; } = 77;

    /// <summary>More tokens that are taken as they are written, such as a folder's added tokens.</summary>
    public IReadOnlyDictionary<string, int> Added { get; init; } = new Dictionary<string, int>();
}
