using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Torch;

public sealed class LearningRateTests
{
    [Theory]
    [InlineData(LearningRateSchedule.Constant, 0, 2.0)]
    [InlineData(LearningRateSchedule.Constant, 99, 2.0)]
    [InlineData(LearningRateSchedule.Linear, 0, 2.0)]
    [InlineData(LearningRateSchedule.Linear, 25, 1.5)]
    [InlineData(LearningRateSchedule.Linear, 100, 0.0)]
    [InlineData(LearningRateSchedule.Cosine, 0, 2.0)]
    [InlineData(LearningRateSchedule.Cosine, 50, 1.0)]
    [InlineData(LearningRateSchedule.Cosine, 25, 1.7071067811865475)]  // 1 + cos(π/4)
    [InlineData(LearningRateSchedule.Cosine, 100, 0.0)]
    [InlineData(LearningRateSchedule.Cosine, 500, 0.0)]
    public void A_schedule_without_warmup(LearningRateSchedule schedule, long step, double expected)
    {
        Assert.Equal(expected, LearningRate.At(schedule, peak: 2, step, total: 100), 1e-12);
    }

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(4, 1.0)]
    [InlineData(9, 2.0)]
    [InlineData(10, 2.0)]
    [InlineData(60, 1.0)]
    [InlineData(110, 0.0)]
    public void A_warmup_rises_along_a_line_and_the_schedule_starts_after_it(long step, double expected)
    {
        Assert.Equal(expected, LearningRate.At(LearningRateSchedule.Linear, peak: 2, step, total: 110, warmup: 10), 1e-12);
    }

    [Theory]
    [InlineData(LearningRateSchedule.Constant)]
    [InlineData(LearningRateSchedule.Cosine)]
    [InlineData(LearningRateSchedule.Linear)]
    public void A_run_no_longer_than_its_warmup_has_a_rate_at_every_step(LearningRateSchedule schedule)
    {
        Assert.All(Enumerable.Range(0, 12), step => Assert.InRange(LearningRate.At(schedule, 1, step, total: 10, warmup: 10), 0.1, 1));
    }
}
