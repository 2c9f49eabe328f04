using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class DistilledTimestepsTests
{
    [Fact]
    public void Turbo_knows_the_four_timesteps_it_was_distilled_to_and_meets_them_equally_often()
    {
        var drawn = Enumerable.Range(0, 1000).Select(timestep => DistilledTimesteps.Of(TimestepLaw.Turbo, timestep, 1000)).ToLookup(timestep => timestep);

        Assert.Equal([249, 499, 749, 999], drawn.Select(group => group.Key).Order());
        Assert.All(drawn, group => Assert.Equal(250, group.Count()));
    }

    [Fact]
    public void The_refiner_knows_the_first_fifth_and_meets_each_of_it_equally_often()
    {
        var drawn = Enumerable.Range(0, 1000).Select(timestep => DistilledTimesteps.Of(TimestepLaw.Refiner, timestep, 1000)).ToLookup(timestep => timestep);

        Assert.Equal(Enumerable.Range(0, 200), drawn.Select(group => group.Key).Order());
        Assert.All(drawn, group => Assert.Equal(5, group.Count()));
    }

    [Fact]
    public void Uniform_timesteps_stay_what_they_are() => Assert.Equal(731, DistilledTimesteps.Of(TimestepLaw.Uniform, 731, 1000));
}
