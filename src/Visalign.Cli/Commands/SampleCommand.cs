using System.CommandLine;
using System.Globalization;
using Visalign.Rollouts;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign sample</c>: a prompt to a picture.</summary>
internal static class SampleCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var prompt = new Argument<string>("PROMPT") { Description = "What to draw, quoted." };
        var policy = new PolicyOptions();
        var file = new Option<string?>("--out") { Description = "The PNG file; the prompt's words unless given.", HelpName = "FILE.png" };
        var seed = NumberOption.Of("--seed", 0, long.MaxValue, 1, "The same seed gives the same pictures.");
        var count = NumberOption.Of("--count", 1, 256, 1, "How many pictures, on one sheet.");
        var steps = NumberOption.Optional("--steps", 1, 1000, $"Denoising steps; {PlainSampling.UsualSteps} unless given.");
        var guidance = new Option<string?>("--guidance") { Description = "Guidance scale, 1 is off; the run's or model's own unless given.", HelpName = "W" };
        var annealed = new Option<bool>("--annealed") { Description = "Begin with the base's steps and end with the tuned weights': more variety, as DRaFT+ samples." };
        var verb = new Verb("sample", "Draws pictures of a prompt, and says whether they show what was asked.",
            "visalign sample \"two red circles\" --out circles.png --count 4 --seed 1") { prompt, file, seed, count, steps, guidance, annealed, policy.Run, policy.Model, policy.Lora };
        verb.SetAction(parsed =>
        {
            string asked = parsed.GetRequiredValue(prompt), path = parsed.GetValue(file) ?? SampleSheet.DefaultPath(asked);
            SampleSheet.Check(path);
            var scale = parsed.GetValue(guidance) is { } text ? GuidanceSetting.ParseNumber(text) : (double?)null;
            using var loaded = policy.Load(parsed);
            var sample = PromptSampling.Run(loaded, asked, new()
            {
                Count = parsed.GetValue(count),
                Steps = parsed.GetValue(steps),
                Seed = (ulong)parsed.GetValue(seed),
                Annealed = parsed.GetValue(annealed),
                GuidanceScale = scale ?? loaded.GuidanceScale,
            });
            SampleSheet.Write(path, sample.Pictures);
            foreach (string line in Lines(path, asked, sample))
            {
                terminal.Output.WriteLine(line);
            }

            return ExitCode.Done;
        });

        return verb;
    }

    private static IEnumerable<string> Lines(string path, string prompt, PromptSample sample)
    {
        int count = sample.Pictures.Count;
        yield return string.Create(CultureInfo.InvariantCulture, $"{path}: {count} {(count == 1 ? "picture" : "pictures")} of '{prompt}'");
        if (sample.Remark is { } remark)
        {
            yield return $"Not checked: {remark}";
        }
        else if (count == 1)
        {
            yield return sample.Verdicts[0].Explanation;
        }
        else
        {
            yield return $"{sample.Verdicts.Count(verdict => verdict.Correct)} of {count} are as asked; row by row:";
            for (int i = 0; i < count; i++)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{i + 1,3}  {sample.Verdicts[i].Explanation}");
            }
        }
    }
}
