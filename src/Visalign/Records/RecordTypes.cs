using System.Collections.Immutable;

namespace Visalign.Records;

/// <summary>Which record stands behind each name, for the nodes of a file that begin with <c>name:</c>.</summary>
/// <example><code>
/// var types = RecordTypes.None
///     .With&lt;IMethod&gt;(("flow-grpo", typeof(FlowGrpo)), ("ddpo", typeof(Ddpo)))
///     .With&lt;IRewardOptions&gt;(("rgb", typeof(PlainReward)), ("smooth", typeof(PlainReward)));
/// </code></example>
public sealed class RecordTypes
{
    private readonly ImmutableDictionary<Type, IReadOnlyList<(string Name, Type Record)>> _byNode;

    private RecordTypes(ImmutableDictionary<Type, IReadOnlyList<(string Name, Type Record)>> byNode) => _byNode = byNode;

    /// <summary>No names at all: a file of plain records.</summary>
    public static RecordTypes None { get; } = new(ImmutableDictionary<Type, IReadOnlyList<(string, Type)>>.Empty);

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

        return new RecordTypes(_byNode.SetItem(typeof(TNode), [.. records]));
    }

    /// <summary>The names of a kind of node, or null when it has none.</summary>
    internal IReadOnlyList<(string Name, Type Record)>? For(Type node) => _byNode.GetValueOrDefault(node);
}
