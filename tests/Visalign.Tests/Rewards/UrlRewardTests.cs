using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class UrlRewardTests
{
    private static readonly PictureBatch Pictures = SamplePictures.Random(seed: 1, count: 3, height: 4, width: 4);
    private static readonly string Good = LoopbackServer.Ok("""{"scores": [0.5, -1, 2e1]}""");

    [Fact]
    public void Scores_come_back_and_pictures_and_prompts_go_out()
    {
        using var server = LoopbackServer.Start(Good);

        var scores = Score(server);

        using var request = JsonDocument.Parse(server.Requests.Single());
        var sent = request.RootElement.GetProperty("pictures").EnumerateArray().Select(picture => picture.GetBytesFromBase64()).ToArray();
        Assert.Equal([0.5, -1, 20], scores.Values);
        Assert.Null(scores.FirstFailure);
        Assert.Equal(3, sent.Length);
        Assert.Equal(RgbPicture.Of(Pictures, 2).Data, Png.Decode(sent[2], "request").Data);
        Assert.Equal(
            ["picture 0", "picture 1", "picture 2"],
            request.RootElement.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetString()));
    }

    [Fact]
    public void A_null_fails_its_picture_alone()
    {
        using var server = LoopbackServer.Start(LoopbackServer.Ok("""{"scores": [1, null, "3"]}"""));

        var scores = Score(server);

        Assert.Equal([1, double.NaN, double.NaN], scores.Values);
        Assert.Equal(2.0 / 3, scores.FailureShare, 1e-12);
        Assert.Equal($"url: {server.Url} answered null for picture 1, expected a finite number", scores.FirstFailure);
    }

    [Theory]
    [InlineData("500 Internal Server Error")]
    [InlineData("503 Service Unavailable")]
    [InlineData("429 Too Many Requests")]
    [InlineData("408 Request Timeout")]
    public void A_passing_refusal_is_tried_again(string status)
    {
        using var server = LoopbackServer.Start(LoopbackServer.Status(status), LoopbackServer.Status(status), Good);

        var scores = Score(server);

        Assert.Equal([0.5, -1, 20], scores.Values);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public void A_refusal_that_stays_fails_the_batch_after_all_tries()
    {
        using var server = LoopbackServer.Start(LoopbackServer.Status("500 Internal Server Error", "out of memory\nsee log"));

        var scores = Score(server);

        Assert.Equal(1, scores.FailureShare);
        Assert.Equal(
            $"url: {server.Url} answered 500 Internal Server Error (out of memory see log), in the last of 3 tries", scores.FirstFailure);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public void Without_retries_one_try_is_made()
    {
        using var server = LoopbackServer.Start(LoopbackServer.Status("500 Internal Server Error"), Good);

        var scores = Score(server, retryCount: 0);

        Assert.Equal(1, scores.FailureShare);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("400 Bad Request")]
    [InlineData("401 Unauthorized")]
    [InlineData("404 Not Found")]
    public void A_wrong_request_is_not_tried_again(string status)
    {
        using var server = LoopbackServer.Start(LoopbackServer.Status(status), Good);

        var scores = Score(server);

        Assert.Equal(1, scores.FailureShare);
        Assert.Equal($"url: {server.Url} answered {status}", scores.FirstFailure);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_redirect_is_not_followed()
    {
        using var other = LoopbackServer.Start(Good);
        using var server = LoopbackServer.Start(LoopbackServer.Status("307 Temporary Redirect", header: $"Location: {other.Url}\r\n"));

        var scores = Score(server);

        Assert.Equal(1, scores.FailureShare);
        Assert.Contains($"answered 307 Temporary Redirect to {other.Url}", scores.FirstFailure);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public void A_server_that_hangs_once_is_tried_again()
    {
        using var server = LoopbackServer.Start(null, Good);

        var scores = Score(server, timeoutSeconds: 0.3);

        Assert.Equal([0.5, -1, 20], scores.Values);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"scores\": [1, ")]
    public void A_server_that_hangs_fails_the_batch(string? answer)
    {
        using var server = LoopbackServer.Start(answer);

        var scores = Score(server, timeoutSeconds: 0.3, retryCount: 1);

        Assert.Equal(1, scores.FailureShare);
        Assert.Equal($"url: {server.Url} did not answer within 0.3 s, in the last of 2 tries", scores.FirstFailure);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("{\"scores\": [1, 2]}", "answered 2 scores for 3 pictures")]
    [InlineData("{\"score\": [1, 2, 3]}", "answered without a list of \"scores\"")]
    [InlineData("[1, 2, 3]", "answered without a list of \"scores\"")]
    [InlineData("{\"scores\": [1, NaN, 3]}", "answered something that is not JSON")]
    [InlineData("", "answered something that is not JSON")]
    public void An_answer_of_another_form_fails_the_batch(string body, string reason)
    {
        using var server = LoopbackServer.Start(LoopbackServer.Ok(body));

        var scores = Score(server);

        Assert.Equal(1, scores.FailureShare);
        Assert.Contains(reason, scores.FirstFailure);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_closed_port_fails_the_batch()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var reward = Reward($"http://127.0.0.1:{port}/", timeoutSeconds: 5, retryCount: 1);

        var scores = reward.Score(Pictures, SamplePictures.Prompts(3));

        Assert.Equal(1, scores.FailureShare);
        Assert.Contains("could not be asked", scores.FirstFailure);
        Assert.Contains("in the last of 2 tries", scores.FirstFailure);
    }

    [Fact]
    public void A_key_in_the_query_stays_out_of_messages()
    {
        using var server = LoopbackServer.Start(LoopbackServer.Status("403 Forbidden"));
        using var reward = Reward(server.Url + "?key=secret", timeoutSeconds: 5, retryCount: 0);

        var scores = reward.Score(Pictures, SamplePictures.Prompts(3));

        Assert.DoesNotContain("secret", scores.FirstFailure);
    }

    [Theory]
    [InlineData("localhost:8000/score")]
    [InlineData("/score")]
    [InlineData("file:///etc/hostname")]
    [InlineData("ftp://host/score")]
    [InlineData("http://me:secret@host/score")]
    public void Another_address_is_refused(string url)
    {
        var error = Assert.Throws<InputException>(() => Reward(url, timeoutSeconds: 1, retryCount: 0));

        Assert.DoesNotContain("secret", error.Message);
    }

    private static RewardScores Score(LoopbackServer server, double timeoutSeconds = 10, int retryCount = 2)
    {
        using var reward = Reward(server.Url, timeoutSeconds, retryCount);
        return reward.Score(Pictures, SamplePictures.Prompts(3));
    }

    private static UrlReward Reward(string url, double timeoutSeconds, int retryCount) => new(
        new UrlRewardOptions { Url = url, TimeoutSeconds = timeoutSeconds, RetryCount = retryCount, RetryDelaySeconds = 0.01 },
        TimeProvider.System,
        seed: 1);
}
