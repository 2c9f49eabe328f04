using System.Text.Json;
using Visalign.Generators;

namespace Visalign.Tests.Oracles.Handlers;

/// <summary>The noise of training timesteps as a case's authors compute it: betas in float32, their products summed up in double precision and rounded.</summary>
/// <remarks>A steep loss makes more of the last bits than its case allows, and <see cref="DiffusionNoise"/> has better ones.</remarks>
internal static class SinglePrecisionTable
{
    /// <summary>A timestep's point on the variance-preserving path.</summary>
    /// <param name="schedule">The config's <c>schedule</c>.</param>
    /// <param name="timesteps">Of the rows, in order.</param>
    internal static PathPoint[] Points(JsonElement schedule, ReadOnlySpan<float> timesteps)
    {
        int count = schedule.GetProperty("num_train_timesteps").GetInt32();
        bool scaled = schedule.GetProperty("beta_schedule").GetString() == "scaled_linear";
        if (!scaled && schedule.GetProperty("beta_schedule").GetString() is not "linear" and var other) throw new NotSupportedException($"A schedule '{other}' is not computed here.");
        float start = End("beta_start"), end = End("beta_end"), step = (end - start) / (count - 1);
        var powers = new float[count];
        double power = 1;
        for (int i = 0; i < count; i++)
        {
            // From the nearer end, as libtorch's linspace.
            float value = i < count / 2 ? start + step * i : end - step * (count - 1 - i);
            power *= 1 - (scaled ? value * value : value);
            powers[i] = (float)power;
        }
        return [.. timesteps.ToArray().Select(timestep => PathPoint.VariancePreserving(powers[(int)timestep]))];

        float End(string name) => schedule.GetProperty(name).GetDouble() is var beta && scaled ? (float)Math.Sqrt(beta) : (float)beta;
    }
}
