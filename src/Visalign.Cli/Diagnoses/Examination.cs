using Visalign.Pictures;
using Visalign.Torch;
using Visalign.Torch.Engines;

namespace Visalign.Cli.Diagnoses;

/// <summary>Examines this machine by using it: starts the engine, codes a picture.</summary>
public static class Examination
{
    private static readonly RgbPicture Gray = new(Enumerable.Repeat((byte)128, 8 * 8 * 3).ToArray(), Height: 8, Width: 8);

    /// <summary>What is there and what is missing. The first time, this compiles the bridge and measures kernels.</summary>
    public static Diagnosis Run()
    {
        List<MissingPart> missing = [];
        var libtorch = Try("libtorch", missing, Libtorch.Find);
        var engine = libtorch is null ? null : Try("engine", missing, () => Engine.Start());
        if (engine is not null && engine.Libtorch.ExternalBlas && !File.Exists(engine.Blas.Library))
        {
            missing.Add(new("fast BLAS", Needed: false, "Without OpenBLAS training takes twenty times as long. Install it: apt-get install libopenblas0-openmp"));
        }

        if (libtorch is not null && !libtorch.HasGlooHeaders())
        {
            missing.Add(new("libgloo-dev", Needed: false, "Only runs of several processes need it, with the distribution's libtorch. Install it: apt-get install libgloo-dev"));
        }

        Codec[] codecs =
        [
            new("libturbojpeg", Try("libturbojpeg", missing, () => Jpeg.Encode(Gray, new JpegSettings())) is not null),
            new("libpng", Try("libpng", missing, () => Png.Encode(Gray)) is not null),
        ];
        var python = PythonSearch.Find(libtorch);
        if (python is not { SameLibtorch: true })
        {
            missing.Add(new("python3-torch", Needed: false, "Only 'visalign bench' compares with it. Install it: apt-get install python3-torch"));
        }

        return new Diagnosis(
            engine is not null && codecs.All(codec => codec.Works),
            Processor.Model,
            engine?.Threads,
            libtorch,
            engine?.Bridge,
            engine?.Blas,
            engine?.HasCuda ?? false,
            codecs,
            python,
            missing);
    }

    private static T? Try<T>(string name, List<MissingPart> missing, Func<T> use) where T : class
    {
        try
        {
            return use();
        }
        catch (Exception failure) when (failure is InputException or TorchException or DllNotFoundException or AggregateException)
        {
            missing.Add(new(name, Needed: true, failure.GetBaseException().Message));
            return null;
        }
    }
}
