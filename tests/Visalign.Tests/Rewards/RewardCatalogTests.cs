using Visalign.Rewards;

namespace Visalign.Tests.Rewards;

public sealed class RewardCatalogTests
{
    [Fact]
    public void Names_are_sorted_and_unique()
    {
        var names = RewardCatalog.All.Select(entry => entry.Name).ToArray();

        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public void Every_entry_makes_a_reward_of_its_own_name()
    {
        using var folder = new TemporaryFolder();
        Assert.All(RewardCatalog.All, entry =>
        {
            object options = entry.Name switch
            {
                "command" => new CommandRewardOptions { Command = ["true"] },
                "step-preference" => new StepPreferenceOptions { Model = TinyTowers.CreateStepAware(folder["judge"]) },
                "url" => new UrlRewardOptions { Url = "http://localhost:1/" },
                _ => Activator.CreateInstance(entry.OptionsType)!,
            };

            var reward = entry.Create(options, new RewardContext(TimeProvider.System, Seed: 1));

            Assert.Equal(entry.Name, reward.Name);
            (reward as IDisposable)?.Dispose();
        });
    }

    [Fact]
    public void An_unknown_name_is_told_with_the_known_ones()
    {
        var error = Assert.Throws<InputException>(() => RewardCatalog.Find("colourfulness"));

        Assert.Contains("found 'colourfulness', expected one of brightness, colorfulness", error.Message);
    }
}
