using System.CommandLine;
using Visalign.Cli.Views;
using Visalign.Rollouts;
using Visalign.Studies;

namespace Visalign.Cli.Commands;

/// <summary><c>visalign evaluate</c>: how well a model or a run follows prompts it was not trained on.</summary>
internal static class EvaluateCommand
{
    internal static Verb Create(Terminal terminal)
    {
        var policy = new PolicyOptions();
        var prompts = NumberOption.Of("--prompts", 1, 1_000_000, 1024, "Held-out prompts, and as many tuning prompts where guidance is chosen.");
        var steps = NumberOption.Optional("--steps", 1, 1000, $"Denoising steps; {PlainSampling.UsualSteps} unless given.");
        var guidance = new Option<string>("--guidance")
        {
            Description = "Guidance scale, 1 is off; 'best' chooses it on tuning prompts.",
            HelpName = "W|best",
            DefaultValueFactory = _ => "best",
        };
        var bestOf = NumberOption.Of("--best-of", 1, 1000, 1, "Pictures of each prompt, of which the soft score picks one.");
        var json = new Option<bool>("--json") { Description = "Print a JSON object and nothing else." };
        var verb = new Verb("evaluate", "Scores a model or a run on held-out prompts, strictly, by task.", "visalign evaluate --model shapes32-flow --prompts 256 --guidance 3")
        {
            policy.Run, policy.Model, policy.Lora, prompts, steps, guidance, bestOf, json,
        };
        verb.SetAction(parsed =>
        {
            var options = new PolicyEvaluationOptions
            {
                Prompts = parsed.GetValue(prompts),
                Steps = parsed.GetValue(steps),
                Guidance = GuidanceSetting.Parse(parsed.GetRequiredValue(guidance)),
                BestOf = parsed.GetValue(bestOf),
            };
            using var loaded = policy.Load(parsed);
            var scores = RunView.Show(terminal, new RunTitle("evaluation", loaded.Name), observer =>
                PolicyEvaluation.Run(loaded, options, observer, TimeProvider.System, terminal.Interrupted));
            if (parsed.GetValue(json))
            {
                terminal.Output.WriteLine(scores.ToJson());
            }
            else
            {
                terminal.Canvas().Write(ScoreTable.Of(scores));
            }

            return ExitCode.Done;
        });

        return verb;
    }
}
