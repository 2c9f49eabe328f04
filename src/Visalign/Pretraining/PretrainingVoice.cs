using System.Globalization;
using Visalign.Runs;

namespace Visalign.Pretraining;

/// <summary>Tells an observer how the training of one network goes, and remembers the last of it.</summary>
internal sealed class PretrainingVoice(string network, IRunObserver observer) : IProgress<PretrainingProgress>
{
    private const int Sentences = 10;

    private int _told;

    /// <summary>The newest report.</summary>
    internal PretrainingProgress Last { get; private set; }

    /// <inheritdoc/>
    public void Report(PretrainingProgress value)
    {
        Last = value;
        observer.Advanced((double)value.Step / value.Steps);
        int tenth = (int)((long)value.Step * Sentences / value.Steps);
        if (tenth == _told) return;
        _told = tenth;
        observer.Told(string.Create(CultureInfo.InvariantCulture, $"{network}: step {value.Step} of {value.Steps}, loss {value.Loss:G4}"));
    }
}
