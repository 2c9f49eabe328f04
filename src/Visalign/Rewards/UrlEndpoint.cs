using System.Net;
using System.Net.Http.Headers;

namespace Visalign.Rewards;

/// <summary>What came of one request.</summary>
/// <param name="Body">The answer; empty when there is a problem.</param>
/// <param name="Problem">What went wrong, as the rest of a sentence after the address, or null.</param>
/// <param name="Passing">The problem may be gone in a while.</param>
internal sealed record UrlAnswer(byte[] Body, string? Problem, bool Passing);

/// <summary>One address and the connections to it.</summary>
internal sealed class UrlEndpoint : IDisposable
{
    /// <summary>Bytes of the longest answer that is read.</summary>
    private const int AnswerLimit = 1 << 24;

    /// <summary>Characters of a refusal that are quoted.</summary>
    private const int QuoteLimit = 200;

    private readonly Uri _uri;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    public UrlEndpoint(string url, TimeSpan timeout, TimeProvider clock)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw new InputException($"url: found '{url}', expected an address such as http://localhost:8000/score.");
        }
        if (uri.UserInfo.Length > 0)
        {
            throw new InputException($"url: the address at {uri.Host} holds a user name or password, which would end up in run folders. Take it out.");
        }

        _uri = uri;
        _timeout = timeout;
        _clock = clock;
        // No redirects and, on this machine, no proxy: pictures go to the address in the recipe and nowhere else.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !uri.IsLoopback };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = AnswerLimit };
    }

    /// <summary>The address without its query, which may hold a key.</summary>
    public string Address => _uri.GetLeftPart(UriPartial.Path);

    public async ValueTask<UrlAnswer> Ask(byte[] request, CancellationToken token)
    {
        using var expiry = new CancellationTokenSource(_timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, token);
        using var content = new ByteArrayContent(request);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await _client.PostAsync(_uri, content, either.Token);
            return await Answer(response, either.Token);
        }
        catch (OperationCanceledException) when (expiry.IsCancellationRequested)
        {
            return Failure(FormattableString.Invariant($"did not answer within {_timeout.TotalSeconds} s"), passing: true);
        }
        catch (HttpRequestException cause)
        {
            return Failure($"could not be asked ({cause.Message})", passing: cause.HttpRequestError != HttpRequestError.ConfigurationLimitExceeded);
        }
    }

    public void Dispose() => _client.Dispose();

    private static async Task<UrlAnswer> Answer(HttpResponseMessage response, CancellationToken token)
    {
        if (response.IsSuccessStatusCode)
        {
            return new UrlAnswer(await response.Content.ReadAsByteArrayAsync(token), Problem: null, Passing: false);
        }

        string status = $"answered {(int)response.StatusCode} {response.ReasonPhrase}";
        if ((int)response.StatusCode is >= 300 and < 400)
        {
            return Failure($"{status} to {response.Headers.Location}; give that address in the recipe if you trust it", passing: false);
        }
        bool passing = (int)response.StatusCode >= 500
            || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        string text = (await response.Content.ReadAsStringAsync(token)).ReplaceLineEndings(" ").Trim();
        return Failure(text.Length == 0 ? status : $"{status} ({text[..Math.Min(text.Length, QuoteLimit)]})", passing);
    }

    private static UrlAnswer Failure(string problem, bool passing) => new([], problem, passing);
}
