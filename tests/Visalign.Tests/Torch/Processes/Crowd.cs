using Visalign.Torch.Processes;

namespace Visalign.Tests.Torch.Processes;

/// <summary>Several members of a group on threads of this process, each with connections of its own.</summary>
internal static class Crowd
{
    /// <summary>Runs something as every member.</summary>
    /// <returns>What each came to, by rank.</returns>
    public static T[] Of<T>(int count, Func<ProcessGroup, T> act)
    {
        if (count == 1) return [act(ProcessGroup.Alone)];
        var others = new Task<T>[count - 1];
        using var first = ProcessGroup.Host(count, place =>
        {
            for (int rank = 1; rank < count; rank++)
            {
                var own = place with { Rank = rank, LocalRank = rank };
                // A thread of its own: scopes and the recording mode belong to threads.
                others[rank - 1] = Task.Factory.StartNew(() =>
                {
                    using var group = ProcessGroup.Join(own, Abandoned);
                    return Acted(group, act);
                }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
        }, () => { }, Abandoned);
        var own = Acted(first, act);
        return [own, .. others.Select(other => other.GetAwaiter().GetResult())];
    }

    private static T Acted<T>(ProcessGroup group, Func<ProcessGroup, T> act)
    {
        var result = act(group);
        group.Leave();
        return result;
    }

    private static void Abandoned(PeerLostException lost) => throw lost;
}
