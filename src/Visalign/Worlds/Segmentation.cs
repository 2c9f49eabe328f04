using System.Numerics;

namespace Visalign.Worlds;

/// <summary>Splits a picture into plain backdrop and connected regions that stand out from it.</summary>
/// <remarks>
/// A pixel's coverage is how far it has gone from the backdrop's color to the object color whose line it lies nearest to:
/// <code>
/// v = pixel - backdrop,  u_k = palette_k - backdrop,  a_k = clamp(v.u_k / |u_k|^2, 0, 1.25)
/// coverage = a_k of the k with the smallest |v - a_k u_k|
/// </code>
/// so an edge lies at coverage 1/2 whatever the color. Pixels above that, joined to their four neighbors, make a
/// region; regions of at most <see cref="LargestSpeck"/> pixels are specks and dropped. Noisy pictures are smoothed first.
/// </remarks>
internal sealed class Segmentation
{
    /// <summary>Pixels in the largest region that is ignored.</summary>
    public const int LargestSpeck = 5;

    private const int Size = Scene.Size;
    private const float EdgeCoverage = 0.5f;
    private const float NoiseToSmooth = 0.07f;
    private const double SmoothingSigma = 0.7;

    // A shape's soft edge reaches this far past its region.
    private const int FringeWidth = 2;

    private readonly Vector3[] _pixels = new Vector3[Size * Size];
    private readonly int[] _owners = new int[Size * Size];
    private readonly List<int> _starts = [];
    private readonly List<int> _order = [];

    /// <summary>Segments a picture.</summary>
    /// <param name="picture">Shape <c>[3, 32, 32]</c>; values outside [0, 1] are clamped.</param>
    public Segmentation(ReadOnlySpan<float> picture)
    {
        Load(picture);
        Backdrop = Backdrop.Of(_pixels);
        if (Backdrop.Noise > NoiseToSmooth)
        {
            Span<float> smooth = picture.ToArray();
            for (var channel = 0; channel < 3; channel++)
            {
                GaussianBlur.Apply(smooth.Slice(channel * Size * Size, Size * Size), Size, SmoothingSigma);
            }

            Load(smooth);
            Backdrop = Backdrop.Of(_pixels);
        }

        FindRegions();
        GrowFringes();
    }

    /// <summary>The color behind the regions.</summary>
    public Backdrop Backdrop { get; }

    /// <summary>The number of regions.</summary>
    public int RegionCount => _starts.Count;

    /// <summary>The picture, row by row, smoothed if it was noisy.</summary>
    public ReadOnlySpan<Vector3> Pixels => _pixels;

    /// <summary>For each pixel the region it belongs to or fringes, from 0, or -1 for none.</summary>
    public ReadOnlySpan<int> Owners => _owners;

    /// <summary>The pixels of a region without its fringe, as <c>y * 32 + x</c>.</summary>
    public ReadOnlySpan<int> Region(int region)
    {
        var end = region + 1 < _starts.Count ? _starts[region + 1] : _order.Count;
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_order)[_starts[region]..end];
    }

    private void Load(ReadOnlySpan<float> picture)
    {
        const int plane = Size * Size;
        for (var i = 0; i < plane; i++)
        {
            _pixels[i] = Vector3.Clamp(new(picture[i], picture[plane + i], picture[2 * plane + i]), Vector3.Zero, Vector3.One);
        }
    }

    private void FindRegions()
    {
        const int outside = -1, waiting = -2;
        var coverage = new PixelCoverage(Backdrop.Color);
        for (var i = 0; i < _pixels.Length; i++) _owners[i] = coverage.Of(_pixels[i]) > EdgeCoverage ? waiting : outside;

        for (var seed = 0; seed < _owners.Length; seed++)
        {
            if (_owners[seed] != waiting) continue;

            var start = _order.Count;
            Visit(seed);
            for (var next = start; next < _order.Count; next++)
            {
                var pixel = _order[next];
                var x = pixel % Size;
                if (x > 0) Visit(pixel - 1);
                if (x < Size - 1) Visit(pixel + 1);
                if (pixel >= Size) Visit(pixel - Size);
                if (pixel < Size * (Size - 1)) Visit(pixel + Size);
            }

            if (_order.Count - start > LargestSpeck)
            {
                _starts.Add(start);
            }
            else
            {
                for (var i = start; i < _order.Count; i++) _owners[_order[i]] = outside;
                _order.RemoveRange(start, _order.Count - start);
            }
        }

        void Visit(int pixel)
        {
            if (_owners[pixel] != waiting) return;
            _owners[pixel] = _starts.Count;
            _order.Add(pixel);
        }
    }

    // Breadth first from all regions at once, so that a pixel between two goes to the nearer one.
    private void GrowFringes()
    {
        var front = new List<int>(_order);
        for (var step = 0; step < FringeWidth; step++)
        {
            var grown = new List<int>();
            foreach (var pixel in front)
            {
                var (x, y) = (pixel % Size, pixel / Size);
                for (var ny = Math.Max(0, y - 1); ny <= Math.Min(Size - 1, y + 1); ny++)
                {
                    for (var nx = Math.Max(0, x - 1); nx <= Math.Min(Size - 1, x + 1); nx++)
                    {
                        // Corners on every other step only: the fringe of a round region stays round.
                        if (step % 2 == 0 && nx != x && ny != y) continue;
                        var neighbor = ny * Size + nx;
                        if (_owners[neighbor] >= 0) continue;
                        _owners[neighbor] = _owners[pixel];
                        grown.Add(neighbor);
                    }
                }
            }

            front = grown;
        }
    }
}
