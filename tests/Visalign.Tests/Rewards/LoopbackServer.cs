using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Visalign.Tests.Rewards;

/// <summary>A small HTTP server on this machine that answers each POST with the next canned answer.</summary>
/// <remarks>An answer of null keeps the connection open and says nothing, as a judge that hangs does.</remarks>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly string?[] _answers;
    private int _asked;

    private LoopbackServer(string?[] answers)
    {
        _answers = answers;
        _listener.Start();
        _ = Serve();
    }

    /// <summary>Bodies of the requests so far.</summary>
    public List<string> Requests { get; } = [];

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/score";

    /// <summary>Answers in turn; the last one is repeated.</summary>
    public static LoopbackServer Start(params string?[] answers) => new(answers);

    public static string Ok(string body) => Status("200 OK", body);

    public static string Status(string status, string body = "", string header = "") =>
        $"HTTP/1.1 {status}\r\n{header}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public void Dispose()
    {
        _closing.Cancel();
        _listener.Dispose();
        _closing.Dispose();
    }

    private async Task Serve()
    {
        while (!_closing.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_closing.Token);
            _ = Answer(client);
        }
    }

    private async Task Answer(TcpClient client)
    {
        using var owned = client;
        var stream = client.GetStream();
        string body = await ReadBody(stream);
        string? answer;
        lock (Requests)
        {
            Requests.Add(body);
            answer = _answers[Math.Min(_asked++, _answers.Length - 1)];
        }
        if (answer is null)
        {
            await Task.Delay(Timeout.Infinite, _closing.Token);
        }
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer!), _closing.Token);
        if (answer!.Contains("Content-Length: 999")) // promised more than it sends: hang with the body half sent
        {
            await Task.Delay(Timeout.Infinite, _closing.Token);
        }
    }

    private async Task<string> ReadBody(NetworkStream stream)
    {
        var received = new List<byte>();
        var buffer = new byte[8192];
        while (true)
        {
            int count = await stream.ReadAsync(buffer, _closing.Token);
            received.AddRange(buffer.AsSpan(0, count));
            string text = Encoding.UTF8.GetString([.. received]);
            int bodyStart = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            if (count == 0)
            {
                return text;
            }
            if (bodyStart >= 4)
            {
                string length = text.Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
                if (Encoding.UTF8.GetByteCount(text[bodyStart..]) >= int.Parse(length))
                {
                    return text[bodyStart..];
                }
            }
        }
    }
}
