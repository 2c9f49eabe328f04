using Visalign.Generators;
using Visalign.Objectives;

namespace Visalign.Tests.Objectives;

public sealed class DenoisingErrorTests
{
    // One and the same wrong answer, told as a velocity and as another prediction.
    [Theory]
    [InlineData(Prediction.Epsilon, 0.3)]
    [InlineData(Prediction.Epsilon, 0.9)]
    [InlineData(Prediction.V, 0.3)]
    [InlineData(Prediction.V, 0.7)]
    [InlineData(Prediction.X0, 0.7)]
    [InlineData(Prediction.Velocity, 0.7)]
    public void The_factor_turns_a_velocity_error_into_that_of_another_prediction(Prediction prediction, double level)
    {
        using var scope = Tensor.Scope();
        var at = PathPoint.Flow(level);
        var truth = new DataAndNoise(Draw(0), Draw(1));
        var noisy = truth.At(at);
        var said = Draw(2);

        var velocity = DenoisingError.PerSample(said, truth.Output(Prediction.Velocity, at));
        var other = DenoisingError.PerSample(DataAndNoise.From(Prediction.Velocity, said, noisy, at).Output(prediction, at), truth.Output(prediction, at));

        Assert.Equal(2, other.Count);
        Assert.All((velocity * DenoisingError.PerVelocityError(prediction, level)).ToArray<float>().Zip(other.ToArray<float>()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4 * pair.Second));
    }

    // v errors are epsilon errors over alpha-bar, which is (1-s)^2 / ((1-s)^2 + s^2) at level s.
    [Fact]
    public void An_error_of_v_is_that_of_epsilon_over_the_signal_power()
    {
        const double Level = 0.4, SignalPower = 0.36 / (0.36 + 0.16);

        Assert.Equal(DenoisingError.PerVelocityError(Prediction.Epsilon, Level) / SignalPower, DenoisingError.PerVelocityError(Prediction.V, Level), 1e-12);
    }

    [Fact]
    public void Errors_are_means_over_the_elements_of_each_sample()
    {
        using var scope = Tensor.Scope();

        var errors = DenoisingError.PerSample(Tensor.From([1f, 3, 0, 0], 2, 2, 1, 1), Tensor.Zeros([2, 2, 1, 1]));

        Assert.Equal([5, 0], errors.ToArray<float>());
    }

    private static Tensor Draw(int branch) => Noise.Normal(new(5, NoisePurpose.Probe, Branch: branch), 0, 2, 3, 4, 4);
}
