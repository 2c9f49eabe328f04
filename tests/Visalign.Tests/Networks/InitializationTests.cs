using Visalign.Networks;
using Visalign.Tests.Oracles;
using Visalign.Tests.Oracles.Handlers;

namespace Visalign.Tests.Networks;

public sealed class InitializationTests
{
    [Theory]
    [InlineData("sd15")]
    [InlineData("sd21")]
    [InlineData("sdxl")]
    public void Fresh_UNets_have_the_tensors_of_published_ones_and_no_others(string name)
    {
        using var scope = Tensor.Scope();
        var oracle = Case("arch-unet", name);
        var config = UnetConfig.Read(new OracleNetwork(oracle).Config);
        int pooled = oracle.Has("in.text_embeds") ? (int)oracle["in.text_embeds"].Shape[1] : 0;

        AssertSame(oracle, Unet.Initialize(config, 1, pooled));
    }

    [Fact]
    public void Fresh_text_encoders_have_the_tensors_of_published_ones_and_no_others()
    {
        using var scope = Tensor.Scope();
        var oracle = Case("arch-clip-text", "quick-gelu");

        AssertSame(oracle, ClipText.Initialize(ClipTextOracle.Config(oracle.Config), 1));
    }

    [Fact]
    public void A_fresh_UNet_predicts_nothing_and_its_first_gradient_opens_the_branches()
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters(Unet.Initialize(TinyCheckpoint.UnetConfig, 1));
        var weights = Weights.Of(parameters.Slots.Select(slot => (slot.Name, parameters[slot.Name])));
        Tensor latents = Draw(0, 2, 4, 8, 8), text = Draw(1, 2, 3, 6);

        var predicted = Unet.Predict(weights, TinyCheckpoint.UnetConfig, latents, Tensor.Full([2], 500), text);
        Autograd.Backward((predicted - Draw(2, 2, 4, 8, 8)).Square().Mean());

        Assert.All(predicted.ToArray<float>(), value => Assert.Equal(0, value));
        Assert.True(parameters.Slots.Single(slot => slot.Name == "conv_out.weight").Of(parameters.Gradients).Norm().Item() > 0);
    }

    [Fact]
    public void Seeds_give_other_weights_and_the_same_seed_the_same()
    {
        using var scope = Tensor.Scope();

        float[] Weights(ulong seed) => Unet.Initialize(TinyCheckpoint.UnetConfig, seed).Single(entry => entry.Name == "conv_in.weight").Value.ToArray<float>();

        Assert.Equal(Weights(1), Weights(1));
        Assert.NotEqual(Weights(1), Weights(2));
    }

    private static Tensor Draw(int branch, params long[] shape) => Noise.Normal(new(9, NoisePurpose.Probe, Branch: branch), 0, shape);

    private static OracleCase Case(string slug, string name) => OracleCase.Load(Path.Combine(OracleRoot.Path, slug, name + ".safetensors"));

    private static void AssertSame(OracleCase oracle, List<(string Name, Tensor Value)> fresh) => Assert.Equal(
        oracle.Under("weight.").Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.Shape)}]").Order(StringComparer.Ordinal),
        fresh.Select(entry => $"{entry.Name} [{string.Join(", ", entry.Value.Shape.ToArray())}]").Order(StringComparer.Ordinal));
}
