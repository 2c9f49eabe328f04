using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Visalign.Rewards;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Runs;

/// <summary>What the processes of a run must have in common, and how what process 0 alone knows reaches the others.</summary>
internal static class RunAgreement
{
    /// <summary>Requires that all processes were given the same run and compute alike.</summary>
    /// <param name="recipe">The resolved recipe.</param>
    /// <exception cref="InputException">On every process, if one of them differs.</exception>
    public static void Require(ProcessGroup processes, string recipe, Provenance here)
    {
        var all = processes.Gather(JsonSerializer.SerializeToUtf8Bytes(new Standing(recipe, here))).Select(bytes => JsonSerializer.Deserialize<Standing>(bytes)!).ToArray();
        for (int rank = 1; rank < all.Length; rank++)
        {
            if (all[rank].Recipe != all[0].Recipe)
                throw new InputException($"Process {rank} of {processes.Count} was given another recipe than process 0. Start all processes with the same arguments.");
            var differences = all[rank].Provenance.DifferencesFromFirst(all[0].Provenance);
            if (differences.Count > 0)
                throw new InputException($"Process {rank} of {processes.Count} would not compute the same bits as process 0: {string.Join(", ", differences)}. "
                    + "Give all machines the same libtorch, program and files; VISALIGN_BLAS_CORE and VISALIGN_THREADS set the other two.");
        }
    }

    /// <summary>Requires that all processes have the same numbers.</summary>
    /// <exception cref="UnreachableException">On every process, if one of them went astray.</exception>
    public static void RequireSame(ProcessGroup processes, IEnumerable<(string Name, Tensor Tensor)> state, long iteration)
    {
        if (processes.Count == 1) return;
        foreach (var (name, tensor) in state)
        {
            byte[][] hashes = processes.Gather(SHA256.HashData(MemoryMarshal.AsBytes(tensor.AsSpan<float>())));
            int astray = Array.FindIndex(hashes, hash => !hash.AsSpan().SequenceEqual(hashes[0]));
            if (astray > 0)
                throw new UnreachableException($"After iteration {iteration}, '{name}' of process {astray} differs from that of process 0: they no longer train the same policy. "
                    + "The machines may differ in a way that changes bits; the run goes on from its last checkpoint, with fewer processes or one.");
        }
    }

    /// <summary>What process 0's rewards say, on every process.</summary>
    /// <param name="judge">Called by process 0 alone.</param>
    public static RewardScores FromFirst(ProcessGroup processes, Func<RewardScores> judge)
    {
        if (processes.Count == 1) return judge();
        var said = processes.IsFirst ? judge() : new([]);
        double[] values = MemoryMarshal.Cast<byte, double>(
            processes.FromFirst(() => MemoryMarshal.AsBytes(said.Values.AsSpan()).ToArray())).ToArray();
        string failure = processes.TextFromFirst(() => said.FirstFailure ?? "");
        return new(values, failure.Length == 0 ? null : failure);
    }

    private sealed record Standing(string Recipe, Provenance Provenance);
}
