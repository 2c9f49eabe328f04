using Visalign.Rewards;

namespace Visalign.Runs;

/// <summary>Reads each iteration's metrics and says in a sentence when a run goes wrong.</summary>
/// <remarks>
/// A rule speaks once, and may speak again only after the run has looked well to it for three windows of iterations: a
/// metric that hovers about its threshold is one illness.
/// Everything follows from the metrics in order, so that a run gone on with says what an unbroken one would have said.
/// </remarks>
internal sealed class Watchdog
{
    private readonly int _convalescence;
    private readonly MetricHistory _history;
    private readonly IReadOnlyList<WatchRule> _rules;
    private readonly Dictionary<string, int> _quiet = [];

    /// <summary>A watchdog that has seen nothing yet.</summary>
    /// <param name="trained">Names of the trained rewards.</param>
    /// <param name="heldout">Names of the held-out rewards; the strict exact score, which grades the run, is looked at only where it is trained on.</param>
    public Watchdog(WatchdogOptions options, IEnumerable<string> trained, IEnumerable<string> heldout)
    {
        _convalescence = 3 * options.Window;
        _history = new(options.Window);
        bool graded = trained.Contains(ExactReward.StrictName);
        _rules = WatchRules.All(options, heldout.Where(name => name != ExactReward.StrictName || graded));
    }

    /// <summary>Takes in the next iteration's metrics.</summary>
    /// <returns>What there is to say, a sentence each; usually nothing.</returns>
    public IReadOnlyList<string> Observe(IReadOnlyDictionary<string, double> metrics)
    {
        _history.Add(metrics);
        List<string> remarks = [];
        foreach (var rule in _rules)
        {
            if (rule.Complaint(_history) is { } complaint)
            {
                if (!_quiet.ContainsKey(rule.Name)) remarks.Add(complaint);
                _quiet[rule.Name] = 0;
            }
            else if (_quiet.TryGetValue(rule.Name, out int quiet))
            {
                if (quiet + 1 == _convalescence) _quiet.Remove(rule.Name);
                else _quiet[rule.Name] = quiet + 1;
            }
        }
        return remarks;
    }
}
