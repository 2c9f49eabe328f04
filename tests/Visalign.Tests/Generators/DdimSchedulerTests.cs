using Visalign.Generators;

namespace Visalign.Tests.Generators;

public sealed class DdimSchedulerTests
{
    private static DdimScheduler Read(string json, params (string, object)[] changes) => DdimScheduler.Read(CheckpointConfig.With(json, changes));

    [Fact]
    public void A_folder_that_names_another_scheduler_is_sampled_by_this_one()
    {
        var steps = Read(CheckpointConfig.StableDiffusion).Steps(50);

        Assert.Equal(Read(CheckpointConfig.Sdxl).Steps(50), steps);
        Assert.Equal([981, 961, 941], steps.Take(3).Select(step => step.Timestep));
        Assert.Equal(1, steps[^1].Timestep);
        Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
    }

    [Fact]
    public void The_last_step_ends_at_data_or_with_the_noise_of_timestep_0()
    {
        var stable = Read(CheckpointConfig.StableDiffusion);

        Assert.Equal(stable.Noise[0], stable.Steps(10)[^1].To);
        Assert.Equal(new PathPoint(1, 0), Read(CheckpointConfig.StableDiffusion, ("set_alpha_to_one", true)).Steps(10)[^1].To);
    }

    // Three trailing steps start at 999, 666 and 332, and each ends 333 below.
    [Fact]
    public void Trailing_steps_end_a_whole_stride_below_their_start_where_the_next_one_need_not_be()
    {
        var scheduler = Read(CheckpointConfig.StableDiffusion, ("timestep_spacing", "trailing"));

        var steps = scheduler.Steps(3);

        Assert.Equal([999, 666, 332], steps.Select(step => step.Timestep));
        Assert.Equal([scheduler.Noise[666], scheduler.Noise[333], scheduler.Noise[0]], steps.Select(step => step.To));
    }

    // x = 3 at alpha-bar 0.64 with ε = 1 means x0 = (3 - 0.6) / 0.8 = 3; held at 1, the noise left over is (3 - 0.8) / 0.6.
    [Fact]
    public void Clipped_data_keeps_the_predicted_noise_unless_the_noise_shall_follow()
    {
        using var scope = Tensor.Scope();
        var scheduler = Read(CheckpointConfig.StableDiffusion, ("clip_sample", true));
        var step = new SamplerStep(0, PathPoint.VariancePreserving(0.64), PathPoint.VariancePreserving(1));

        var kept = scheduler.Estimate(Doubles.Of(1), Doubles.Of(3), step);
        var follows = scheduler.Estimate(Doubles.Of(1), Doubles.Of(3), step, noiseFollowsClip: true);

        Assert.Equal((1.0, 1.0), (kept.Data.Item(), kept.Noise.Item()));
        Assert.Equal(1, follows.Data.Item());
        Assert.Equal(2.2 / 0.6, follows.Noise.Item(), 1e-12);
    }

    [Theory]
    [InlineData("thresholding", true, "scheduler_config.json sets 'thresholding' (true), which this network does not support.")]
    [InlineData("use_karras_sigmas", true, "scheduler_config.json sets 'use_karras_sigmas' (true), which this network does not support.")]
    [InlineData("beta_schedule", "sigmoid", "scheduler_config.json: 'beta_schedule' is \"sigmoid\", which is not supported; expected \"linear\" or \"scaled_linear\" or \"squaredcos_cap_v2\".")]
    [InlineData("prediction_type", "flow_prediction", "scheduler_config.json: 'prediction_type' is \"flow_prediction\", which is not supported; expected \"epsilon\" or \"v_prediction\" or \"sample\".")]
    public void An_option_that_would_change_samples_is_refused_by_name(string key, object value, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InputException>(() => Read(CheckpointConfig.StableDiffusion, (key, value))).Message);

    [Fact]
    public void More_steps_than_the_offset_leaves_timesteps_for_are_an_input_error() =>
        Assert.Throws<InputException>(() => Read(CheckpointConfig.StableDiffusion).Steps(1000));
}
