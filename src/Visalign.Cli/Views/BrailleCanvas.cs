namespace Visalign.Cli.Views;

/// <summary>Draws with the dots of Braille characters, two across and four down in each.</summary>
/// <param name="columns">Width in characters.</param>
/// <param name="rows">Height in characters.</param>
internal sealed class BrailleCanvas(int columns, int rows)
{
    private const char Blank = '\u2800';

    // The bit of each dot by row and column, as Unicode numbers them.
    private static readonly int[,] Bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    private readonly int[,] _cells = new int[rows, columns];

    /// <summary>Dots across.</summary>
    internal int Width => columns * 2;

    /// <summary>Dots down.</summary>
    internal int Height => rows * 4;

    /// <summary>A straight line between two dots, both included; row 0 is the top.</summary>
    internal void Line((int X, int Y) from, (int X, int Y) to)
    {
        int steps = Math.Max(1, Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)));
        for (int step = 0; step <= steps; step++)
        {
            double share = (double)step / steps;
            Dot((int)Math.Round(from.X + share * (to.X - from.X)), (int)Math.Round(from.Y + share * (to.Y - from.Y)));
        }
    }

    /// <summary>One row of characters.</summary>
    internal string Row(int row) => string.Create(columns, row, (text, index) =>
    {
        for (int column = 0; column < text.Length; column++)
        {
            text[column] = (char)(Blank + _cells[index, column]);
        }
    });

    private void Dot(int x, int y) => _cells[y / 4, x / 2] |= Bits[y % 4, x % 2];
}
