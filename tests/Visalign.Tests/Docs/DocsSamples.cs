using Visalign.Methods;
using Visalign.Networks;
using Visalign.Rewards;
using Visalign.Runs;
using Visalign.Studies;
using Visalign.Worlds;

namespace Visalign.Tests.Docs;

/// <summary>The code that the docs show; DocsTests holds them to it and runs it.</summary>
internal static class DocsSamples
{
    // docs/library.md
    public static AlignmentResult Align(string model, string folder, int iterations, int prompts)
    {
        var recipe = new Recipe
        {
            Seed = 7,
            Method = new FlowGrpo { KlCoefficient = 0, Window = new() { Size = 3, To = 3 } },
            Model = model,                                              // "shapes32-flow", or a model folder of your own
            Adapter = new() { Kind = AdapterKind.Full },
            Rewards = [new ExactRewardOptions { Mode = ExactMode.Soft }],
            Rollout = new() { Prompts = 12, GroupSize = 8, Steps = 6 },
            Optimizer = new() { LearningRate = 1e-4 },
            Budget = new() { Iterations = iterations },
            Evaluation = new() { Prompts = prompts, TuningPrompts = prompts, Every = 0 },
        };

        // Measures the base, trains, measures the result, draws the report; the run folder goes on after an interruption.
        var result = AlignmentStudy.Start(folder, recipe, new SilentObserver(), TimeProvider.System, CancellationToken.None);
        Console.WriteLine($"held-out prompts followed: {result.Base.Score:P1} before, {result.Aligned.Score:P1} after");

        using var policy = Policy.OfRun(folder);
        var sample = PromptSampling.Run(policy, "two red circles", new() { Count = 4, GuidanceScale = result.Aligned.GuidanceScale });
        SampleSheet.Write(Path.Combine(folder, "two-red-circles.png"), sample.Pictures);
        Console.WriteLine(sample.Verdicts[0].Explanation);              // "as asked: two red circles", or what is wrong
        return result;
    }

    // docs/world.md
    public static Verdict World()
    {
        var prompt = PromptSampler.Draw(PromptSplit.Training, seed: 1, index: 0);        // Text, Request
        var scene = SceneSampler.Draw(prompt.Request, seed: 1, index: 0);                // objects in their places
        var picture = new float[3 * 32 * 32];
        SceneRenderer.Render(scene, picture);                                            // [3, 32, 32] in [0, 1]
        var verdict = SceneChecker.Check(picture, PromptGrammar.Parse("two red circles"));
        Console.WriteLine($"{verdict.Correct} {verdict.Score:F2} {verdict.Explanation}"); // False 0.39 one red circle, asked for two
        int[] tokens = Vocabulary.Encode(prompt.Text);                                   // 8 ids, 0 = padding
        return verdict;
    }
}
