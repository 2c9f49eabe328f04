namespace Visalign.Cli.Views;

/// <summary>What stands above a run.</summary>
/// <param name="PicturesPerIteration">Prompts × samples.</param>
internal sealed record RunTitle(string Method, string Model, int PicturesPerIteration);
