using Visalign.Torch.Engines;

namespace Visalign.Cli.Diagnoses;

/// <summary>What this machine offers and what it lacks.</summary>
/// <param name="Usable">Whether the engine runs and pictures can be written.</param>
/// <param name="Processor">Its model name.</param>
/// <param name="Threads">Threads inside an operator; null without an engine.</param>
/// <param name="Libtorch">What was found; null when nothing was.</param>
/// <param name="Bridge">The compiled bridge to it; null without an engine.</param>
/// <param name="Blas">The matrix library chosen, with what was measured; null without an engine.</param>
/// <param name="Cuda">Whether a CUDA device can be used.</param>
/// <param name="Codecs">The picture libraries.</param>
/// <param name="Python">The PyTorch that <c>bench</c> can compare with; null when there is none.</param>
/// <param name="Missing">What is not there, with the way to get it.</param>
public sealed record Diagnosis(
    bool Usable,
    string Processor,
    int? Threads,
    Libtorch? Libtorch,
    string? Bridge,
    Blas? Blas,
    bool Cuda,
    IReadOnlyList<Codec> Codecs,
    PythonTwin? Python,
    IReadOnlyList<MissingPart> Missing);

/// <summary>A picture library.</summary>
/// <param name="Works">Whether a picture could be coded with it.</param>
public sealed record Codec(string Name, bool Works);

/// <summary>Something this machine lacks.</summary>
/// <param name="Needed">Whether nothing runs without it.</param>
/// <param name="Remedy">A sentence that says how to get it.</param>
public sealed record MissingPart(string Name, bool Needed, string Remedy);

/// <summary>A Python with PyTorch.</summary>
/// <param name="Interpreter">The program.</param>
/// <param name="Version">Of PyTorch, as it says.</param>
/// <param name="SameLibtorch">Whether it calls the very libtorch that this program calls, which makes times comparable.</param>
public sealed record PythonTwin(string Interpreter, string Version, bool SameLibtorch);
