using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Visalign.Torch.Files;
using Visalign.Torch.Safetensors;

namespace Visalign.Runs;

/// <summary>The folder a run lives in, held by one process at a time; killed at any instant, it can be opened and gone on with.</summary>
/// <remarks>
/// <code>
/// run.json            layout version
/// recipe.yaml         the recipe with every default resolved
/// provenance.json     engine, machine, program, hashes, seed, and the recipe as it was at the beginning
/// metrics.jsonl       a line for an iteration; no clock in it, so runs can be compared byte for byte
/// remarks.jsonl       what preflight and watchdog had to say
/// timings.jsonl       wall times; an iteration that was run twice has two lines
/// events/             the metrics for TensorBoard
/// samples/            pictures
/// evaluations/        what was measured before, during and after training
/// checkpoints/        the last two, each one sealed safetensors file
/// policy.safetensors  what was learned, at the end
/// report.html         all of it to look at, at the end
/// </code>
/// Metrics and remarks are on the disk before the checkpoint that covers them gets its name, and going on drops the lines
/// past the checkpoint, so metrics, remarks, checkpoints and policy come out as if nothing had happened.
/// </remarks>
public sealed class RunFolder : IDisposable
{
    internal const string RecipeFile = "recipe.yaml";
    internal const string ProvenanceFile = "provenance.json";
    internal const string MetricsName = "metrics.jsonl";
    internal const string RemarksName = "remarks.jsonl";
    internal const string TimingsName = "timings.jsonl";
    internal const string PolicyName = "policy.safetensors";
    internal const string ReportName = "report.html";
    private const string CheckpointsName = "checkpoints";
    private const string LockFile = "lock";

    private static readonly string[] Folders = ["events", "samples", "evaluations", CheckpointsName];
    private static readonly string[] Logs = [MetricsName, RemarksName, TimingsName];

    private readonly IFileStorage _storage;
    private readonly TimeProvider _time;
    private readonly IDisposable _lock;
    private readonly IterationLog _metrics;
    private readonly RemarkLog _remarkLog;
    private readonly IterationLog _timings;
    private readonly CheckpointFolder _checkpoints;
    private readonly List<string> _remarks = [];
    private EventFile? _events;
    private bool _recovered;
    private long _lastIteration = long.MinValue;
    private InputException? _failure;

    private RunFolder(string path, IFileStorage storage, TimeProvider time, IDisposable hold, bool recovered)
    {
        Path = path;
        Recipe = File.ReadAllText(In(RecipeFile));
        Provenance = Provenance.FromJson(In(ProvenanceFile), File.ReadAllText(In(ProvenanceFile)));
        _storage = storage;
        _time = time;
        _lock = hold;
        _metrics = new(storage, In(MetricsName));
        _remarkLog = new(storage, In(RemarksName));
        _timings = new(storage, In(TimingsName));
        _checkpoints = new(storage, In(CheckpointsName));
        _recovered = recovered;
    }

    /// <summary>Where the folder is.</summary>
    public string Path { get; }

    /// <summary>The resolved recipe, as text.</summary>
    public string Recipe { get; }

    /// <summary>What the run was made with.</summary>
    public Provenance Provenance { get; }

    /// <summary>Sentences about what had to be mended or passed over when the folder was opened.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>The folder a run gets when none is named: <c>ROOT/SLUG-SEED-TIME</c>.</summary>
    /// <param name="time">Written in UTC to the second, as 20250131-235959.</param>
    public static string DefaultPath(string root, string slug, long seed, DateTimeOffset time) =>
        System.IO.Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{slug}-{seed}-{time.UtcDateTime:yyyyMMdd-HHmmss}"));

    /// <summary>Whether a folder holds a run that <see cref="Open"/> can go on with.</summary>
    public static bool Exists(string path) =>
        File.Exists(System.IO.Path.Combine(path, RunMark.FileName)) && File.Exists(System.IO.Path.Combine(path, ProvenanceFile));

    /// <summary>Refuses what <see cref="Open"/> cannot go on with.</summary>
    /// <exception cref="InputException">Not a run folder, another layout version, or without its provenance.</exception>
    internal static void RequireWhole(string path)
    {
        RunMark.Check(path);
        if (Exists(path)) return;
        throw new InputException(HoldsWork(path)
            ? $"{path}: {ProvenanceFile} is missing, though the run has checkpoints or metrics; restore it from a copy."
            : $"{path}: its creation was interrupted before anything ran; start the run again with this folder as --out.");
    }

    /// <summary>Makes the folder of a new run.</summary>
    /// <param name="path">A folder that is missing, empty, or left over from a creation that was interrupted.</param>
    /// <param name="recipe">The resolved recipe.</param>
    /// <param name="storage">The file system unless given.</param>
    /// <param name="time">The system's clock unless given; for wall times of TensorBoard only.</param>
    /// <exception cref="InputException">The folder holds something already, is in use, or cannot be written.</exception>
    public static RunFolder Create(string path, string recipe, Provenance provenance, IFileStorage? storage = null, TimeProvider? time = null)
    {
        storage ??= new DiskStorage();
        RefuseOccupied(path);
        IDisposable? hold = null;
        try
        {
            storage.CreateFolder(path);
            hold = Hold(storage, path);
            // The mark comes first, so a half-made folder is known as ours; the provenance last, so a whole one is known as whole.
            RunMark.Write(storage, path);
            foreach (string folder in Folders)
                storage.CreateFolder(System.IO.Path.Combine(path, folder));
            foreach (string log in Logs)
                storage.Create(System.IO.Path.Combine(path, log)).Dispose();
            storage.Replace(System.IO.Path.Combine(path, RecipeFile), stream => stream.Write(Encoding.UTF8.GetBytes(recipe)));
            storage.Replace(System.IO.Path.Combine(path, ProvenanceFile), stream => stream.Write(Encoding.UTF8.GetBytes(provenance.ToJson())));
            storage.SyncFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            return new(path, storage, time ?? TimeProvider.System, hold, recovered: true);
        }
        catch (Exception fault)
        {
            hold?.Dispose();
            if (fault is IOException or UnauthorizedAccessException)
                throw CannotBeMade(path, fault);
            throw;
        }
    }

    /// <summary>Opens a run to go on with it; <see cref="LoadLatest"/> is the next call.</summary>
    /// <inheritdoc cref="Create"/>
    /// <exception cref="InputException">Not a run folder, another layout version, in use, or it cannot be written.</exception>
    public static RunFolder Open(string path, IFileStorage? storage = null, TimeProvider? time = null)
    {
        storage ??= new DiskStorage();
        RequireWhole(path);
        IDisposable? hold = null;
        try
        {
            hold = Hold(storage, path);
            return new(path, storage, time ?? TimeProvider.System, hold, recovered: false);
        }
        catch (Exception fault)
        {
            hold?.Dispose();
            if (fault is IOException or UnauthorizedAccessException)
                throw new InputException($"{path}: the run folder cannot be used ({fault.Message}); going on needs to read and write it.", fault);
            throw;
        }
    }

    /// <summary>The newest checkpoint that is whole; what was written after it is dropped.</summary>
    /// <remarks>Damaged checkpoints on the way to it are told in <see cref="Remarks"/>.</remarks>
    /// <returns>Null where the run has to begin at the beginning. The caller disposes it once it has taken what it needs.</returns>
    /// <exception cref="InputException">No checkpoint is whole, or the folder cannot be written.</exception>
    public Checkpoint? LoadLatest()
    {
        Checkpoint? latest = null;
        Write("what the last process left", () =>
        {
            foreach (string leftover in Directory.EnumerateFiles(Path, "*" + AtomicWrites.PartialEnding, SearchOption.AllDirectories))
                _storage.Delete(leftover);
            MakeMissing();
            latest = _checkpoints.OpenNewest(new(_metrics.Length, _remarkLog.Length), _remarks.Add);
            _checkpoints.DropOld();
            if (latest is null && LineFile.Read(In(MetricsName)).Count() is > 0 and var lines)
                _remarks.Add($"{In(CheckpointsName)}: there is no checkpoint, so the run begins anew at iteration 0, and {(lines == 1 ? "the line" : $"the {lines} lines")} of {MetricsName} {(lines == 1 ? "is" : "are")} dropped.");
            _metrics.CutTo(latest?.Lengths.Metrics ?? 0);
            _remarkLog.CutTo(latest?.Lengths.Remarks ?? 0);
            _timings.DropTornLine();
        });
        _lastIteration = ReadMetrics() is [.., var last] ? last.Iteration : long.MinValue;
        _recovered = true;
        return latest;
    }

    /// <summary>Notes an iteration's metrics, here and for TensorBoard.</summary>
    /// <param name="iteration">Larger than the last one noted.</param>
    /// <param name="values">Finite numbers; a metric that has no value this time is left out.</param>
    /// <exception cref="InputException">A value is not finite, or the disk refuses.</exception>
    public void AppendMetrics(long iteration, IReadOnlyDictionary<string, double> values)
    {
        if (!_recovered || iteration <= _lastIteration)
            throw new UnreachableException(_recovered ? $"Iteration {iteration} comes after {_lastIteration}." : "LoadLatest comes before the first metrics.");
        Write(MetricsName, () =>
        {
            _metrics.Append(iteration, values);
            _events ??= EventFile.Create(_storage, In("events"), _time, iteration);
            _events.Write(iteration, values);
        });
        _lastIteration = iteration;
    }

    /// <summary>The metrics of all iterations so far.</summary>
    /// <exception cref="InputException">A line is damaged.</exception>
    public IReadOnlyList<IterationLine> ReadMetrics() => IterationLog.Read(In(MetricsName));

    /// <summary>Notes what preflight or watchdog said, before the checkpoint of that iteration.</summary>
    /// <exception cref="InputException">The disk refuses.</exception>
    public void AppendRemark(RunRemark remark)
    {
        if (!_recovered)
            throw new UnreachableException("LoadLatest comes before the first remark.");
        Write(RemarksName, () => _remarkLog.Append(remark));
    }

    /// <summary>Notes an iteration's wall times.</summary>
    /// <param name="seconds">By name, such as <c>seconds/rollout</c>.</param>
    /// <exception cref="InputException">The disk refuses.</exception>
    public void AppendTimings(long iteration, IReadOnlyDictionary<string, double> seconds) =>
        Write(TimingsName, () => _timings.Append(iteration, seconds));

    /// <summary>Saves what the run needs to go on from here; the two newest checkpoints are kept.</summary>
    /// <param name="iteration">Not smaller than that of the checkpoint before.</param>
    /// <param name="arrays">Parameters, optimizer moments, averages, by name.</param>
    /// <param name="state">Everything else: random states, counters.</param>
    /// <exception cref="InputException">The disk refuses; the last good checkpoint is named.</exception>
    public void SaveCheckpoint(long iteration, IReadOnlyDictionary<string, StoredArray> arrays, JsonObject state)
    {
        if (!_recovered || _checkpoints.Newest > iteration)
            throw new UnreachableException(_recovered ? $"Checkpoint {iteration} comes after {_checkpoints.Newest}." : "LoadLatest comes before the first checkpoint.");
        Write($"the checkpoint of iteration {iteration}", () =>
        {
            _metrics.Sync();
            _remarkLog.Sync();
            _checkpoints.Save(iteration, new(_metrics.Length, _remarkLog.Length), arrays, state);
        });
    }

    /// <summary>Saves a picture or a page of pictures, replacing one of that name.</summary>
    /// <param name="name">A plain file name.</param>
    /// <exception cref="InputException">The disk refuses.</exception>
    public void SaveSample(string name, ReadOnlyMemory<byte> content) => Save("samples", name, content);

    /// <summary>Saves an evaluation, replacing one of that name.</summary>
    /// <inheritdoc cref="SaveSample"/>
    public void SaveEvaluation(string name, ReadOnlyMemory<byte> content) => Save("evaluations", name, content);

    /// <summary>Saves the report, replacing an older one.</summary>
    /// <exception cref="InputException">The disk refuses.</exception>
    public void SaveReport(ReadOnlyMemory<byte> content) => Save("", ReportName, content);

    /// <summary>Saves what was learned, as other tools load it.</summary>
    /// <exception cref="InputException">The disk refuses; the last good checkpoint is named.</exception>
    public void SavePolicy(IReadOnlyDictionary<string, StoredArray> arrays, IReadOnlyDictionary<string, string> metadata) =>
        Write(PolicyName, () => _storage.Replace(In(PolicyName), stream => SafetensorsWriter.Write(stream, arrays, metadata)));

    /// <summary>Lets the folder go. Nothing is written.</summary>
    public void Dispose()
    {
        _events?.Dispose();
        _metrics.Dispose();
        _remarkLog.Dispose();
        _timings.Dispose();
        _lock.Dispose();
    }

    // A log that checkpoints build on cannot be made up; whatever else is missing is made anew.
    private void MakeMissing()
    {
        string[] missing = [.. Logs.Where(name => !File.Exists(In(name)))];
        string[] needed = [.. missing.Where(name => name != TimingsName && _checkpoints.NewestLengths is { } lengths && (name == MetricsName ? lengths.Metrics : lengths.Remarks) > 0)];
        if (needed.Length > 0)
            throw new InputException($"{Path}: {string.Join(" and ", needed)} {(needed.Length == 1 ? "is" : "are")} missing, and the checkpoints build on {(needed.Length == 1 ? "it" : "them")}; restore {(needed.Length == 1 ? "it" : "them")} from a copy, or start a new run.");
        foreach (string folder in Folders.Select(In).Where(folder => !Directory.Exists(folder)))
            _storage.CreateFolder(folder);
        foreach (string name in missing)
            _storage.Create(In(name)).Dispose();
        if (missing.Contains(TimingsName))
            _remarks.Add($"{In(TimingsName)} was missing and is begun anew; the wall times of what was done before are not counted.");
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private static IDisposable Hold(IFileStorage storage, string path) =>
        storage.Lock(System.IO.Path.Combine(path, LockFile))
            ?? throw new InputException($"{path}: another process is using this run; wait until it ends, or stop it first.");

    /// <summary>Refuses a path at which <see cref="Create"/> could not make a folder, and leaves nothing there.</summary>
    /// <exception cref="InputException">As <see cref="Create"/>.</exception>
    internal static void RequireUsable(string path)
    {
        RefuseOccupied(path);
        string above = System.IO.Path.GetFullPath(path);
        while (!Directory.Exists(above))
        {
            if (File.Exists(above)) throw new InputException($"{path}: the run folder cannot be made, since {above} is a file; choose another --out.");
            above = System.IO.Path.GetDirectoryName(above) ?? throw new InputException($"{path}: the run folder cannot be made, since there is no such disk; choose another --out.");
        }
        try
        {
            Directory.Delete(Directory.CreateDirectory(System.IO.Path.Combine(above, $".visalign-{Guid.NewGuid():N}")).FullName);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw CannotBeMade(path, fault);
        }
    }

    private static InputException CannotBeMade(string path, Exception fault) =>
        new($"{path}: the run folder cannot be made ({fault.Message}); choose a folder on a disk that has room and can be written.", fault);

    private static void RefuseOccupied(string path)
    {
        if (File.Exists(path))
            throw new InputException($"{path}: this is a file; choose a folder as --out.");
        if (!Directory.Exists(path))
            return;
        if (Exists(path))
            throw new InputException($"{path}: there is a run in this folder already; go on with it by 'visalign resume {path}', or choose another --out.");
        if (HoldsWork(path))
            throw new InputException($"{path}: there are checkpoints or metrics of a run in this folder, though its {ProvenanceFile} is missing; restore that and go on by 'visalign resume {path}', or choose another --out.");
        if (File.Exists(System.IO.Path.Combine(path, RunMark.FileName)))
            RunMark.Check(path);
        else if (Directory.EnumerateFileSystemEntries(path).Any(entry => System.IO.Path.GetFileName(entry) is not (LockFile or RunMark.FileName + AtomicWrites.PartialEnding)))
            throw new InputException($"{path}: this folder is not empty and holds no run; choose another --out, or empty it.");
    }

    private static bool HoldsWork(string path) =>
        new FileInfo(System.IO.Path.Combine(path, MetricsName)) is { Exists: true, Length: > 0 }
        || File.Exists(System.IO.Path.Combine(path, PolicyName))
        || System.IO.Path.Combine(path, CheckpointsName) is var checkpoints && Directory.Exists(checkpoints) && Directory.EnumerateFiles(checkpoints, "*" + CheckpointFolder.Ending).Any();

    private void Save(string folder, string name, ReadOnlyMemory<byte> content)
    {
        if (name != System.IO.Path.GetFileName(name))
            throw new ArgumentException($"'{name}' is not a plain file name.", nameof(name));
        string path = System.IO.Path.Combine(folder, name);
        Write(path, () => _storage.Replace(In(path), stream => stream.Write(content.Span)));
    }

    /// <summary>Does a write; after a failed one, what is on the disk is left as it is for the next process.</summary>
    private void Write(string what, Action write)
    {
        if (_failure is not null)
            throw new InputException(_failure.Message, _failure);
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            string good = _checkpoints.Newest is long last
                ? $"the last good checkpoint is of iteration {last} ({_checkpoints.FileOf(last)})"
                : "there is no checkpoint yet";
            _failure = new InputException($"{Path}: {what} could not be written ({fault.Message}); {good}, so make room or mend the disk and go on with 'visalign resume {Path}'.", fault);
            throw _failure;
        }
    }
}
