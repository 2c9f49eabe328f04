using Visalign.Methods;
using Visalign.Torch;
using Visalign.Torch.Processes;

namespace Visalign.Runs;

/// <summary>Shares an update's parts out to the processes of a run; gradients and statistics come out with the same bits for any number of them.</summary>
internal static class UpdateSharing
{
    /// <summary>Leaves the update's gradient in <see cref="FlatParameters.Gradients"/> of every process.</summary>
    /// <returns>What all parts saw, added up in their order.</returns>
    public static UpdateStatistics Differentiate(Update update, FlatParameters parameters, ProcessGroup processes)
    {
        List<UpdateStatistics> mine = [];
        PartSum.Take(parameters, processes, update.Parts.Count, part =>
        {
            using var scope = Tensor.Scope();
            var seen = new UpdateStatistics();
            var loss = update.Parts[part](seen);
            seen.Mean("loss/sum", loss.Item() * update.Parts.Count);
            Autograd.Backward(loss);
            mine.Add(seen);
        });

        var all = new UpdateStatistics();
        foreach (var seen in processes.Count == 1 ? mine : Gathered(mine, processes)) all.Add(seen);
        return all;
    }

    // Blocks of parts in the order of ranks are all parts in order.
    private static IEnumerable<UpdateStatistics> Gathered(List<UpdateStatistics> mine, ProcessGroup processes)
    {
        using var written = new MemoryStream();
        using (var writer = new BinaryWriter(written))
            foreach (var seen in mine) seen.Write(writer);
        foreach (byte[] block in processes.Gather(written.ToArray()))
        {
            using var reader = new BinaryReader(new MemoryStream(block));
            while (reader.BaseStream.Position < block.Length) yield return UpdateStatistics.Read(reader);
        }
    }
}
