using System.ComponentModel.DataAnnotations;

namespace Visalign.Pictures;

/// <summary>How pictures are laid out on one sheet.</summary>
public sealed record GridLayout
{
    /// <summary>Pictures per row.</summary>
    [Range(1, 1000)]
    public required int Columns { get; init; }

    /// <summary>Pixels of background between pictures and around them, on the sheet's own scale.</summary>
    [Range(0, 100)]
    public int Gap { get; init; } = 2;

    /// <summary>Side of the square that a pixel becomes: 1 keeps the size, 4 shows a 32x32 picture at 128x128.</summary>
    [Range(1, 64)]
    public int Scale { get; init; } = 1;

    /// <summary>Gray level of the background, 0 black to 255 white.</summary>
    public byte Background { get; init; } = 255;
}

/// <summary>Lays a batch out on one sheet, row by row.</summary>
public static class PictureGrid
{
    /// <summary>All pictures of a batch on one sheet; places past the last picture stay background.</summary>
    /// <exception cref="InputException">An empty batch, or a layout outside its ranges.</exception>
    public static RgbPicture Arrange(PictureBatch pictures, GridLayout layout)
    {
        if (pictures.Count == 0 || layout.Columns < 1 || layout.Scale < 1 || layout.Gap < 0)
        {
            throw new InputException(
                $"grid: found {pictures.Count} pictures, {layout.Columns} columns, scale {layout.Scale} and gap {layout.Gap}; " +
                "expected at least one picture, one column, scale 1 and gap 0.");
        }

        int columns = Math.Min(layout.Columns, pictures.Count);
        int rows = (pictures.Count + columns - 1) / columns;
        int cellHeight = pictures.Height * layout.Scale;
        int cellWidth = pictures.Width * layout.Scale;
        int height = rows * cellHeight + (rows + 1) * layout.Gap;
        int width = columns * cellWidth + (columns + 1) * layout.Gap;

        var sheet = new byte[3 * height * width];                        // [height, width, 3]
        Array.Fill(sheet, layout.Background);
        for (int index = 0; index < pictures.Count; index++)
        {
            int top = layout.Gap + index / columns * (cellHeight + layout.Gap);
            int left = layout.Gap + index % columns * (cellWidth + layout.Gap);
            var picture = RgbPicture.Of(pictures, index);
            for (int y = 0; y < cellHeight; y++)
            {
                int row = y / layout.Scale * picture.Width;
                int target = 3 * ((top + y) * width + left);
                for (int x = 0; x < cellWidth; x++)
                {
                    picture.Data.AsSpan(3 * (row + x / layout.Scale), 3).CopyTo(sheet.AsSpan(target + 3 * x));
                }
            }
        }
        return new RgbPicture(sheet, height, width);
    }
}
