namespace Visalign.Worlds;

/// <summary>What the checker says about one picture.</summary>
/// <param name="Correct">Strict: exactly the wanted objects, each of clear shape and color, where they were wanted, on a plain grey.</param>
/// <param name="Score">Graded, in [0, 1]: at least 0.8 exactly when correct, at most 0.8 otherwise. See <see cref="SceneChecker"/>.</param>
/// <param name="Task">The kind of request.</param>
/// <param name="Explanation">What is wrong, one clause per fault, or "as asked: ...".</param>
public readonly record struct Verdict(bool Correct, double Score, SceneTask Task, string Explanation);
