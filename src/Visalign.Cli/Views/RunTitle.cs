namespace Visalign.Cli.Views;

/// <summary>What stands above a run.</summary>
internal sealed record RunTitle(string Method, string Model);
