namespace Visalign.Torch.Processes;

/// <summary>Shows the other processes that this one lives, and notices when one of them does not, whatever the main thread is busy with.</summary>
/// <remarks>
/// Every process raises a counter once a second and watches that of the next. Who finds the next one silent says so in a
/// counter that all read. Beats are counted, not seconds, so that a run that was suspended as a whole goes on.
/// </remarks>
internal sealed class PeerWatch : IDisposable
{
    private const string Gone = "gone";
    private const int PatienceBeats = 12;
    private const int DoubtBeats = 3;
    private const int LongestDoubtBeats = 8;
    private const int LingerBeats = 2;
    private const int GraceBeats = 5;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly CounterStore _store;
    private readonly ProcessPlace _place;
    private readonly Action<PeerLostException> _abandon;
    private readonly ManualResetEventSlim _end = new();
    private readonly Timer _timer;
    private volatile PeerLostException? _lost;
    private volatile bool _leaving, _told;
    private int _rounds, _roundsBefore, _stuckBeats;

    /// <summary>Starts watching.</summary>
    /// <param name="store">A connection of its own, which it closes.</param>
    /// <param name="abandon">Called when a process is lost and the main thread does not come by to hear of it; ends this process.</param>
    internal PeerWatch(CounterStore store, ProcessPlace place, Action<PeerLostException> abandon)
    {
        (_store, _place, _abandon) = (store, place, abandon);
        new Thread(Watch) { IsBackground = true, Name = "watch over the other processes" }.Start();
        // A store whose machine is cut off does not refuse, it blocks: then the rounds stop.
        _timer = new(_ => NoticeStuckRounds(), null, Beat, Beat);
    }

    /// <summary>Who was lost, once that is known.</summary>
    /// <remarks>Whoever asks and gets an answer throws it.</remarks>
    internal PeerLostException? Lost
    {
        get
        {
            _told = _lost is not null;
            return _lost;
        }
    }

    /// <summary>From now on the store may vanish: the process is done and waits for the others to be.</summary>
    internal void Leave() => _leaving = true;

    /// <summary>Finds out whose loss made an operation fail.</summary>
    internal PeerLostException Explain(TorchException fault)
    {
        string how = CounterStore.FirstLine(fault);
        try
        {
            var before = Beats();
            int[] silent = [];
            // A busy machine makes the living look dead for a while.
            for (int beat = 1; _lost is null && (beat <= DoubtBeats || silent.Length > 1 && beat <= LongestDoubtBeats); beat++)
            {
                _end.Wait(Beat);
                silent = [.. Beats().Zip(before).Index().Where(peer => peer.Index != _place.Rank && peer.Item.First == peer.Item.Second).Select(peer => peer.Index)];
            }
            if (_lost is null) Lose(silent, how);
        }
        catch (TorchException)
        {
            LoseStore(how);
        }
        return Lost!;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Set();
        _timer.Dispose();
    }

    private void Watch()
    {
        int next = (_place.Rank + 1) % _place.Count, silentBeats = 0;
        long heard = -1;
        while (_lost is null && !_end.Wait(Beat))
        {
            try
            {
                _store.Add(BeatOf(_place.Rank), 1);
                long beat = _store.Add(BeatOf(next), 0), gone = _store.Add(Gone, 0);
                silentBeats = beat == heard ? silentBeats + 1 : 0;
                heard = beat;
                if (gone > 0) _lost ??= new(gone <= _place.Count ? [(int)gone - 1] : [], _place.Count, "as another process found");
                else if (silentBeats >= PatienceBeats && _store.Add(LeftOf(next), 0) == 0) Lose([next], $"it was silent for {PatienceBeats} seconds");
            }
            catch (TorchException fault)
            {
                if (_leaving) break;
                LoseStore(CounterStore.FirstLine(fault));
            }
            Interlocked.Increment(ref _rounds);
        }
        if (_lost is not null) Abandon();
        _store.Dispose();
    }

    private void NoticeStuckRounds()
    {
        _stuckBeats = _rounds == _roundsBefore ? _stuckBeats + 1 : 0;
        _roundsBefore = _rounds;
        if (_lost is not null || _leaving || _stuckBeats < PatienceBeats) return;
        LoseStore($"nothing was heard from {_place.Host} for {PatienceBeats} seconds");
        Abandon();
    }

    // The main thread throws what it hears; while it computes, or waits for somebody who will never answer, it hears nothing.
    private void Abandon()
    {
        _end.Wait(Beat * GraceBeats);
        if (!_told && !_end.IsSet) _abandon(_lost!);
    }

    // The others are given time to read who is gone before this process goes as well.
    private void Lose(int[] ranks, string how)
    {
        if (ranks.Length > 0 && _store.Add(Gone, 0) == 0) _store.Add(Gone, ranks[0] + 1);
        _end.Wait(Beat * LingerBeats);
        _lost ??= new(ranks, _place.Count, how);
    }

    private void LoseStore(string how) => _lost ??= new(_place.IsServedByLauncher ? [] : [0], _place.Count, how);

    private long[] Beats() => [.. Enumerable.Range(0, _place.Count).Select(rank => _store.Add(BeatOf(rank), 0))];

    private static string BeatOf(int rank) => $"beat/{rank}";

    /// <summary>The counter that a process raises when it is done.</summary>
    internal static string LeftOf(int rank) => $"left/{rank}";
}
