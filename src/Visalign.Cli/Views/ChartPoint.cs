namespace Visalign.Cli.Views;

/// <summary>A point of a curve.</summary>
internal readonly record struct ChartPoint(double X, double Y);
