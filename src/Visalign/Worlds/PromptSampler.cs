using System.Diagnostics;
using Visalign.Torch;

namespace Visalign.Worlds;

/// <summary>A prompt and what it asks for.</summary>
/// <param name="Text">At most eight words.</param>
/// <param name="Request">What <see cref="PromptGrammar.Parse"/> reads from it.</param>
public sealed record ScenePrompt(string Text, SceneRequest Request);

/// <summary>An endless, repeatable sequence of prompts for each split.</summary>
/// <remarks>
/// Task number <c>index mod 6</c>, so any six prompts in a row cover all tasks; the rest is a pure function of split, seed and
/// index. The world has finitely many texts, so long sequences repeat some of them: 1,024 held-out prompts are 1,024
/// indices, each meant to be sampled with noise of its own.
/// </remarks>
public static class PromptSampler
{
    private const int TaskCount = 6;
    private const int MaximumAttempts = 10_000;

    /// <summary>The prompt with this number.</summary>
    /// <param name="split">What the prompt is for.</param>
    /// <param name="seed">Chooses the sequence.</param>
    /// <param name="index">Chooses the prompt in the sequence; any number from 0.</param>
    public static ScenePrompt Draw(PromptSplit split, ulong seed, long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var random = new RandomSequence(new(seed, NoisePurpose.Prompt, Sample: index, Branch: (int)split));
        var task = (SceneTask)(index % TaskCount);

        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var request = DrawRequest(task, ref random);
            var phrasings = PromptGrammar.Phrasings(request);
            var text = phrasings[random.Below(phrasings.Count)];
            if (HeldOutRule.Holds(request, text) == (split == PromptSplit.HeldOut)) return new ScenePrompt(text, request);
        }

        throw new UnreachableException($"No {split} prompt for {task} after {MaximumAttempts} attempts.");
    }

    private static SceneRequest DrawRequest(SceneTask task, ref RandomSequence random)
    {
        var shape = DrawShape(ref random);
        var color = DrawColor(ref random);
        // A step of 1 to n - 1 around the list always lands on another entry.
        var otherShape = (ObjectShape)(((int)shape + 1 + random.Below(ShapeGeometry.ShapeCount - 1)) % ShapeGeometry.ShapeCount);
        var otherColor = (ObjectColor)(((int)color + 1 + random.Below(Palette.ColorCount - 1)) % Palette.ColorCount);

        return task switch
        {
            SceneTask.SingleObject => new(task, new(shape)),
            SceneTask.TwoObjects => new(task, new(shape), new WantedObject(otherShape)),
            SceneTask.Counting => new(
                task, new(shape, random.Below(2) == 0 ? null : color), Count: 2 + random.Below(SceneRequest.MaximumObjects - 1)),
            SceneTask.Colors => new(task, new(shape, color)),
            SceneTask.Position => new(task, new(shape), new WantedObject(otherShape), Relation: (Relation)random.Below(4)),
            SceneTask.ColorAttribution => new(task, new(shape, color), new WantedObject(otherShape, otherColor)),
            _ => throw new UnreachableException(),
        };
    }

    private static ObjectShape DrawShape(ref RandomSequence random) => (ObjectShape)random.Below(ShapeGeometry.ShapeCount);

    private static ObjectColor DrawColor(ref RandomSequence random) => (ObjectColor)random.Below(Palette.ColorCount);
}
