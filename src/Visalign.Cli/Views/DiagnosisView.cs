using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Visalign.Cli.Diagnoses;
using Visalign.Torch.Engines;

namespace Visalign.Cli.Views;

/// <summary>A diagnosis for people: found, chosen, missing.</summary>
internal static class DiagnosisView
{
    internal static IRenderable Of(Diagnosis diagnosis)
    {
        var facts = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in Facts(diagnosis))
        {
            facts.AddRow(new Text(name, new Style(Palette.Quiet)), new Text(value));
        }

        var missing = diagnosis.Missing.Select(part =>
            new Text($"{(part.Needed ? "missing" : "optional")}: {part.Name}. {part.Remedy}", new Style(part.Needed ? Palette.Warning : Color.Default)));
        string verdict = diagnosis.Usable ? "Everything needed is here." : "This machine cannot align yet; see what is missing above.";

        return new Rows([facts, Text.Empty, .. missing, new Text(verdict, new Style(diagnosis.Usable ? Palette.Score : Palette.Warning))]);
    }

    private static IEnumerable<(string Name, string Value)> Facts(Diagnosis diagnosis)
    {
        yield return ("processor", diagnosis.Processor);
        if (diagnosis.Libtorch is { } libtorch)
        {
            yield return ("libtorch", $"{libtorch.Version}, {libtorch.Origin} ({libtorch.Libraries})");
            yield return ("CUDA", Cuda(libtorch, diagnosis.Cuda));
        }

        if (diagnosis.Bridge is { } bridge)
        {
            yield return ("bridge", bridge);
        }

        if (diagnosis.Threads is { } threads)
        {
            yield return ("threads", $"{threads} (VISALIGN_THREADS changes it)");
        }

        if (diagnosis.Blas is { } blas)
        {
            yield return ("BLAS", blas.Library);
            yield return ("kernels", blas.Core.Length == 0 ? "no choice to make" : blas.Candidates.Count == 0 ? $"{blas.Core}, as told" : $"{blas.Core}, the fastest measured");
            foreach (var candidate in blas.Candidates)
            {
                yield return ("", Rates(candidate));
            }
        }

        yield return ("codecs", string.Join(", ", diagnosis.Codecs.Select(codec => $"{codec.Name} {(codec.Works ? "works" : "is missing")}")));
        yield return ("PyTorch", diagnosis.Python is { } python
            ? $"{python.Version} in {python.Interpreter}, {(python.SameLibtorch ? "on this libtorch: 'visalign bench' can compare" : "on another libtorch: times would not compare")}"
            : "not found");
    }

    private static string Cuda(Libtorch libtorch, bool usable) =>
        usable ? "a device is ready" : libtorch.HasCuda ? "this libtorch has it, but no device answers" : "not in this libtorch";

    private static string Rates(BlasMeasurement candidate) =>
        string.Create(CultureInfo.InvariantCulture, $"{candidate.Core,-12}{candidate.ToyRate,6:F0} GFLOP/s on the toy network's products, {candidate.LargeRate:F0} on large ones");
}
