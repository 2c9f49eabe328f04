using System.Text.Json.Nodes;
using Visalign.Generators;
using Visalign.Methods;
using Visalign.Records;
using Visalign.Runs;

namespace Visalign.Tests.Recipes;

public sealed class StepKernelWordTests
{
    private static Recipe Read(string method) => Recipe.File.Parse($"recipe: 1\nmethod: {{ name: flow-grpo, {method} }}\nmodel: m", "a.yaml");

    [Theory]
    [InlineData("ode", typeof(Ode))]
    [InlineData("flow-sde", typeof(FlowSde))]
    [InlineData("cps", typeof(Cps))]
    [InlineData("ddim", typeof(Ddim))]
    public void A_kernel_is_read_and_written_as_one_word(string word, Type kernel)
    {
        var recipe = Read($"kernel: {word}");

        Assert.IsType(kernel, ((FlowGrpo)recipe.Method).Kernel);
        string resolved = Recipe.File.Resolve(recipe);
        Assert.Contains($"\n  kernel: {word}\n", resolved, StringComparison.Ordinal);
        Assert.Equal(recipe, Recipe.File.Parse(resolved, "resolved.yaml"));
    }

    [Fact]
    public void A_recipe_that_names_none_takes_the_methods_own()
    {
        Assert.Equal(Read("kernel: flow-sde"), Read("clip_range: 1.0e-4"));
    }

    [Theory]
    [InlineData("cbs", "a.yaml(2,36): unknown value 'cbs' for 'method.kernel'. Did you mean 'cps'?")]
    [InlineData("zebra", "a.yaml(2,36): unknown value 'zebra' for 'method.kernel'. Known values: ode, flow-sde, cps, ddim.")]
    public void An_unknown_kernel_is_refused_with_the_known_ones(string word, string sentence)
    {
        Assert.Equal(sentence, Assert.Throws<InputException>(() => Read($"kernel: {word}")).Message);
    }

    [Fact]
    public void The_schema_lists_the_kernels_as_words()
    {
        var methods = JsonNode.Parse(Recipe.File.Schema())!["properties"]!["method"]!["oneOf"]!.AsArray();
        var kernel = methods.Skip(1).Single(method => (string?)method!["properties"]!["name"]!["const"] == "flow-grpo")!["properties"]!["kernel"]!;

        Assert.Equal(["ode", "flow-sde", "cps", "ddim"], kernel["enum"]!.AsArray().Select(word => (string?)word));
        Assert.Equal("flow-sde", (string?)kernel["default"]);
    }

    [Fact]
    public void Two_values_under_one_word_and_a_value_without_a_word_are_faults_of_the_program()
    {
        Assert.Contains("'cps' is given twice", Assert.Throws<ArgumentException>(() => RecordTypes.None.WithWords<IStepKernel>(("cps", new Cps()), ("cps", new Ddim()))).Message, StringComparison.Ordinal);
        var format = new RecordFormat<FlowGrpo>(RecordTypes.None.WithWords<IStepKernel>(("cps", new Cps()), ("flow-sde", new FlowSde())));
        Assert.Contains("has no word among cps, flow-sde", Assert.Throws<ArgumentException>(() => format.Resolve(new FlowGrpo { Kernel = new Ddim() })).Message, StringComparison.Ordinal);
    }
}
