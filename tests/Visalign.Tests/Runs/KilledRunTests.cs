using Visalign.Runs;

namespace Visalign.Tests.Runs;

public sealed class KilledRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory] // Four times 250 cut points, half at an operation, half inside a write; each run may die up to three times.
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public void A_run_killed_anywhere_and_gone_on_with_ends_in_the_same_bytes(int seed, bool powerCut)
    {
        var unbroken = new CrashingStorage();
        FakeTraining.RunToEnd(_folder["unbroken"], unbroken);
        var expected = Content(_folder["unbroken"]);
        var random = new Random(seed);
        int kills = 0;

        for (int trial = 0; trial < 250; trial++)
        {
            string path = _folder[$"run-{trial}"];
            for (int deaths = random.Next(1, 4); deaths > 0; deaths--)
                kills += RunAndDie(path, unbroken, random, powerCut) ? 1 : 0;
            FakeTraining.RunToEnd(path, new CrashingStorage());

            Assert.Equal(expected, Content(path));
            Directory.Delete(path, recursive: true);
        }

        Assert.InRange(kills, 250, 750);
    }

    [Fact]
    public void Every_single_operation_is_survived_as_the_last_one()
    {
        var unbroken = new CrashingStorage();
        FakeTraining.RunToEnd(_folder["unbroken"], unbroken);
        var expected = Content(_folder["unbroken"]);

        for (long operation = 0; operation < unbroken.Operations; operation++)
        {
            string path = _folder[$"run-{operation}"];
            Assert.Throws<KilledException>(() => FakeTraining.RunToEnd(path, new CrashingStorage(operation)));
            FakeTraining.RunToEnd(path, new CrashingStorage());
            Assert.Equal(expected, Content(path));
        }
    }

    private static bool RunAndDie(string path, CrashingStorage unbroken, Random random, bool powerCut)
    {
        var storage = random.Next(2) == 0
            ? new CrashingStorage(dieAtOperation: random.NextInt64(unbroken.Operations))
            : new CrashingStorage(dieAtByte: random.NextInt64(unbroken.Bytes));
        try
        {
            FakeTraining.RunToEnd(path, storage);
            return false;
        }
        catch (KilledException)
        {
            if (powerCut)
                storage.CutPower(random);
            return true;
        }
    }

    /// <summary>Names and bytes of everything that must not depend on kills; clocks and TensorBoard's files do.</summary>
    private static SortedDictionary<string, string> Content(string run)
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(run, path);
            if (!name.StartsWith("events", StringComparison.Ordinal) && name != "timings.jsonl")
                content[name] = Convert.ToHexString(File.ReadAllBytes(path));
        }
        return content;
    }
}
