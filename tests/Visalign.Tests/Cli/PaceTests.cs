using Visalign.Cli.Views;

namespace Visalign.Tests.Cli;

public sealed class PaceTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Nothing_is_promised_before_the_first_iteration()
    {
        var pace = new Pace(_clock);

        Assert.Null(pace.IterationsPerMinute);
        Assert.Null(pace.Left(10));
    }

    [Fact]
    public void One_iteration_is_enough_for_a_first_guess()
    {
        var pace = new Pace(_clock);

        _clock.Pass(2);
        pace.Mark(1, seconds: 2);

        Assert.Equal(30, pace.IterationsPerMinute);
        Assert.Equal(TimeSpan.FromSeconds(18), pace.Left(10));
    }

    [Fact]
    public void Pauses_between_iterations_count_for_the_time_left_but_not_for_the_speed()
    {
        var pace = new Pace(_clock);

        for (int iteration = 1; iteration <= 4; iteration++)
        {
            pace.Mark(iteration, seconds: 1); // the clock reads 0, 3, 6, 9 and the first began at -1: 10 seconds for 4
            _clock.Pass(iteration < 4 ? 3 : 0);
        }

        Assert.Equal(60, pace.IterationsPerMinute);
        Assert.Equal(TimeSpan.FromSeconds(15), pace.Left(10));
    }

    [Fact]
    public void The_time_left_goes_on_falling_within_an_iteration_and_stops_at_zero()
    {
        var pace = new Pace(_clock);
        pace.Mark(1, seconds: 4);

        _clock.Pass(3);
        var soon = pace.Left(2);
        _clock.Pass(3);

        Assert.Equal(TimeSpan.FromSeconds(1), soon);
        Assert.Equal(TimeSpan.Zero, pace.Left(2));
    }

    [Fact]
    public void A_change_of_speed_is_followed_and_a_resumed_run_counts_from_where_it_goes_on()
    {
        var pace = new Pace(_clock);

        for (int iteration = 101; iteration <= 200; iteration++)
        {
            double seconds = iteration <= 150 ? 10 : 1;
            _clock.Pass(seconds);
            pace.Mark(iteration, seconds);
        }

        Assert.Equal(60, pace.IterationsPerMinute!.Value, precision: 9);
        Assert.Equal(TimeSpan.FromSeconds(50), pace.Left(250));
    }

    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(6.2, "0:07")]
    [InlineData(750, "12:30")]
    [InlineData(3599.5, "1:00:00")]
    [InlineData(90_061, "25:01:01")]
    public void Durations_are_written_as_clocks_do(double seconds, string text)
    {
        Assert.Equal(text, Clock.Write(TimeSpan.FromSeconds(seconds)));
    }
}
