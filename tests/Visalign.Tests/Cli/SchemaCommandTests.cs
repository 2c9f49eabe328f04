using System.Text.Json;
using Visalign.Cli;

namespace Visalign.Tests.Cli;

public sealed class SchemaCommandTests
{
    [Fact]
    public void It_prints_a_schema_that_knows_the_keys_and_methods_of_recipes_and_nothing_else()
    {
        var invocation = Invocation.Of("schema");

        Assert.Equal((ExitCode.Done, ""), (invocation.Code, invocation.Error));
        var schema = JsonDocument.Parse(invocation.Output).RootElement;
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.GetProperty("$schema").GetString());
        Assert.Equal(1, schema.GetProperty("properties").GetProperty("recipe").GetProperty("const").GetInt32());
        Assert.Contains("\"flow-grpo\"", schema.GetProperty("properties").GetProperty("method").GetRawText(), StringComparison.Ordinal);
    }
}
