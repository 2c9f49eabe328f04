using System.Globalization;
using Visalign.Methods;
using Visalign.Records;
using Visalign.Rollouts;
using Visalign.Runs;

namespace Visalign.Tests.Recipes;

public sealed class RecipeReadingTests
{
    [Fact]
    public void A_recipe_becomes_its_record()
    {
        var recipe = Samples.Recipes.Parse(Samples.FlowGrpo, "flow-grpo.yaml");

        var expected = new Recipe
        {
            Method = new FlowGrpoSample(),
            Model = "shapes32-flow",
            Rewards = [new PlainRewardSample { Name = "rgb" }],
            Heldout = [new PlainRewardSample { Name = "shape-classifier" }],
            Rollout = new RolloutOptions { Prompts = 16, Steps = 10, Shift = 1 },
        };
        Assert.Equal(expected, recipe);
    }

    [Fact]
    public void A_bare_name_stands_for_a_node_without_options()
    {
        var recipe = Samples.Recipes.Parse("recipe: 1\nmethod: flow-grpo\nmodel: m\nrewards: [rgb, {name: shape-classifier, weight: 2}]", "a.yaml");

        Assert.Equal(new FlowGrpoSample(), recipe.Method);
        Assert.Equal([new PlainRewardSample(), new PlainRewardSample { Name = "shape-classifier", Weight = 2 }], recipe.Rewards);
    }

    [Fact]
    public void A_missing_key_of_an_inner_record_keeps_the_default_of_the_outer_one()
    {
        var record = Samples.Everything.Parse("inner: { note: n }", "a.yaml");

        Assert.Equal(new Inner { Count = 5, Note = "n" }, record.Inner);
    }

    [Fact]
    public void A_method_written_without_its_name_keeps_the_default_method()
    {
        var record = Samples.Everything.Parse("method: { clip_range: 0.5 }", "a.yaml");

        Assert.Equal(new FlowGrpoSample { ClipRange = 0.5 }, record.Method);
    }

    [Theory]
    [InlineData("1.0e-4", 1e-4)]
    [InlineData("1e-4", 1e-4)]
    [InlineData("-3", -3)]
    [InlineData(".5", 0.5)]
    [InlineData("+2.5E+3", 2500)]
    [InlineData("-.inf", double.NegativeInfinity)]
    [InlineData(".nan", double.NaN)]
    public void Numbers_are_read_the_same_in_every_culture(string text, double expected)
    {
        Assert.Equal(expected, UnderCommas(() => Samples.Everything.Parse($"number: {text}", "a.yaml").Number));
    }

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(2500, "2500.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-5, "1.0e-05")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(double.PositiveInfinity, ".inf")]
    [InlineData(double.NaN, ".nan")]
    public void Numbers_are_written_the_same_in_every_culture(double number, string text)
    {
        string resolved = UnderCommas(() => Samples.Everything.Resolve(new Everything { Number = number }));

        Assert.Contains($"\nnumber: {text}\n", resolved, StringComparison.Ordinal);
    }

    private static T UnderCommas<T>(Func<T> work)
    {
        var before = CultureInfo.CurrentCulture;
        var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        commas.NumberFormat.NumberDecimalSeparator = ",";
        commas.NumberFormat.NumberGroupSeparator = ".";
        CultureInfo.CurrentCulture = commas;
        try
        {
            return work();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("~")]
    [InlineData("")]
    public void Nothing_is_null_where_null_may_be_written(string nothing)
    {
        var record = Samples.Everything.Parse($"maybe_whole: {nothing}\nmaybe_flavor: {nothing}", "a.yaml");

        Assert.Null(record.MaybeWhole);
        Assert.Null(record.MaybeFlavor);
    }

    [Fact]
    public void Enum_values_are_kebab_case()
    {
        Assert.Equal(Flavor.ExtraHot, Samples.Everything.Parse("flavor: extra-hot", "a.yaml").Flavor);
        Assert.Equal(Flavor.X0, Samples.Everything.Parse("flavor: x0", "a.yaml").Flavor);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_with_the_nearest_name()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "flow-grpo.yaml"), Samples.FlowGrpo);

            Assert.Equal(42, Samples.Recipes.Read(Path.Combine(folder.FullName, "flow-grpo.yaml")).Seed);
            string wanted = Path.Combine(folder.FullName, "flow-grop.yaml");
            var mistake = Assert.Throws<InputException>(() => Samples.Recipes.Read(wanted));
            Assert.Equal($"{wanted}: no such file. Did you mean 'flow-grpo.yaml'?", mistake.Message);
            Assert.Equal($"{folder.FullName}: a folder, expected a file.", Assert.Throws<InputException>(() => Samples.Recipes.Read(folder.FullName)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Batch_arithmetic_is_said_in_words()
    {
        var rollout = new RolloutOptions { Prompts = 12, GroupSize = 8 };

        Assert.Equal(
            "12 prompts × 8 samples = 96 pictures per iteration, 1 update",
            BatchArithmetic.InWords(rollout, new OptimizerOptions()));
        Assert.Equal(
            "1 prompt × 1 sample = 1 picture per iteration, 2 updates",
            BatchArithmetic.InWords(new RolloutOptions { Prompts = 1, GroupSize = 1 }, new OptimizerOptions { UpdatesPerIteration = 2 }));
    }
}
