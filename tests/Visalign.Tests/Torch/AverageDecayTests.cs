using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Torch;

public sealed class AverageDecayTests
{
    // By hand: (1 + n) / (10 + n) is 1/10 at n = 0, 2/11 at 1, 8/17 at 7; it passes 0.9 after n = 80.
    [Theory]
    [InlineData(0, 1, 1.0 / 10)]
    [InlineData(1, 1, 2.0 / 11)]
    [InlineData(80, 1, 0.9)]
    [InlineData(1_000_000, 1, 0.9)]
    [InlineData(6, 8, 1)]
    [InlineData(7, 8, 8.0 / 17)]
    [InlineData(8, 8, 1)]
    public void The_decay_warms_up_and_rests_between_intervals(long step, long interval, double expected)
    {
        Assert.Equal(expected, AverageDecay.At(step, decay: 0.9, interval), 1e-12);
    }
}
