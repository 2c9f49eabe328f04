namespace Visalign.Reports;

/// <summary>A prompt's picture before and after alignment, from the same start noise.</summary>
public sealed record PicturePair(string Prompt, JudgedPicture Before, JudgedPicture After);

/// <summary>A prompt drawn by several systems, each with its name.</summary>
public sealed record PictureRow(string Prompt, IReadOnlyList<(string System, JudgedPicture Picture)> Pictures);

/// <summary>A picture with what the checker said about it.</summary>
/// <param name="Png">A complete PNG file.</param>
/// <param name="Verdict">Short sentences: "2 circles, expected 3". Empty when there is nothing to say.</param>
/// <param name="IsCorrect">Whether it shows what was asked; null when nothing can tell.</param>
public sealed record JudgedPicture(byte[] Png, IReadOnlyList<string> Verdict, bool? IsCorrect);
