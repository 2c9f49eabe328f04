using System.Diagnostics;
using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Tests.Pictures;

namespace Visalign.Tests.Rewards;

public sealed class CommandRewardTests
{
    private static readonly PictureBatch Pictures = SamplePictures.Random(seed: 1, count: 3, height: 4, width: 4);

    [Fact]
    public void Numbers_come_back_in_the_order_of_the_pictures() =>
        Assert.Equal([0.5, -2, 1000], Score("printf '0.5\\n-2\\n1e3\\n'").Values);

    [Fact] // The script's $0 is the folder, the last argument: it prints the length of each file named in prompts.jsonl.
    public void The_folder_holds_each_picture_as_PNG_in_order()
    {
        var scores = Score("cd \"$0\" && for f in $(sed 's/.*\"file\":\"\\([^\"]*\\)\".*/\\1/' prompts.jsonl); do wc -c < $f; done");

        var lengths = Enumerable.Range(0, 3).Select(index => (double)Png.Encode(RgbPicture.Of(Pictures, index)).Length);
        Assert.Equal(lengths, scores.Values);
    }

    [Fact]
    public void Prompts_are_a_JSON_line_each_whatever_they_hold()
    {
        var reward = new CommandReward(new() { Command = ["sh", "-c", "awk '{ print length($0) }' \"$0/prompts.jsonl\""] }, TimeProvider.System);
        Condition[] conditions = [new("a"), new("two\nlines"), new("")];

        var scores = reward.Score(Pictures, conditions);

        string[] lines = ["""{"file":"00000.png","prompt":"a"}""", """{"file":"00001.png","prompt":"two\nlines"}""", """{"file":"00002.png","prompt":""}"""];
        Assert.Equal(lines.Select(line => (double)line.Length), scores.Values);
    }

    [Fact]
    public void A_JSON_line_may_hold_a_score_or_an_error()
    {
        var scores = Score("""echo '{"score": 0.25}'; echo '{"error": "too dark"}'; echo '{"score": 2, "note": "x"}'""");

        Assert.Equal([0.25, double.NaN, 2], scores.Values);
        Assert.Equal("command: 00001.png: too dark", scores.FirstFailure);
    }

    [Theory]
    [InlineData("abc", "'abc' is not a number")]
    [InlineData("nan", "'nan' is not a finite number")]
    [InlineData("inf", "'inf' is not a number")]
    [InlineData("1,5", "'1,5' is not a number")]
    [InlineData("{\"score\": null}", "has neither a finite number under \"score\" nor an \"error\"")]
    [InlineData("{\"score\": \"1\"}", "has neither a finite number under \"score\" nor an \"error\"")]
    [InlineData("{score: 1}", "is neither a number nor a JSON object")]
    [InlineData("", "'' is not a number")]
    public void A_line_that_is_no_number_fails_its_picture_alone(string line, string reason)
    {
        var scores = Score($"echo 1; echo '{line}'; echo 3");

        Assert.Equal([1, double.NaN, 3], scores.Values);
        Assert.StartsWith("command: 00001.png: ", scores.FirstFailure);
        Assert.Contains(reason, scores.FirstFailure);
    }

    [Theory]
    [InlineData("echo 1; echo 2", "printed 2 lines for 3 pictures")]
    [InlineData("echo 1; echo 2; echo 3; echo 4", "printed 4 lines for 3 pictures")]
    [InlineData("true", "printed 0 lines for 3 pictures")]
    public void A_wrong_number_of_lines_fails_the_batch(string script, string reason)
    {
        var scores = Score(script);

        Assert.All(scores.Values, value => Assert.True(double.IsNaN(value)));
        Assert.Contains(reason, scores.FirstFailure);
    }

    [Fact]
    public void An_exit_code_fails_the_batch_with_the_last_line_of_standard_error()
    {
        var scores = Score("echo 1; echo 2; echo 3; echo loading >&2; echo 'no GPU found' >&2; echo >&2; exit 3");

        Assert.Equal(1, scores.FailureShare);
        Assert.Equal("command: the command ended with exit code 3: no GPU found", scores.FirstFailure);
    }

    [Fact]
    public void A_command_that_hangs_is_stopped_with_its_children()
    {
        var watch = Stopwatch.StartNew();

        var scores = Score("sleep 60 & sleep 60", timeoutSeconds: 0.3);

        Assert.Equal(1, scores.FailureShare);
        Assert.Equal("command: the command ran longer than 0.3 s and was stopped", scores.FirstFailure);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public void A_grandchild_that_keeps_the_output_open_does_not_hang_the_run()
    {
        var watch = Stopwatch.StartNew();

        var scores = Score("echo 1; echo 2; echo 3; setsid sleep 5 &", timeoutSeconds: 0.3);

        Assert.Equal(1, scores.FailureShare);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), $"{watch.Elapsed}");
    }

    [Fact]
    public void Much_output_on_both_pipes_does_not_block()
    {
        var scores = Score("seq -f error%.0f 100000 >&2; seq 100000", timeoutSeconds: 20);

        Assert.Contains("printed 100000 lines for 3 pictures, expected one for each: error100000", scores.FirstFailure);
    }

    [Fact]
    public void Standard_input_is_closed() => Assert.Equal([1, 1, 1], Score("cat; echo 1; echo 1; echo 1", timeoutSeconds: 20).Values);

    [Fact]
    public void A_missing_program_is_the_users_mistake()
    {
        var reward = new CommandReward(new() { Command = ["no-such-judge", "x"] }, TimeProvider.System);

        var error = Assert.Throws<InputException>(() => reward.Score(Pictures, SamplePictures.Prompts(3)));

        Assert.Contains("'no-such-judge' cannot be run", error.Message);
    }

    [Fact]
    public void A_single_entry_is_a_whole_command_line()
    {
        var reward = new CommandReward(new() { Command = ["sh -c 'echo 1; echo 2; echo 3'"], Label = "mine" }, TimeProvider.System);

        Assert.Equal([1, 2, 3], reward.Score(Pictures, SamplePictures.Prompts(3)).Values);
        Assert.Equal("mine", reward.Name);
    }

    [Fact]
    public void An_empty_command_is_refused() =>
        Assert.Throws<InputException>(() => new CommandReward(new() { Command = ["  "] }, TimeProvider.System));

    [Fact]
    public void The_folder_is_gone_afterwards_even_after_a_failure()
    {
        var scores = Score("echo \"$0\" >&2; exit 1");

        string folder = scores.FirstFailure!.Split(": ")[^1];
        Assert.StartsWith(Path.GetTempPath(), folder);
        Assert.False(Directory.Exists(folder));
    }

    private static RewardScores Score(string script, double timeoutSeconds = 30) =>
        new CommandReward(new() { Command = ["sh", "-c", script], TimeoutSeconds = timeoutSeconds }, TimeProvider.System)
            .Score(Pictures, SamplePictures.Prompts(3));
}
