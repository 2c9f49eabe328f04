using Visalign.Torch.Processes;

namespace Visalign.Tests.Torch.Processes;

public sealed class ProcessPlaceTests
{
    private static readonly Dictionary<string, string> Torchrun = new()
    {
        ["RANK"] = "3", ["WORLD_SIZE"] = "8", ["LOCAL_RANK"] = "1", ["LOCAL_WORLD_SIZE"] = "2", ["MASTER_ADDR"] = "10.0.0.1", ["MASTER_PORT"] = "29500",
    };

    [Fact]
    public void Without_variables_the_process_is_alone() => Assert.Null(Read([]));

    [Fact]
    public void The_variables_of_torchrun_say_where_a_process_stands() =>
        Assert.Equal(new ProcessPlace(3, 8, 1, 2, "10.0.0.1", 29500), Read(Torchrun));

    [Fact]
    public void A_launcher_that_gives_no_place_on_the_machine_has_one_process_on_each() =>
        Assert.Equal((0, 1), Read(new(Torchrun.Where(pair => !pair.Key.StartsWith("LOCAL", StringComparison.Ordinal)))) is { } place ? (place.LocalRank, place.LocalCount) : default);

    [Fact]
    public void A_launcher_that_gives_only_the_rank_on_the_machine_has_all_processes_on_it() =>
        Assert.Equal((1, 8), Read(new(Torchrun.Where(pair => pair.Key != "LOCAL_WORLD_SIZE"))) is { } place ? (place.LocalRank, place.LocalCount) : default);

    [Theory]
    [InlineData("RANK")]
    [InlineData("WORLD_SIZE")]
    [InlineData("MASTER_ADDR")]
    [InlineData("MASTER_PORT")]
    public void A_variable_that_is_missing_is_named(string name)
    {
        var fault = Assert.Throws<InputException>(() => Read(new(Torchrun.Where(pair => pair.Key != name))));

        Assert.Contains($"but {name} is not set", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RANK", "8", "0 to 7")]
    [InlineData("RANK", "-1", "0 to 7")]
    [InlineData("WORLD_SIZE", "two", "1 to 65536")]
    [InlineData("MASTER_PORT", "0", "1 to 65535")]
    [InlineData("LOCAL_RANK", "2", "0 to 1")]
    [InlineData("LOCAL_WORLD_SIZE", "9", "1 to 8")]
    public void A_variable_that_cannot_be_is_named_with_what_it_may_be(string name, string value, string range)
    {
        var fault = Assert.Throws<InputException>(() => Read(new(Torchrun) { [name] = value }));

        Assert.Equal($"{name} is '{value}'; it must be a whole number from {range}.", fault.Message);
    }

    private static ProcessPlace? Read(Dictionary<string, string> variables) => ProcessPlace.Read(variables.GetValueOrDefault);
}
