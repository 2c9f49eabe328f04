using System.Globalization;

namespace Visalign.Torch.Processes;

/// <summary>Which of how many processes of a run this one is, and where they meet.</summary>
/// <param name="Rank">From 0 to <paramref name="Count"/> - 1; process 0 writes and speaks for all.</param>
/// <param name="Count">Processes of the run.</param>
/// <param name="LocalRank">Its number among those of this machine.</param>
/// <param name="LocalCount">Processes of the run on this machine, which share its processors.</param>
/// <param name="Host">Where process 0 can be reached from all machines.</param>
/// <param name="Port">The port at which they meet there.</param>
public sealed record ProcessPlace(int Rank, int Count, int LocalRank, int LocalCount, string Host, int Port)
{
    /// <summary>How long processes wait for one another at the start unless <c>VISALIGN_MEETING_SECONDS</c> says otherwise.</summary>
    public const int MeetingSeconds = 300;

    /// <summary>Whether the launcher serves the meeting point, as torchrun does, and process 0 only calls there.</summary>
    public bool IsServedByLauncher { get; init; }

    /// <summary>Keeps apart the attempts of a launcher that starts processes again.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>How long to wait for the others at the start.</summary>
    public TimeSpan Meeting { get; init; } = TimeSpan.FromSeconds(MeetingSeconds);

    /// <summary>The threads each of some processes on this machine gets where nothing else is said.</summary>
    public static int ThreadShare(int localCount) => Math.Max(1, Environment.ProcessorCount / localCount);

    /// <summary>The variables that tell another process of this machine its place.</summary>
    public IEnumerable<(string Name, string Value)> Variables(int rank) => new (string Name, object Value)[]
    {
        ("RANK", rank), ("WORLD_SIZE", Count), ("LOCAL_RANK", rank), ("LOCAL_WORLD_SIZE", LocalCount), ("MASTER_ADDR", Host), ("MASTER_PORT", Port),
    }.Select(variable => (variable.Name, string.Create(CultureInfo.InvariantCulture, $"{variable.Value}")));

    /// <summary>Reads the variables that launchers such as torchrun set; null where there are none and the process is alone.</summary>
    /// <exception cref="InputException">Some are set and others missing, or one is not what it should be.</exception>
    public static ProcessPlace? FromEnvironment() => Read(Environment.GetEnvironmentVariable);

    internal static ProcessPlace? Read(Func<string, string?> variable)
    {
        string[] names = ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"];
        if (Text("RANK") is null && Text("WORLD_SIZE") is null) return null;
        string[] missing = [.. names.Where(name => Text(name) is null)];
        if (missing.Length > 0)
            throw new InputException($"{string.Join(" and ", names.Except(missing))} say that this is one process of several, but {string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} not set. "
                + "Set all four, as torchrun does, or none.");
        int count = Number("WORLD_SIZE", 1, 65_536), rank = Number("RANK", 0, count - 1);
        // A launcher that tells the place on the machine but not of how many means them all to be on this one.
        bool isLocal = Text("LOCAL_RANK") is not null;
        int localCount = Text("LOCAL_WORLD_SIZE") is not null ? Number("LOCAL_WORLD_SIZE", 1, count) : isLocal ? count : 1;
        return new(rank, count, isLocal ? Number("LOCAL_RANK", 0, localCount - 1) : 0, localCount, Text("MASTER_ADDR")!, Number("MASTER_PORT", 1, 65_535))
        {
            IsServedByLauncher = Text("TORCHELASTIC_USE_AGENT_STORE") == "True",
            Prefix = Text("TORCHELASTIC_RESTART_COUNT") is { } attempt ? $"attempt-{attempt}" : "",
            Meeting = TimeSpan.FromSeconds(Text("VISALIGN_MEETING_SECONDS") is null ? MeetingSeconds : Number("VISALIGN_MEETING_SECONDS", 1, 86_400)),
        };

        string? Text(string name) => string.IsNullOrEmpty(variable(name)) ? null : variable(name);

        int Number(string name, int low, int high) =>
            int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && low <= value && value <= high
                ? value : throw new InputException($"{name} is '{Text(name)}'; it must be a whole number from {low} to {high}.");
    }
}
