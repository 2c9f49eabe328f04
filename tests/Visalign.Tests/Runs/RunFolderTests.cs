using System.Diagnostics;
using System.Text.Json.Nodes;
using Visalign.Runs;
using Visalign.Torch.Files;
using Visalign.Torch.Safetensors;

namespace Visalign.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Run => _folder["run"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_folder_holds_recipe_and_provenance_as_given()
    {
        Create().Dispose();

        using var opened = RunFolder.Open(Run);

        Assert.Equal("recipe: 1\n", opened.Recipe);
        Assert.Equal(FakeTraining.Provenance, opened.Provenance);
        Assert.Null(opened.LoadLatest());
        Assert.True(Directory.Exists(Path.Combine(Run, "events")) && Directory.Exists(Path.Combine(Run, "samples")));
    }

    [Fact]
    public void The_default_path_is_slug_seed_and_time() =>
        Assert.Equal(Path.Combine("runs", "flow-grpo-42-20250131-225959"),
            RunFolder.DefaultPath("runs", "flow-grpo", 42, new DateTimeOffset(2025, 1, 31, 23, 59, 59, TimeSpan.FromHours(1))));

    [Fact]
    public void A_folder_with_other_things_in_it_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(Path.Combine(Run, "thesis.tex"), "years of work");

        Assert.Contains("not empty", Refusal(() => Create()), StringComparison.Ordinal);

        Assert.Single(Directory.EnumerateFileSystemEntries(Run));
    }

    [Fact]
    public void A_folder_with_a_run_in_it_is_not_begun_again()
    {
        Create().Dispose();

        Assert.Contains("visalign resume", Refusal(() => Create()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Work_without_its_provenance_is_neither_opened_nor_begun_again_over(bool checkpoint)
    {
        using (var run = Create())
        {
            if (checkpoint) Save(run, 10);
            else Note(run, 1);
        }
        File.Delete(Path.Combine(Run, "provenance.json"));

        Assert.All([Refusal(() => RunFolder.Open(Run)), Refusal(() => KeptRun.Open(Run))], told =>
            Assert.Equal($"{Run}: provenance.json is missing, though the run has checkpoints or metrics; restore it from a copy.", told));
        Assert.Contains("its provenance.json is missing; restore that", Refusal(() => Create()), StringComparison.Ordinal);
        File.Delete(Path.Combine(Run, "run.json"));
        Refusal(() => Create());
        Assert.Equal(checkpoint ? ["00000010.safetensors"] : [], Checkpoints());
        Assert.Equal(checkpoint ? 0 : 1, File.ReadLines(Path.Combine(Run, "metrics.jsonl")).Count());
    }

    [Fact]
    public void A_creation_that_was_interrupted_is_begun_again_in_the_same_folder()
    {
        Create().Dispose();
        File.Delete(Path.Combine(Run, "provenance.json"));

        Assert.Contains("interrupted before anything ran", Refusal(() => RunFolder.Open(Run)), StringComparison.Ordinal);

        Create().Dispose();
        RunFolder.Open(Run).Dispose();
    }

    [Fact]
    public void What_is_no_run_folder_cannot_be_opened()
    {
        Assert.Contains("no such folder", Refusal(() => RunFolder.Open(Run)), StringComparison.Ordinal);
        Assert.Contains("not a run folder", Refusal(() => RunFolder.Open(_folder.Path)), StringComparison.Ordinal);
        File.WriteAllText(Run, "");
        Assert.Contains("this is a file", Refusal(() => Create()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"visalign_run_folder\":2}", "layout version 2 and this program reads version 1; use a newer visalign")]
    [InlineData("{\"visalign_run_folder\":0}", "use the visalign that made it")]
    [InlineData("{}", "expected {\"visalign_run_folder\":1}")]
    [InlineData("not json", "expected {\"visalign_run_folder\":1}")]
    public void Another_layout_version_is_refused_in_words(string mark, string told)
    {
        Create().Dispose();
        File.WriteAllText(Path.Combine(Run, "run.json"), mark);

        Assert.Contains(told, Refusal(() => RunFolder.Open(Run)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_process_is_refused_while_the_first_is_at_work()
    {
        using (Create())
            Assert.Contains("another process", Refusal(() => RunFolder.Open(Run)), StringComparison.Ordinal);

        RunFolder.Open(Run).Dispose();
    }

    [Fact]
    public void The_last_two_checkpoints_are_kept_and_the_newest_is_loaded()
    {
        using (var run = Create())
        {
            for (int iteration = 10; iteration <= 40; iteration += 10)
                Save(run, iteration);
        }

        using var opened = RunFolder.Open(Run);
        using var latest = opened.LoadLatest();

        Assert.Equal(["00000030.safetensors", "00000040.safetensors"], Checkpoints());
        Assert.Equal(40, latest!.Iteration);
        Assert.Equal([40f, 1f], latest.Singles("w"));
        Assert.Equal(40, (int)latest.State["step"]!);
        Assert.Equal(["w"], latest.Entries.Select(entry => entry.Name));
        Assert.Empty(opened.Remarks);
    }

    [Fact]
    public void A_damaged_newest_checkpoint_gives_way_to_the_one_before_with_a_remark()
    {
        using (var run = Create())
        {
            Note(run, 10);
            Save(run, 10);
            Note(run, 20);
            Save(run, 20);
            Note(run, 25);
        }
        Damage("00000020.safetensors");

        using var opened = RunFolder.Open(Run);
        using var latest = opened.LoadLatest();

        Assert.Equal(10, latest!.Iteration);
        Assert.Contains("00000020.safetensors is damaged", Assert.Single(opened.Remarks), StringComparison.Ordinal);
        Assert.Contains("going on from iteration 10", opened.Remarks[0], StringComparison.Ordinal);
        Assert.Equal([10], IterationLog.Read(Path.Combine(Run, "metrics.jsonl")).Select(line => line.Iteration));
        Assert.Equal(["00000010.safetensors", "00000020.safetensors.damaged"], Checkpoints());
    }

    [Fact]
    public void A_checkpoint_whose_metrics_are_gone_is_passed_over()
    {
        using (var run = Create())
        {
            Note(run, 10);
            Save(run, 10);
            Note(run, 20);
            Save(run, 20);
        }
        string metrics = Path.Combine(Run, "metrics.jsonl");
        File.WriteAllLines(metrics, File.ReadLines(metrics).Take(1).ToArray());

        using var opened = RunFolder.Open(Run);
        using var latest = opened.LoadLatest();

        Assert.Equal(10, latest!.Iteration);
        Assert.Contains("metrics.jsonl", Assert.Single(opened.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_whose_remarks_are_gone_is_passed_over()
    {
        using (var run = Create())
        {
            Save(run, 10);
            run.AppendRemark(new(20, "The reward fell."));
            Save(run, 20);
        }
        File.WriteAllText(Path.Combine(Run, "remarks.jsonl"), "");

        using var opened = RunFolder.Open(Run);
        using var latest = opened.LoadLatest();

        Assert.Equal(10, latest!.Iteration);
        Assert.Contains("remarks.jsonl had", Assert.Single(opened.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Remarks_past_the_checkpoint_are_dropped_and_the_others_read_back()
    {
        using (var run = Create())
        {
            run.AppendRemark(new(0, "The reward 'é' is \"odd\"."));
            Save(run, 10);
            run.AppendRemark(new(12, "The reward fell."));
        }

        using (var opened = RunFolder.Open(Run))
            opened.LoadLatest()!.Dispose();

        string path = Path.Combine(Run, "remarks.jsonl");
        Assert.Equal("""{"iteration":0,"text":"The reward 'é' is \"odd\"."}""" + "\n", File.ReadAllText(path));
        Assert.Equal([new RunRemark(0, "The reward 'é' is \"odd\".")], RemarkLog.Read(path));
        File.AppendAllText(path, "{}\n");
        Assert.Contains("remarks.jsonl(2)", Refusal(() => RemarkLog.Read(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_whose_checkpoints_are_all_damaged_is_not_silently_begun_again()
    {
        using (var run = Create())
        {
            Save(run, 10);
            Save(run, 20);
        }
        Damage("00000010.safetensors");
        Damage("00000020.safetensors");

        using var opened = RunFolder.Open(Run);

        string told = Refusal(() => opened.LoadLatest());
        Assert.Contains("00000010.safetensors is damaged", told, StringComparison.Ordinal);
        Assert.Contains("no whole checkpoint is left", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_has_no_checkpoint_says_that_it_begins_anew_and_how_many_metrics_it_drops()
    {
        using (var run = Create())
        {
            Note(run, 1);
            Note(run, 2);
            Save(run, 2);
        }
        File.Delete(Path.Combine(Run, "checkpoints", "00000002.safetensors"));

        using var opened = RunFolder.Open(Run);

        Assert.Null(opened.LoadLatest());
        Assert.Equal([$"{Run}/checkpoints: there is no checkpoint, so the run begins anew at iteration 0, and the 2 lines of metrics.jsonl are dropped."], opened.Remarks);
        Assert.Empty(opened.ReadMetrics());
    }

    [Fact]
    public void What_is_missing_and_loses_no_training_is_made_anew_and_lost_wall_times_are_told_of()
    {
        using (var run = Create())
        {
            Note(run, 1);
            run.AppendTimings(1, new Dictionary<string, double> { ["seconds/rollout"] = 1 });
            Save(run, 1);
        }
        File.Delete(Path.Combine(Run, "timings.jsonl"));
        File.Delete(Path.Combine(Run, "remarks.jsonl")); // had nothing in it
        Directory.Delete(Path.Combine(Run, "events"), recursive: true);
        Directory.Delete(Path.Combine(Run, "samples"));

        using (var opened = RunFolder.Open(Run))
        {
            opened.LoadLatest()!.Dispose();
            Assert.Equal([$"{Run}/timings.jsonl was missing and is begun anew; the wall times of what was done before are not counted."], opened.Remarks);
            Note(opened, 2);
            opened.SaveSample("a.png", new byte[1]);
        }

        Assert.Equal([1, 2], IterationLog.Read(Path.Combine(Run, "metrics.jsonl")).Select(line => line.Iteration));
        Assert.Empty(RemarkLog.Read(Path.Combine(Run, "remarks.jsonl")));
        Assert.Empty(IterationLog.Read(Path.Combine(Run, "timings.jsonl")));
    }

    [Theory]
    [InlineData("metrics.jsonl")]
    [InlineData("remarks.jsonl")]
    public void A_missing_log_that_checkpoints_build_on_is_to_be_restored_and_nothing_is_touched(string name)
    {
        using (var run = Create())
        {
            Save(run, 5);
            Note(run, 10);
            run.AppendRemark(new(10, "The reward fell."));
            Save(run, 10);
        }
        string log = Path.Combine(Run, name), text = File.ReadAllText(log);
        File.Delete(log);

        using (var opened = RunFolder.Open(Run))
            Assert.Equal($"{Run}: {name} is missing, and the checkpoints build on it; restore it from a copy, or start a new run.", Refusal(() => opened.LoadLatest()));

        Assert.False(File.Exists(log));
        Assert.Equal(["00000005.safetensors", "00000010.safetensors"], Checkpoints());
        File.WriteAllText(log, text);
        using var restored = RunFolder.Open(Run);
        using var latest = restored.LoadLatest();
        Assert.Equal(10, latest!.Iteration);
    }

    [Fact]
    public void A_checkpoint_under_another_name_is_no_checkpoint_of_that_iteration()
    {
        using (var run = Create())
            Save(run, 10);
        File.Copy(Path.Combine(Run, "checkpoints", "00000010.safetensors"), Path.Combine(Run, "checkpoints", "00000099.safetensors"));

        using var opened = RunFolder.Open(Run);
        using var latest = opened.LoadLatest();

        Assert.Equal(10, latest!.Iteration);
        Assert.Contains("00000099.safetensors holds no checkpoint of that iteration", Assert.Single(opened.Remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "No space left on device")]
    [InlineData(false, "Access to the path is denied")]
    public void A_disk_that_refuses_ends_the_run_in_one_sentence_that_names_the_last_good_checkpoint(bool full, string reason)
    {
        var storage = new RefusingStorage();
        using var run = RunFolder.Create(Run, "recipe: 1\n", FakeTraining.Provenance, storage);
        Save(run, 10);
        storage.Refusal = full ? new IOException(reason) : new UnauthorizedAccessException(reason);

        string told = Refusal(() => Save(run, 20));
        storage.Refusal = null;

        Assert.Contains("the checkpoint of iteration 20 could not be written", told, StringComparison.Ordinal);
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.Contains("the last good checkpoint is of iteration 10", told, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told);
        Assert.Equal(told, Refusal(() => Note(run, 21)));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_refused_before_anything_runs()
    {
        var storage = new RefusingStorage { Refusal = new UnauthorizedAccessException("Access to the path is denied") };

        Assert.Contains("cannot be made (Access", Refusal(() => RunFolder.Create(Run, "", FakeTraining.Provenance, storage)), StringComparison.Ordinal);
        Create().Dispose();
        Assert.Contains("cannot be used (Access", Refusal(() => RunFolder.Open(Run, storage)), StringComparison.Ordinal);
    }

    [Fact] // The kernel's own device that is always full.
    public void A_truly_full_device_is_told_in_words_and_leaves_no_partial_file()
    {
        if (!File.Exists("/dev/full"))
            return;
        using var run = Create();
        File.CreateSymbolicLink(Path.Combine(Run, "samples", "a.png" + AtomicWrites.PartialEnding), "/dev/full");

        string told = Refusal(() => run.SaveSample("a.png", new byte[10]));

        Assert.Contains("No space left on device", told, StringComparison.Ordinal);
        Assert.Contains("there is no checkpoint yet", told, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Run, "samples")));
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "infinite")]
    public void A_metric_that_is_no_number_is_refused_by_name_and_nothing_is_written(double value, string word)
    {
        using var run = Create();
        Note(run, 1);

        string told = Refusal(() => run.AppendMetrics(2, new Dictionary<string, double> { ["kl/mean"] = value, ["a"] = 1 }));
        Note(run, 2);

        Assert.Contains("'kl/mean'", told, StringComparison.Ordinal);
        Assert.Contains(word, told, StringComparison.Ordinal);
        Assert.Equal([1, 2], IterationLog.Read(Path.Combine(Run, "metrics.jsonl")).Select(line => line.Iteration));
    }

    [Fact]
    public void Iterations_only_go_forward_and_an_opened_run_is_recovered_first()
    {
        using (var run = Create())
        {
            Note(run, 5);
            Save(run, 5);
            Assert.Throws<UnreachableException>(() => Note(run, 5));
            Assert.Throws<UnreachableException>(() => Save(run, 4));
        }

        using var opened = RunFolder.Open(Run);
        Assert.Throws<UnreachableException>(() => Note(opened, 6));
        opened.LoadLatest()!.Dispose();
        Assert.Throws<UnreachableException>(() => Note(opened, 5));
        Note(opened, 6);
    }

    [Fact]
    public void Samples_and_policy_are_saved_under_their_names_only()
    {
        using var run = Create();

        run.SaveSample("0001.png", new byte[] { 1, 2 });
        run.SavePolicy(new Dictionary<string, StoredArray> { ["w"] = StoredArray.Of([3f], 1) }, new Dictionary<string, string> { ["format"] = "pt" });

        Assert.Equal([1, 2], File.ReadAllBytes(Path.Combine(Run, "samples", "0001.png")));
        using var policy = SafetensorsFile.Open(Path.Combine(Run, "policy.safetensors"));
        Assert.Equal("pt", policy.Metadata!["format"]);
        Assert.Throws<ArgumentException>(() => run.SaveSample("../escape.png", new byte[1]));
    }

    private RunFolder Create() => RunFolder.Create(Run, "recipe: 1\n", FakeTraining.Provenance);

    private static void Note(RunFolder run, long iteration) =>
        run.AppendMetrics(iteration, new Dictionary<string, double> { ["reward/mean"] = iteration / 3.0 });

    private static void Save(RunFolder run, int iteration) =>
        run.SaveCheckpoint(iteration, new Dictionary<string, StoredArray> { ["w"] = StoredArray.Of([iteration, 1f], 2) }, new JsonObject { ["step"] = iteration });

    private static string Refusal(Action action) => Assert.Throws<InputException>(action).Message;

    private string[] Checkpoints() =>
        [.. Directory.EnumerateFiles(Path.Combine(Run, "checkpoints")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private void Damage(string name)
    {
        string path = Path.Combine(Run, "checkpoints", name);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x40;
        File.WriteAllBytes(path, bytes);
    }
}
