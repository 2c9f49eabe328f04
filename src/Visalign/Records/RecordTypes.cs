using System.Collections.Immutable;

namespace Visalign.Records;

/// <summary>Which record stands behind each name, for the nodes of a file that begin with <c>name:</c>, and which value behind each word.</summary>
/// <example><code>
/// var types = RecordTypes.None
///     .With&lt;IMethod&gt;(("flow-grpo", typeof(FlowGrpo)), ("ddpo", typeof(Ddpo)))
///     .With&lt;IRewardOptions&gt;(("rgb", typeof(PlainReward)), ("smooth", typeof(PlainReward)));
/// </code></example>
public sealed class RecordTypes
{
    private readonly ImmutableDictionary<Type, IReadOnlyList<(string Name, Type Record)>> _byNode;

    private readonly ImmutableDictionary<Type, IReadOnlyList<(string Word, object Value)>> _words;

    private RecordTypes(ImmutableDictionary<Type, IReadOnlyList<(string Name, Type Record)>> byNode, ImmutableDictionary<Type, IReadOnlyList<(string Word, object Value)>> words) =>
        (_byNode, _words) = (byNode, words);

    /// <summary>No names at all: a file of plain records.</summary>
    public static RecordTypes None { get; } = new(ImmutableDictionary<Type, IReadOnlyList<(string, Type)>>.Empty, ImmutableDictionary<Type, IReadOnlyList<(string, object)>>.Empty);

    /// <summary>These types, and the names of one kind of node.</summary>
    /// <typeparam name="TNode">The interface that option records declare, such as <c>IMethod</c>.</typeparam>
    /// <param name="records">
    /// Sealed records that implement <typeparamref name="TNode"/>. One record may serve several names if it has a
    /// <c>Name</c> property, which then receives the name.
    /// </param>
    /// <exception cref="ArgumentException">A record does not implement <typeparamref name="TNode"/>, or a name repeats.</exception>
    public RecordTypes With<TNode>(params IReadOnlyList<(string Name, Type Record)> records)
    {
        foreach (var (name, record) in records)
        {
            if (!typeof(TNode).IsAssignableFrom(record))
            {
                throw new ArgumentException($"'{name}' stands for {record}, which is not a {typeof(TNode)}.", nameof(records));
            }

            if (records.Count(other => other.Name == name) > 1)
            {
                throw new ArgumentException($"'{name}' is given twice.", nameof(records));
            }
        }

        return new RecordTypes(_byNode.SetItem(typeof(TNode), [.. records]), _words);
    }

    /// <summary>These types, and the words for all values of another, which are written as those of an enum are.</summary>
    /// <typeparam name="TValue">The type that options declare, such as <c>IStepKernel</c>.</typeparam>
    /// <exception cref="ArgumentException">A word repeats.</exception>
    public RecordTypes WithWords<TValue>(params IReadOnlyList<(string Word, TValue Value)> words) where TValue : notnull
    {
        foreach (var (word, _) in words)
        {
            if (words.Count(other => other.Word == word) > 1)
            {
                throw new ArgumentException($"'{word}' is given twice.", nameof(words));
            }
        }

        return new RecordTypes(_byNode, _words.SetItem(typeof(TValue), [.. words.Select(one => (one.Word, (object)one.Value))]));
    }

    /// <summary>The names of a kind of node, or null when it has none.</summary>
    internal IReadOnlyList<(string Name, Type Record)>? For(Type node) => _byNode.GetValueOrDefault(node);

    /// <summary>The words for the values of a type, or null when it has none.</summary>
    internal IReadOnlyList<(string Word, object Value)>? WordsFor(Type type) => _words.GetValueOrDefault(type);
}
