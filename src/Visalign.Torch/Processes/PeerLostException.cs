namespace Visalign.Torch.Processes;

/// <summary>Another process of the run died or cannot be reached any more, so that this one cannot go on either; the message is one sentence or two for people.</summary>
public sealed class PeerLostException : Exception
{
    /// <summary>Says who is lost and how it was noticed.</summary>
    /// <param name="ranks">The processes that are gone; empty where nobody can tell.</param>
    /// <param name="how">How it was noticed, to stand in brackets.</param>
    public PeerLostException(IReadOnlyList<int> ranks, int count, string how, Exception? cause = null)
        : base($"{Subject(ranks, count)} died or cannot be reached any more ({how}), and this run cannot go on without it.", cause) => Ranks = ranks;

    private PeerLostException(PeerLostException original, string remedy) : base($"{original.Message} {remedy}", original) => Ranks = original.Ranks;

    /// <summary>The processes that are gone; empty where nobody can tell.</summary>
    public IReadOnlyList<int> Ranks { get; }

    /// <summary>The same, followed by a sentence on what to do.</summary>
    public PeerLostException With(string remedy) => new(this, remedy);

    private static string Subject(IReadOnlyList<int> ranks, int count) => ranks switch
    {
        [] => $"A process of the {count} of this run",
        [var rank] => $"Process {rank} of {count}",
        _ => $"Processes {string.Join(", ", ranks)} of {count}",
    };
}
