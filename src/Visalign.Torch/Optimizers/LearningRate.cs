namespace Visalign.Torch.Optimizers;

/// <summary>How the learning rate moves over a run.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays as it is after the warm-up.</summary>
    Constant,
    /// <summary>Falls to zero along half a cosine.</summary>
    Cosine,
    /// <summary>Falls to zero along a line.</summary>
    Linear,
}

/// <summary>Learning-rate schedules.</summary>
public static class LearningRate
{
    /// <summary>The rate of one step.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="total">Steps of the whole run.</param>
    /// <param name="warmup">Steps over which the rate rises along a line from zero.</param>
    public static double At(LearningRateSchedule schedule, double peak, long step, long total, long warmup = 0)
    {
        if (step < warmup) return peak * (step + 1) / warmup;
        double progress = total <= warmup ? 0 : Math.Clamp((double)(step - warmup) / (total - warmup), 0, 1);
        return schedule switch
        {
            LearningRateSchedule.Cosine => peak * (0.5 + 0.5 * Math.Cos(Math.PI * progress)),
            LearningRateSchedule.Linear => peak * (1 - progress),
            _ => peak,
        };
    }
}
