using Visalign.Generators;
using Visalign.Pictures;
using Visalign.Rewards;
using Visalign.Rollouts;
using Visalign.Worlds;

namespace Visalign.Runs;

/// <summary>Shows the rewards some pictures: they answer, and what they say depends on the picture.</summary>
internal static class RewardRehearsal
{
    private const int PictureCount = 16;

    /// <inheritdoc cref="Preflight.Check"/>
    public static PreflightFindings Check(PreflightSubject subject, Rollout rollout)
    {
        if (subject.Trained.Count + subject.Heldout.Count == 0) return new("nobody judges", []);
        var (pictures, conditions) = Probe(subject, rollout);
        List<string> warnings = [];
        foreach (var (reward, options) in subject.Trained.Zip(subject.Recipe.Rewards))
        {
            var remarks = RewardProbe.Check(reward, pictures, conditions);
            // A constant part of a sum is as useless as a constant sum; where the picture moves it after all, it may only be rare.
            if (options.Weight != 0 && remarks.Any(remark => remark.Fault is RewardFault.Silent or RewardFault.Unmoved))
                throw new InputException($"preflight: {remarks[0].Sentence}");
            warnings.AddRange(remarks.Select(Told));
        }
        warnings.AddRange(subject.Heldout.SelectMany(reward => RewardProbe.Check(reward, pictures, conditions)).Select(Told));

        return new($"what {string.Join(", ", subject.Trained.Select(reward => reward.Name))} says depends on the picture", warnings);
    }

    private static string Told(RewardRemark remark) => $"The {remark.Sentence}";

    /// <summary>Some of the rollout's pictures, and scenes that show what their prompts ask for: where a model knows little, a strict judge may call all of its pictures wrong.</summary>
    private static (PictureBatch Pictures, IReadOnlyList<Condition> Conditions) Probe(PreflightSubject subject, Rollout rollout)
    {
        var all = subject.Generator.Decode(rollout.Final);
        int count = Math.Min(PictureCount, all.Count);
        List<float[]> pictures = [];
        List<Condition> conditions = [];
        for (int i = 0; i < count; i++)
        {
            int row = (int)((long)i * all.Count / count);
            pictures.Add(all[row].ToArray());
            conditions.Add(rollout.Conditions[row]);
            if (Scene(rollout.Conditions[row], all.Height, subject.Recipe.Seed, row) is not { } scene || all.Height != all.Width) continue;
            pictures.Add(scene);
            conditions.Add(rollout.Conditions[row]);
        }
        return (new([.. pictures.SelectMany(picture => picture)], pictures.Count, all.Height, all.Width), conditions);
    }

    // A prompt of the user's own need not be of the embedded world; then there is no scene for it.
    private static float[]? Scene(Condition condition, int size, long seed, int index)
    {
        try
        {
            var picture = new float[3 * size * size];
            SceneRenderer.Render(SceneSampler.Draw(PromptGrammar.Parse(condition.Prompt), (ulong)seed, index), picture, size);
            return picture;
        }
        catch (InputException)
        {
            return null;
        }
    }
}
