namespace Visalign.Methods;

/// <summary>A published way to align a generator: a sealed record of its options, with the paper's values as defaults.</summary>
public interface IMethod;
