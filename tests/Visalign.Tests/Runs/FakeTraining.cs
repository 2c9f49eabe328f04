using System.Text.Json.Nodes;
using Visalign.Runs;
using Visalign.Torch.Files;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Runs;

/// <summary>A training loop whose state moves deterministically: weights, a moment, and a random stream.</summary>
public sealed class FakeTraining
{
    public const int Iterations = 8;
    public const int CheckpointEvery = 2;

    private readonly float[] _weights = new float[6];
    private readonly double[] _moments = new double[6];
    private ulong _random = 42;

    public static readonly Provenance Provenance = new()
    {
        Engine = "libtorch 1.13.1", BlasCore = "OpenBLAS 0.3.21 SkylakeX", Threads = 2, Processor = "a processor",
        OperatingSystem = "a system", Runtime = ".NET 10", Program = "0.1.0", BaseHash = "00", DataHash = null, Seed = 42,
    };

    /// <summary>Runs in a folder to the end, from wherever it is.</summary>
    public static void RunToEnd(string path, IFileStorage storage)
    {
        using var folder = RunFolder.Exists(path)
            ? RunFolder.Open(path, storage)
            : RunFolder.Create(path, "recipe: 1\n", Provenance, storage);
        new FakeTraining().Run(folder);
    }

    private void Run(RunFolder folder)
    {
        long done = 0;
        using (var latest = folder.LoadLatest())
        {
            if (latest is not null)
            {
                done = latest.Iteration;
                latest.Singles("adapter").CopyTo(_weights, 0);
                StoredNumbers.ToDoubles(StoredType.Float64, latest.Bytes("moments")).CopyTo(_moments, 0);
                _random = ulong.Parse(latest.State["random"]!.GetValue<string>());
            }
        }
        for (long iteration = done + 1; iteration <= Iterations; iteration++)
        {
            Step();
            folder.AppendMetrics(iteration, new Dictionary<string, double> { ["reward/mean"] = _moments.Average(), ["loss/policy"] = _weights[0] / 3.0 });
            if (iteration % 3 == 0)
                folder.AppendRemark(new(iteration, $"The moments average {_moments.Average():R}."));
            folder.AppendTimings(iteration, new Dictionary<string, double> { ["seconds/rollout"] = 0.25 });
            if (iteration % CheckpointEvery == 0)
                folder.SaveCheckpoint(iteration, Arrays(), new JsonObject { ["random"] = $"{_random}" });
        }
        folder.SavePolicy(new Dictionary<string, StoredArray> { ["adapter"] = StoredArray.Of(_weights, 2, 3) }, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private void Step()
    {
        for (int i = 0; i < _weights.Length; i++)
        {
            _random = _random * 6364136223846793005 + 1442695040888963407;
            _moments[i] = 0.9 * _moments[i] + (_random >> 11) / (double)(1UL << 53);
            _weights[i] += (float)_moments[i];
        }
    }

    private Dictionary<string, StoredArray> Arrays() =>
        new() { ["adapter"] = StoredArray.Of(_weights, 2, 3), ["moments"] = StoredArray.Of(_moments, 6) };
}
