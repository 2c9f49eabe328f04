namespace Visalign.Records;

/// <summary>A piece of a YAML text that knows where it was written.</summary>
/// <remarks>
/// Not YamlDotNet's representation model: that one gives up at the first duplicate key, follows aliases, and cannot say
/// that a value came from an override.
/// </remarks>
/// <param name="Where">Opens a fault: <c>flow-grpo.yaml(9,3)</c>, or <c>--set rollout.steps=4</c>.</param>
internal abstract record YamlNode(string Where)
{
    /// <summary>What a fault calls it.</summary>
    public abstract string InWords { get; }
}

/// <summary>A single value, as written.</summary>
internal sealed record YamlScalar(string Where, string Text, bool Quoted) : YamlNode(Where)
{
    /// <summary>Whether nothing was written, or null.</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string InWords => IsNull ? "nothing" : Quoted ? $"the text '{Text}'" : $"'{Text}'";
}

/// <summary>Items in order.</summary>
internal sealed record YamlList(string Where, List<YamlNode> Items) : YamlNode(Where)
{
    /// <inheritdoc/>
    public override string InWords => "a list";
}

/// <summary>One key of a map and its value.</summary>
internal sealed record YamlEntry(string Where, string Key, YamlNode Value);

/// <summary>Keys in order, each once.</summary>
internal sealed record YamlMap(string Where, List<YamlEntry> Entries) : YamlNode(Where)
{
    /// <inheritdoc/>
    public override string InWords => "keys";

    /// <summary>The value of a key, or null when the key is absent.</summary>
    public YamlNode? Find(string key) => Entries.Find(entry => entry.Key == key)?.Value;

    /// <summary>Replaces a key with its value, or adds it at the end.</summary>
    public void Set(YamlEntry entry)
    {
        int index = Entries.FindIndex(old => old.Key == entry.Key);
        if (index < 0)
        {
            Entries.Add(entry);
        }
        else
        {
            Entries[index] = entry;
        }
    }
}
