using Spectre.Console;
using Spectre.Console.Rendering;

namespace Visalign.Cli.Views;

/// <summary>Draws something over what it drew before, whatever became of the terminal's size in between.</summary>
/// <remarks>
/// Spectre's live display pads every line to the widest it ever drew, which wraps as soon as the terminal is made
/// narrower. Here lines end where their text ends, and a new size begins on a clean screen.
/// </remarks>
internal sealed class InPlace(IRenderable content) : IRenderable
{
    private const string ToLineStart = "\r", EraseLine = "\u001b[K", EraseBelow = "\u001b[J", EraseScreen = "\u001b[H\u001b[2J";

    private Size? _size;
    private int _lineCount = 1;

    /// <inheritdoc/>
    public Measurement Measure(RenderOptions options, int maxWidth) => content.Measure(options, maxWidth);

    /// <inheritdoc/>
    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var lines = Segment.SplitLines(content.Render(options, maxWidth), maxWidth).Take(options.ConsoleSize.Height - 1).ToList();
        yield return Segment.Control(Start(options.ConsoleSize));
        for (int line = 0; line < lines.Count; line++)
        {
            foreach (var segment in lines[line])
            {
                yield return segment;
            }

            yield return Segment.Control(EraseLine);
            yield return Segment.LineBreak;
        }

        yield return Segment.Control(EraseBelow);
        _lineCount = lines.Count;
    }

    private string Start(Size size)
    {
        bool same = _size is { } before && (before.Width, before.Height) == (size.Width, size.Height);
        string start = _size is null ? ToLineStart : same ? $"{ToLineStart}\u001b[{_lineCount}A" : EraseScreen;
        _size = size;

        return start;
    }
}
