namespace Visalign.Generators;

/// <summary>Which of a diffusion's timesteps a network is trained at.</summary>
/// <remarks>The code of Diffusion-DPO (Wallace et al., arXiv 2311.12908) for SDXL's refiner and for SDXL Turbo.
/// Departures: for Turbo the authors also rescale the noise schedule so that nothing is left of the picture at its end; here the model's own schedule stays.</remarks>
public enum TimestepLaw
{
    /// <summary>All alike.</summary>
    Uniform,
    /// <summary>The first fifth, where little noise is left: networks that finish what another one began.</summary>
    Refiner,
    /// <summary>The last of each quarter: networks distilled to four steps.</summary>
    Turbo,
}

/// <summary>Maps uniform timesteps to those a network knows.</summary>
public static class DistilledTimesteps
{
    private const int TurboSteps = 4, RefinerPart = 5;

    /// <summary>The timestep that takes the place of a uniform one.</summary>
    /// <param name="timestep">0 to <paramref name="count"/> - 1.</param>
    /// <param name="count">T, usually 1000; a multiple of 20.</param>
    public static int Of(TimestepLaw law, int timestep, int count) => law switch
    {
        TimestepLaw.Refiner => timestep % (count / RefinerPart),
        TimestepLaw.Turbo => count / TurboSteps * (timestep % TurboSteps) + count / TurboSteps - 1,
        _ => timestep,
    };
}
