using Visalign.Generators;
using Visalign.Objectives;
using Visalign.Tests.Generators;

namespace Visalign.Tests.Objectives;

public sealed class GaussianKlTests
{
    private const double Level = 0.8, Next = 0.7, NoiseScale = 0.7;

    // The KL of equal-variance Gaussians in terms of the velocities: h/2 (1/sigma + sigma (1 - s) / 2s)² |v - v_ref|².
    [Fact]
    public void The_exact_form_equals_the_formula_in_the_velocity()
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(1, 3, 5), velocity = Doubles.Random(2, 3, 5), reference = Doubles.Random(3, 3, 5);
        var step = Step(latents, velocity);
        const double h = Level - Next;
        double sigma = NoiseScale * Math.Sqrt(Level / (1 - Level));

        double exact = Penalty(KlForm.Exact, step, Step(latents, reference).Mean);
        double withoutStepLength = Penalty(KlForm.WithoutStepLength, step, Step(latents, reference).Mean);

        double factor = h / 2 * Math.Pow(1 / sigma + sigma * (1 - Level) / (2 * Level), 2);
        Assert.Equal(factor * (velocity - reference).Square().Mean().Item(), exact, 1e-9);
        Assert.Equal(exact * h, withoutStepLength, 1e-9);
    }

    [Theory]
    [InlineData(KlForm.Exact)]
    [InlineData(KlForm.WithoutStepLength)]
    public void Policies_that_agree_have_neither_penalty_nor_gradient(KlForm form)
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(1, 3, 5), velocity = Doubles.Random(2, 3, 5).RequireGrad();
        var step = Step(latents, velocity);

        var loss = GaussianKl.Loss(step, step.Mean, GaussianKl.Variance(form, new FlowSde(), step.Deviation, Level - Next));

        Assert.Equal(0, loss.Item());
        Assert.All(Autograd.Grad([loss], [velocity])[0].Values(), gradient => Assert.Equal(0, gradient));
    }

    // By hand: means 0.5 apart; exact 0.25 / (2 · 0.2²), the code of Flow-CPS 0.25.
    [Fact]
    public void The_code_of_Flow_CPS_divides_by_no_variance()
    {
        using var scope = Tensor.Scope();
        var step = new GaussianStep(Doubles.Rows(1, 1, 2), Doubles.Of(0.2));
        var reference = Doubles.Rows(1, 1.5, 1.5);

        Assert.Equal(0.25, GaussianKl.Loss(step, reference, GaussianKl.Variance(KlForm.WithoutStepLength, new Cps(), step.Deviation, 0.1)).Item(), 1e-12);
        Assert.Equal(3.125, GaussianKl.Loss(step, reference, GaussianKl.Variance(KlForm.Exact, new Cps(), step.Deviation, 0.1)).Item(), 1e-12);
    }

    [Fact]
    public void The_penalty_is_the_mean_of_its_samples()
    {
        using var scope = Tensor.Scope();
        Tensor latents = Doubles.Random(1, 3, 5), velocity = Doubles.Random(2, 3, 5);
        var step = Step(latents, velocity);
        var reference = Doubles.Random(4, 3, 5);
        var variance = Doubles.Of(0.3);

        double mean = GaussianKl.PerSample(step.Mean, reference, variance).Values().Average();

        Assert.Equal(mean, GaussianKl.Loss(step, reference, variance).Item(), 1e-12);
    }

    private static GaussianStep Step(Tensor latents, Tensor velocity) =>
        FlowSde.Step(latents, velocity, Doubles.Of(Level), Doubles.Of(Next), FlowSde.Sigma(Doubles.Of(Level), 0.9, NoiseScale));

    private static double Penalty(KlForm form, GaussianStep step, Tensor referenceMean) =>
        GaussianKl.Loss(step, referenceMean, GaussianKl.Variance(form, new FlowSde(), step.Deviation, Level - Next)).Item();
}
