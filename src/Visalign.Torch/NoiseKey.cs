namespace Visalign.Torch;

/// <summary>What a stream of noise is for: streams of different purpose never meet.</summary>
public enum NoisePurpose
{
    /// <summary>Initial values of parameters.</summary>
    Initialization = 1,
    /// <summary>Start noise of a sample.</summary>
    Start = 2,
    /// <summary>Noise of a stochastic sampler step.</summary>
    Step = 3,
    /// <summary>Training noise of a denoising or autoencoding objective.</summary>
    Training = 4,
    /// <summary>Draws of times, windows and orders.</summary>
    Choice = 5,
    /// <summary>Probes and nudges of the preflight.</summary>
    Probe = 6,
    /// <summary>Invention of prompts.</summary>
    Prompt = 7,
    /// <summary>Invention of scenes.</summary>
    Scene = 8,
    /// <summary>Resamples of a bootstrap.</summary>
    Resampling = 9,
}

/// <summary>Names one stream of random numbers.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Iteration">Training iteration.</param>
/// <param name="Sample">Global sample index, never a rank's or batch's own.</param>
/// <param name="Step">Sampler step.</param>
/// <param name="Branch">Branch of a trajectory, or split of the prompts.</param>
public readonly record struct NoiseKey(ulong Seed, NoisePurpose Purpose, long Iteration = 0, long Sample = 0, int Step = 0, int Branch = 0)
{
    /// <summary>The key of the stream's blocks.</summary>
    internal ulong Stream
    {
        get
        {
            ulong stream = Mix(Seed ^ 0x9E3779B97F4A7C15);
            stream = Mix(stream ^ ((ulong)Purpose << 56) ^ (ulong)Iteration);
            stream = Mix(stream ^ (ulong)Sample);
            return Mix(stream ^ ((ulong)(uint)Step << 32) ^ (uint)Branch);
        }
    }

    // The finalizer of SplitMix64: a bijection that spreads every input bit.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
