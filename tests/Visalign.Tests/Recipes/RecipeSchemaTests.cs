using System.Text.Json.Nodes;

namespace Visalign.Tests.Recipes;

public sealed class RecipeSchemaTests
{
    private static readonly JsonNode Schema = JsonNode.Parse(Samples.Recipes.Schema())!;

    private static JsonNode At(string path) => path.Split('.').Aggregate(Schema, (node, key) => node["properties"]![key]!);

    [Fact]
    public void It_names_its_draft_and_the_version_of_the_recipe()
    {
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)Schema["$schema"]);
        Assert.Equal(1, (int?)At("recipe")["const"]);
        Assert.Equal(["recipe", "method", "model"], Schema["required"]!.AsArray().Select(key => (string?)key));
    }

    [Theory]
    [InlineData("rollout.steps", """{ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 1000 }, { "type": "null" }], "default": null }""")]
    [InlineData("optimizer.learning_rate", """{ "type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.0003 }""")]
    [InlineData("watchdog.stop", """{ "type": "boolean", "default": false }""")]
    [InlineData("watchdog.window", """{ "type": "integer", "minimum": 2, "maximum": 10000, "default": 10 }""")]
    [InlineData("seed", """{ "type": "integer", "minimum": 0, "default": 42 }""")]
    [InlineData("adapter.kind", """{ "enum": ["lora", "full"], "default": "lora" }""")]
    [InlineData("threads", """{ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 4096 }, { "type": "null" }], "default": null }""")]
    [InlineData("model", """{ "type": "string" }""")]
    public void An_option_has_its_type_range_and_default(string path, string expected)
    {
        var option = At(path).DeepClone().AsObject();
        option.Remove("description");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), option), option.ToJsonString());
    }

    [Theory]
    [InlineData("flag", """{ "type": "boolean", "default": true }""")]
    [InlineData("scales", """{ "type": "array", "items": { "type": "number", "minimum": 0, "maximum": 100 }, "default": [1.0] }""")]
    public void Truth_values_and_lists_have_their_type_too(string key, string expected)
    {
        var option = JsonNode.Parse(Samples.Everything.Schema())!["properties"]![key]!.DeepClone().AsObject();
        option.Remove("description");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), option), option.ToJsonString());
    }

    [Theory]
    [InlineData("rollout.group_size", "Pictures of each prompt, G; their rewards are compared with one another.")]
    [InlineData("model", "The generator to align: a shipped name, or a model folder.")]
    public void An_option_is_described_by_its_summary(string path, string summary)
    {
        Assert.Equal(summary, (string?)At(path)["description"]);
    }

    [Fact]
    public void A_method_is_a_bare_name_where_nothing_is_required_or_keys_with_its_name()
    {
        var choices = At("method")["oneOf"]!.AsArray();

        Assert.Equal(["flow-grpo"], choices[0]!["enum"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(["flow-grpo", "diffusion-dpo"], choices.Skip(1).Select(choice => (string?)choice!["properties"]!["name"]!["const"]));
        Assert.Equal(["name", "beta"], choices[2]!["required"]!.AsArray().Select(key => (string?)key));
    }

    [Fact]
    public void No_record_admits_unknown_keys()
    {
        static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
        {
            JsonObject inner => inner.SelectMany(pair => Objects(pair.Value)).Prepend(inner),
            JsonArray list => list.SelectMany(Objects),
            _ => [],
        };

        var records = Objects(Schema).Where(inner => inner["type"] is JsonValue type && type.GetValueKind() == System.Text.Json.JsonValueKind.String && (string?)type == "object").ToList();

        Assert.True(records.Count >= 10);
        Assert.All(records, record => Assert.False((bool)record["additionalProperties"]!));
    }
}
