using System.Text.Json;
using Visalign.Cli;
using Visalign.Cli.Diagnoses;
using Visalign.Cli.Views;
using Visalign.Torch.Engines;

namespace Visalign.Tests.Cli;

public sealed class DoctorCommandTests
{
    private static readonly Libtorch Libtorch = new("LIBTORCH", "2.6.0", ["/opt/include"], "/opt/lib", NewStringAbi: true, HasCuda: true, ExternalBlas: false);

    private static readonly Diagnosis Sound = new(
        Usable: true,
        "A processor",
        Threads: 2,
        Libtorch,
        "/cache/libvisalign_bridge.so",
        new Blas("/lib/libopenblas.so.0", "SkylakeX", [new("SkylakeX", 189.3, 91.9), new("Haswell", 91.9, 84.0)]),
        Cuda: false,
        [new("libturbojpeg", Works: true), new("libpng", Works: true)],
        new PythonTwin("python3", "2.6.0", SameLibtorch: true),
        Missing: []);

    [Fact]
    public void The_JSON_tells_what_this_machine_has()
    {
        var invocation = Invocation.Of("doctor", "--json");

        var found = JsonDocument.Parse(invocation.Output).RootElement;
        Assert.Equal(
            ["usable", "processor", "threads", "libtorch", "bridge", "blas", "cuda", "codecs", "python", "missing"],
            found.EnumerateObject().Select(property => property.Name));
        Assert.Equal(invocation.Code == ExitCode.Done, found.GetProperty("usable").GetBoolean());
        Assert.Equal(Engine.Current.Threads, found.GetProperty("threads").GetInt32());
        Assert.Equal(Engine.Current.Libtorch.Version, found.GetProperty("libtorch").GetProperty("version").GetString());
    }

    [Fact]
    public void A_sound_machine_is_told_with_the_kernels_measured()
    {
        string[] lines = Lines(Sound);

        Assert.Equal(
            [
                "processor  A processor",
                "libtorch   2.6.0, LIBTORCH (/opt/lib)",
                "CUDA       this libtorch has it, but no device answers",
                "bridge     /cache/libvisalign_bridge.so",
                "threads    2 (VISALIGN_THREADS changes it)",
                "BLAS       /lib/libopenblas.so.0",
                "kernels    SkylakeX, the fastest measured",
                "           SkylakeX       189 GFLOP/s on the toy network's products, 92 on large ones",
                "           Haswell         92 GFLOP/s on the toy network's products, 84 on large ones",
                "codecs     libturbojpeg works, libpng works",
                "PyTorch    2.6.0 in python3, on this libtorch: 'visalign bench' can compare",
                "",
                "Everything needed is here.",
            ],
            lines);
    }

    [Fact]
    public void What_is_missing_is_told_with_the_way_to_get_it()
    {
        var bare = Sound with
        {
            Usable = false,
            Threads = null,
            Libtorch = null,
            Bridge = null,
            Blas = null,
            Python = null,
            Missing = [new("libtorch", Needed: true, "No libtorch was found."), new("python3-torch", Needed: false, "Only 'bench' wants it.")],
        };

        Assert.Equal(
            [
                "processor  A processor",
                "codecs     libturbojpeg works, libpng works",
                "PyTorch    not found",
                "",
                "missing: libtorch. No libtorch was found.",
                "optional: python3-torch. Only 'bench' wants it.",
                "This machine cannot align yet; see what is missing above.",
            ],
            Lines(bare));
    }

    private static string[] Lines(Diagnosis diagnosis)
    {
        using var output = new StringWriter();
        new Terminal(output, TextWriter.Null, CancellationToken.None).Canvas().Write(DiagnosisView.Of(diagnosis));

        return [.. output.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd())];
    }
}
