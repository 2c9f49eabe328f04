using Visalign.Generators;

namespace Visalign.Preferences;

/// <summary>Two pictures of one condition, as files.</summary>
/// <param name="Condition">What was asked.</param>
/// <param name="Winner">The path of the better one.</param>
/// <param name="Loser">The path of the other.</param>
/// <param name="Certainty">How likely the winner is the better one, above ½, up to 1.</param>
public sealed record PicturePair(Condition Condition, string Winner, string Loser, double Certainty);
