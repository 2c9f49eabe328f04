using System.Text.Json;
using Visalign.AdapterFiles;
using Visalign.Networks;

namespace Visalign.Tests.AdapterFiles;

public sealed class PeftSettingsTests
{
    private static PeftSettings Read(string json) => PeftSettings.Read(NetworkConfig.Of(JsonDocument.Parse(json).RootElement, "adapter_config.json"));

    [Theory] // By hand: 6/4; the pattern's 6/2; alpha 8 over 4; 6 over the root of 4.
    [InlineData("{}", "{}", false, "blocks.0.to_q", 4, 1.5)]
    [InlineData("""{ "to_q": 2 }""", "{}", false, "blocks.0.to_q", 2, 3.0)]
    [InlineData("""{ "to_q": 2 }""", "{}", false, "blocks.0.into_q", 4, 1.5)]
    [InlineData("{}", """{ "blocks.0.to_q": 8 }""", false, "blocks.0.to_q", 4, 2.0)]
    [InlineData("{}", """{ "^to_q": 8, "blocks.[01].to_q": 12 }""", false, "blocks.0.to_q", 4, 3.0)]
    [InlineData("{}", "{}", true, "blocks.0.to_q", 4, 3.0)]
    public void A_scale_is_alpha_over_rank_with_the_first_pattern_that_fits(string ranks, string alphas, bool stabilized, string layer, int rank, double expected)
    {
        var settings = Read($$"""{ "peft_type": "LORA", "r": 4, "lora_alpha": 6, "use_rslora": {{(stabilized ? "true" : "false")}}, "rank_pattern": {{ranks}}, "alpha_pattern": {{alphas}}, "target_modules": ["to_q"] }""");

        Assert.Equal(expected, settings.ScaleOf(layer, rank));
    }

    [Theory]
    [InlineData("\"peft_type\": \"IA3\"", "adapter_config.json: 'peft_type' is \"IA3\", which is not supported; expected \"LORA\".")]
    [InlineData("\"init_lora_weights\": \"pissa\"", "adapter_config.json: 'init_lora_weights' is \"pissa\", which is not supported; expected true or false or \"gaussian\" or \"eva\".")]
    [InlineData("\"lora_bias\": true", "adapter_config.json sets 'lora_bias' (true), which this network does not support.")]
    [InlineData("\"modules_to_save\": [\"proj_out\"]", "adapter_config.json sets 'modules_to_save' ([\"proj_out\"]), which this network does not support.")]
    [InlineData("\"rank_pattern\": [2]", "adapter_config.json: 'rank_pattern' is [2], expected an object of numbers.")]
    public void Settings_that_ask_for_something_else_are_refused(string setting, string expected) =>
        Assert.Equal(expected, Assert.Throws<InputException>(() => Read($$"""{ "r": 4, "lora_alpha": 6, {{setting}} }""")).Message);

    [Fact]
    public void Another_rank_than_the_settings_say_is_refused()
    {
        var settings = Read("""{ "r": 4, "lora_alpha": 6 }""");

        Assert.StartsWith("'to_q' has rank 2, but the adapter's settings say 4", Assert.Throws<InputException>(() => settings.ScaleOf("to_q", 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_is_no_regular_expression_is_named()
    {
        var settings = Read("""{ "r": 4, "lora_alpha": 6, "rank_pattern": { "to_(q": 2 } }""");

        Assert.Contains("'to_(q'", Assert.Throws<InputException>(() => settings.ScaleOf("to_q", 4)).Message, StringComparison.Ordinal);
    }
}
