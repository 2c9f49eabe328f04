using System.Text.Json;
using Visalign.Torch.Optimizers;

namespace Visalign.Tests.Torch;

/// <summary>Holds the optimizer to the trajectories of PyTorch's own, which <c>tests/reference/adamw.py</c> writes.</summary>
public sealed class AdamWTests
{
    private sealed record Reference(string Torch, Case[] Cases);

    private sealed record Case(string Name, double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay, double? ClipNorm, double AverageDecay, Step[] Steps);

    private sealed record Step(int Number, double Norm, float[] Parameters, float[] Average);

    private static readonly Reference Expected = Read();

    private static Reference Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "reference", "adamw.json")));
        float[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(number => number.GetSingle())];
        return new(document.RootElement.GetProperty("torch").GetString()!, [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(one => new Case(
            one.GetProperty("name").GetString()!, one.GetProperty("learning_rate").GetDouble(), one.GetProperty("beta1").GetDouble(), one.GetProperty("beta2").GetDouble(),
            one.GetProperty("epsilon").GetDouble(), one.GetProperty("weight_decay").GetDouble(),
            one.GetProperty("clip_norm").ValueKind == JsonValueKind.Null ? null : one.GetProperty("clip_norm").GetDouble(), one.GetProperty("average_decay").GetDouble(),
            [.. one.GetProperty("steps").EnumerateArray().Select(step => new Step(step.GetProperty("step").GetInt32(), step.GetProperty("norm").GetDouble(), Numbers(step.GetProperty("parameters")), Numbers(step.GetProperty("average"))))]))]);
    }

    public static TheoryData<string, bool> Cases
    {
        get
        {
            TheoryData<string, bool> rows = [];
            foreach (var one in Expected.Cases)
            {
                rows.Add(one.Name, false);
                rows.Add(one.Name, true);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Parameters_and_average_follow_PyTorch(string name, bool portable)
    {
        using var scope = Tensor.Scope();
        var expected = Expected.Cases.Single(one => one.Name == name);
        int count = expected.Steps[0].Parameters.Length;
        using var parameters = new FlatParameters([("p", Tensor.From([.. Enumerable.Range(0, count).Select(i => (float)Math.Cos(0.5 * i))], count))]);
        var options = new AdamWOptions
        {
            Beta1 = expected.Beta1, Beta2 = expected.Beta2, Epsilon = expected.Epsilon, WeightDecay = expected.WeightDecay, ClipNorm = expected.ClipNorm ?? double.PositiveInfinity,
        };
        using var optimizer = new AdamW(parameters, options, average: true);

        for (int step = 1; step <= expected.Steps[^1].Number; step++)
        {
            for (int i = 0; i < count; i++) parameters.Gradients.AsSpan<float>()[i] = (float)(Math.Sin((0.37 * i) + (0.91 * step)) * (1 + (step % 3)));
            double norm = portable ? optimizer.PortableStep(expected.LearningRate, expected.AverageDecay) : optimizer.Step(expected.LearningRate, expected.AverageDecay);

            if (expected.Steps.SingleOrDefault(one => one.Number == step) is not { } reference) continue;
            Assert.Equal(reference.Norm, norm, 1e-5);
            // Twenty steps of single precision on numbers near one.
            AssertClose(reference.Parameters, parameters.Values, 1e-6);
            AssertClose(reference.Average, optimizer.Average!, 1e-6);
        }
    }

    [Fact]
    public void The_kernel_equals_the_portable_form_on_a_long_vector()
    {
        using var scope = Tensor.Scope();

        var (kernel, average) = Train(20_001, portable: false);
        var (portable, portableAverage) = Train(20_001, portable: true);

        AssertClose(portable, Tensor.From(kernel, kernel.Length), 1e-6);
        AssertClose(portableAverage, Tensor.From(average, average.Length), 1e-6);
    }

    [Fact]
    public void One_thread_and_two_give_the_same_bits()
    {
        var (one, oneAverage) = Threads.With(1, () => Train(50_001, portable: false));
        var (two, twoAverage) = Threads.With(2, () => Train(50_001, portable: false));

        Assert.Equal(one, two);
        Assert.Equal(oneAverage, twoAverage);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_gradient_that_is_not_finite_stops_the_step_and_changes_nothing(float wrong)
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters([("p", Tensor.Ones([3]))]);
        using var optimizer = new AdamW(parameters, new(), average: true);
        parameters.Gradients.AsSpan<float>()[1] = wrong;

        var error = Assert.Throws<InputException>(() => optimizer.Step(0.1, 0.5));

        Assert.Contains("step 1", error.Message, StringComparison.Ordinal);
        Assert.Equal([1f, 1f, 1f], parameters.Values.ToArray<float>());
        Assert.Equal([0f, 0f, 0f], optimizer.First.ToArray<float>());
        Assert.Equal(0, optimizer.StepCount);
    }

    private static (float[] Parameters, float[] Average) Train(int count, bool portable)
    {
        using var scope = Tensor.Scope();
        using var parameters = new FlatParameters([("p", Noise.Normal(new(1, NoisePurpose.Probe), 0, [1, count]))]);
        using var optimizer = new AdamW(parameters, new() { WeightDecay = 0.01 }, average: true);
        for (int step = 0; step < 5; step++)
        {
            Noise.Normal(new(1, NoisePurpose.Probe, Step: step + 1), parameters.Gradients.AsSpan<float>());
            _ = portable ? optimizer.PortableStep(1e-2, 0.9) : optimizer.Step(1e-2, 0.9);
        }
        return (parameters.Values.ToArray<float>(), optimizer.Average!.ToArray<float>());
    }

    private static void AssertClose(float[] expected, Tensor actual, double tolerance)
    {
        foreach (var (a, b) in expected.Zip(actual.ToArray<float>())) Assert.Equal(a, b, tolerance);
    }
}
