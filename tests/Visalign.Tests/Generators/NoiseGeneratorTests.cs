using Visalign.Generators;
using Visalign.Networks;

namespace Visalign.Tests.Generators;

public sealed class NoiseGeneratorTests
{
    [Fact]
    public void Training_both_branches_of_guidance_changes_the_gradient_and_no_bit_of_the_value()
    {
        using var folder = new TemporaryFolder();
        using var generator = ModelFolder.LoadNoise(TinyModel.Create(folder["model"]));
        using var scope = Tensor.Scope();
        using var adapter = Adapter.Full(generator.Base);
        var latents = generator.DrawNoise(new(4, NoisePurpose.Start), 0, 3);
        var conditions = generator.Encode([new("a circle"), new("two red squares"), new("a cross above a triangle")]);

        var (value, gradient) = Trained(GuidanceGradient.Conditional, scale: 3);
        var (both, gradientOfBoth) = Trained(GuidanceGradient.Both, scale: 3);
        var (alone, gradientAlone) = Trained(GuidanceGradient.Conditional, scale: 1);

        Assert.True(value.SameAs(both));
        Assert.False(gradient.SameAs(gradientOfBoth));
        // v = u + 3 (c - u), so that without u's part the gradient of the sum is three times that of c.
        Assert.Equal(0, (gradient - gradientAlone * 3).Square().Sum().Item() / gradient.Square().Sum().Item(), 1e-10);
        Assert.False(alone.SameAs(value));

        (Tensor Value, Tensor Gradient) Trained(GuidanceGradient branches, double scale)
        {
            adapter.Parameters.ClearGradients();
            var velocity = generator.Velocity(adapter.Weights, latents, Tensor.Full([3], 0.7), conditions, scale, branches);
            Autograd.Backward(velocity.Sum());
            return (velocity.Detach(), adapter.Parameters.Gradients.Clone());
        }
    }
}
