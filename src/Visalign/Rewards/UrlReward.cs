using System.ComponentModel.DataAnnotations;
using Polly;
using Polly.Retry;
using Visalign.Generators;
using Visalign.Pictures;

namespace Visalign.Rewards;

/// <summary>Options of <see cref="UrlReward"/>.</summary>
public sealed record UrlRewardOptions : IRewardOptions
{
    /// <inheritdoc/>
    public double Weight { get; init; } = 1;

    /// <summary>Where batches are sent: an absolute http or https address, the only one that is ever asked.</summary>
    public required string Url { get; init; }

    /// <summary>The name in metrics; needed when a recipe has two addresses.</summary>
    public string Label { get; init; } = "url";

    /// <summary>Time for one try, in seconds.</summary>
    [Range(0.1, 86_400.0)]
    public double TimeoutSeconds { get; init; } = 60;

    /// <summary>Tries after the first.</summary>
    [Range(0, 20)]
    public int RetryCount { get; init; } = 3;

    /// <summary>Mean wait before the first retry, in seconds; it doubles with each, up to a minute, with random jitter.</summary>
    [Range(0.0, 60.0)]
    public double RetryDelaySeconds { get; init; } = 1;
}

/// <summary>A judge behind an address: it is sent pictures and answers with numbers.</summary>
/// <remarks>
/// One POST per batch, JSON both ways:
/// <code>
/// {"pictures": ["base64 of a PNG file", …], "prompts": ["a red circle", …]}
/// {"scores": [0.5, null, …]}
/// </code>
/// A null is a picture that could not be judged. Time-outs, broken connections and the answers 5xx, 408 and 429 are tried
/// again; any other 4xx says that the request is wrong and a redirect leads elsewhere, so both fail at once. When the
/// tries are used up, the whole batch fails.
/// </remarks>
public sealed class UrlReward : IReward, IDisposable
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private readonly UrlRewardOptions _options;
    private readonly UrlEndpoint _endpoint;
    private readonly ResiliencePipeline<UrlAnswer> _tries;

    /// <summary>A reward that asks the address in <paramref name="options"/>.</summary>
    /// <param name="clock">Measures time-outs and waits.</param>
    /// <param name="seed">Of the jitter between tries; no score depends on it.</param>
    /// <exception cref="InputException">Not an absolute http or https address, or one with a password in it.</exception>
    public UrlReward(UrlRewardOptions options, TimeProvider clock, int seed)
    {
        _options = options;
        _endpoint = new UrlEndpoint(options.Url, TimeSpan.FromSeconds(options.TimeoutSeconds), clock);

        var pipeline = new ResiliencePipelineBuilder<UrlAnswer> { TimeProvider = clock };
        if (options.RetryCount > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions<UrlAnswer>
            {
                ShouldHandle = new PredicateBuilder<UrlAnswer>().HandleResult(answer => answer.Passing),
                MaxRetryAttempts = options.RetryCount,
                Delay = TimeSpan.FromSeconds(options.RetryDelaySeconds),
                MaxDelay = LongestDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = new Random(seed).NextDouble,
            });
        }
        _tries = pipeline.Build();
    }

    /// <inheritdoc/>
    public string Name => _options.Label;

    /// <inheritdoc/>
    public RewardScores Score(PictureBatch pictures, IReadOnlyList<Condition> conditions)
    {
        byte[] request = UrlMessage.Request(pictures, conditions);
        var answer = Task.Run(async () => await _tries.ExecuteAsync(token => _endpoint.Ask(request, token)))
            .GetAwaiter().GetResult();

        string place = $"{Name}: {_endpoint.Address}";
        if (answer.Problem is not null)
        {
            string tries = answer.Passing ? $", in the last of {_options.RetryCount + 1} tries" : "";
            return RewardScores.AllFailed(pictures.Count, $"{place} {answer.Problem}{tries}");
        }
        return UrlMessage.Scores(answer.Body, pictures.Count, place);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _endpoint.Dispose();
}
