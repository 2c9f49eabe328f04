namespace Visalign.Generators;

/// <summary>Where in a walk a step is taken, and how noisily.</summary>
/// <param name="Grid">The levels of the whole walk, since some kernels look at more than their step's.</param>
/// <param name="Index">Of the step; 0 is the noisiest.</param>
/// <param name="NoiseScale">Strength of the kernel's noise, one of its <see cref="IStepKernel.NoiseScales"/>.</param>
public readonly record struct StepPlace(NoiseGrid Grid, int Index, double NoiseScale)
{
    /// <summary>s: the noise level it starts from.</summary>
    public double From => Grid.Levels[Index];

    /// <summary>s', below s: the level it ends at; 0 is data.</summary>
    public double To => Grid.Levels[Index + 1];
}
