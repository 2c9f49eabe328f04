using System.Text.Json.Nodes;
using Visalign.Pictures;
using Visalign.Torch;

namespace Visalign.Networks;

/// <summary>How pictures are brought before a <see cref="ClipVision"/>: a checkpoint's <c>preprocessor_config.json</c>.</summary>
/// <remarks>
/// The shorter side is resized to <see cref="ShorterSide"/>, the longer one in proportion and rounded down; the middle is cut
/// out; each channel is brought to mean 0 and deviation 1 by the numbers of CLIP's training set. Bytes go the way of
/// published scores, through <see cref="PictureResize"/>; floats a way with gradients and without rounding, which differs by a level of 255 here and there.
/// </remarks>
public sealed record ClipPictures
{
    /// <summary>The shorter side after resizing, in pixels.</summary>
    public required int ShorterSide { get; init; }
    /// <summary>Height of the middle that is cut out, at most <see cref="ShorterSide"/>.</summary>
    public required int CropHeight { get; init; }
    /// <summary>Width of the middle that is cut out, at most <see cref="ShorterSide"/>.</summary>
    public required int CropWidth { get; init; }
    /// <summary>Mean of red, green and blue, in [0, 1].</summary>
    public (double Red, double Green, double Blue) Mean { get; init; } = (0.48145466, 0.4578275, 0.40821073);
    /// <summary>Their deviations.</summary>
    public (double Red, double Green, double Blue) Deviation { get; init; } = (0.26862954, 0.26130258, 0.27577711);

    /// <summary>Square pictures, by the numbers of CLIP.</summary>
    /// <param name="side">In pixels: 224 for most checkpoints.</param>
    public static ClipPictures Square(int side) => new() { ShorterSide = side, CropHeight = side, CropWidth = side };

    /// <summary>Reads <c>preprocessor_config.json</c> of a <c>CLIPImageProcessor</c>.</summary>
    /// <exception cref="InputException">A key is missing, malformed or of a value that is not supported.</exception>
    public static ClipPictures Read(NetworkConfig json)
    {
        foreach (string step in (string[])["do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb"]) json.Only(step, true);
        json.Only("resample", 3);
        json.Only("rescale_factor", 1.0 / 255);
        json.Ignore("feature_extractor_type", "image_processor_type", "processor_class", "_valid_processor_keys");
        var (crop, size) = (Sides("crop_size"), Sides("size"));
        var pictures = new ClipPictures
        {
            ShorterSide = size.Height == size.Width ? size.Height : throw new InputException($"{json.Origin}: 'size' is {size.Width}×{size.Height}, expected the length of the shorter side."),
            CropHeight = crop.Height,
            CropWidth = crop.Width,
            Mean = Three("image_mean"),
            Deviation = Three("image_std"),
        };
        json.RefuseOthers();
        return pictures.CropHeight <= pictures.ShorterSide && pictures.CropWidth <= pictures.ShorterSide ? pictures
            : throw new InputException($"{json.Origin}: a crop of {crop.Width}×{crop.Height} does not fit into pictures whose shorter side is {pictures.ShorterSide}.");

        // A number in old files; in newer ones an object of height and width, or of the shortest edge.
        (int Height, int Width) Sides(string key)
        {
            if (!json.IsObject(key)) return (json.Whole(key), json.Whole(key));
            var sides = json.Object(key);
            var found = sides.Has("shortest_edge") ? (sides.Whole("shortest_edge"), sides.Whole("shortest_edge")) : (sides.Whole("height"), sides.Whole("width"));
            sides.RefuseOthers();
            return found;
        }

        (double, double, double) Three(string key) => json.Numbers(key) is [var red, var green, var blue] ? (red, green, blue)
            : throw new InputException($"{json.Origin}: '{key}' needs three numbers, one a channel.");
    }

    /// <summary>The same as transformers writes it.</summary>
    internal JsonObject ToJson() => new()
    {
        ["image_processor_type"] = "CLIPImageProcessor",
        ["do_resize"] = true,
        ["size"] = new JsonObject { ["shortest_edge"] = ShorterSide },
        ["resample"] = 3,
        ["do_center_crop"] = true,
        ["crop_size"] = new JsonObject { ["height"] = CropHeight, ["width"] = CropWidth },
        ["do_rescale"] = true,
        ["rescale_factor"] = 1.0 / 255,
        ["do_normalize"] = true,
        ["image_mean"] = new JsonArray(Mean.Red, Mean.Green, Mean.Blue),
        ["image_std"] = new JsonArray(Deviation.Red, Deviation.Green, Deviation.Blue),
        ["do_convert_rgb"] = true,
    };

    /// <summary>Pictures as a network's output, with gradient.</summary>
    /// <param name="pixels">Shape <c>[B, 3, H, W]</c>, in [0, 1].</param>
    /// <returns>Shape <c>[B, 3, crop height, crop width]</c>.</returns>
    public Tensor Prepare(Tensor pixels)
    {
        Expect.Shape(pixels, "B 3 H W");
        using var scope = Tensor.Scope();
        var (from, to) = ((Height: (int)pixels.Size(2), Width: (int)pixels.Size(3)), Resized((int)pixels.Size(2), (int)pixels.Size(3)));
        // Bytes are clipped after either pass.
        var resized = from == to ? pixels : Resampling.Rows(
            Resampling.Columns(pixels, CubicTaps.Antialiased(from.Width, to.Width)).Clamp(0, 1), CubicTaps.Antialiased(from.Height, to.Height)).Clamp(0, 1);
        var middle = resized.Narrow(2, (to.Height - CropHeight) / 2, CropHeight).Narrow(3, (to.Width - CropWidth) / 2, CropWidth);
        return scope.Keep((middle - Channels(Mean)) / Channels(Deviation));
    }

    /// <summary>A picture from a file, or rounded to bytes.</summary>
    /// <returns>Shape <c>[3, crop height, crop width]</c>.</returns>
    public Tensor Prepare(RgbPicture picture)
    {
        using var scope = Tensor.Scope();
        var (height, width) = Resized(picture.Height, picture.Width);
        var resized = PictureResize.Bicubic(picture, height, width);
        var middle = Tensor.From(resized.Data, height, width, 3).Narrow(0, (height - CropHeight) / 2, CropHeight).Narrow(1, (width - CropWidth) / 2, CropWidth);
        var pixels = middle.To(DType.Float32).Permute(2, 0, 1).Unsqueeze(0) * (1.0 / 255);
        return scope.Keep(((pixels - Channels(Mean)) / Channels(Deviation)).Squeeze(0));
    }

    private (int Height, int Width) Resized(int height, int width) =>
        height <= width ? (ShorterSide, (int)((long)ShorterSide * width / height)) : ((int)((long)ShorterSide * height / width), ShorterSide);

    private static Tensor Channels((double Red, double Green, double Blue) numbers) =>
        Tensor.From([(float)numbers.Red, (float)numbers.Green, (float)numbers.Blue], 1, 3, 1, 1);
}
