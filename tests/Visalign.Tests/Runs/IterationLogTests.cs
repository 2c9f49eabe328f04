using FsCheck.Xunit;
using Visalign.Runs;
using Visalign.Torch.Files;

namespace Visalign.Tests.Runs;

public sealed class IterationLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder["metrics.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_has_the_iteration_first_then_sorted_names_and_shortest_numbers()
    {
        using (var log = new IterationLog(new DiskStorage(), Log))
            log.Append(3, new Dictionary<string, double> { ["reward/mean"] = 0.1, ["kl/mean"] = 1e-20, ["clip/share"] = 2, ["ratio/max"] = 1.0 / 3 });

        Assert.Equal("""{"iteration":3,"clip/share":2,"kl/mean":1E-20,"ratio/max":0.3333333333333333,"reward/mean":0.1}""" + "\n", File.ReadAllText(Log));
    }

    [Property(MaxTest = 200)]
    public bool Numbers_read_back_bit_for_bit(double[] numbers)
    {
        File.Delete(Log);
        double[] finite = [.. numbers.Where(double.IsFinite)];
        using (var log = new IterationLog(new DiskStorage(), Log))
            log.Append(1, finite.Select((number, index) => (number, index)).ToDictionary(pair => $"m{pair.index}", pair => pair.number));

        var values = IterationLog.Read(Log).Single().Values;

        return finite.Select((number, index) => BitConverter.DoubleToInt64Bits(values[$"m{index}"]) == BitConverter.DoubleToInt64Bits(number)).All(same => same);
    }

    [Fact]
    public void A_torn_last_line_is_left_out_and_a_damaged_one_is_told_with_its_number()
    {
        File.WriteAllText(Log, "{\"iteration\":1,\"a\":1}\n{\"iteration\":2,\"a\"");
        Assert.Single(IterationLog.Read(Log));

        File.WriteAllText(Log, "{\"iteration\":1,\"a\":1}\n{\"iteration\":2,\"a\"}\n");
        Assert.Contains("metrics.jsonl(2)", Assert.Throws<InputException>(() => IterationLog.Read(Log)).Message, StringComparison.Ordinal);
    }
}
