using System.Buffers.Binary;

namespace Visalign.Reports;

/// <summary>The gallery: each prompt's picture before and after, with the checker's verdicts and a filter by outcome.</summary>
internal static class ReportGallery
{
    // Pictures up to this size are shown with square pixels, larger ones smoothed.
    private const int LargestPixelArt = 128;

    private static readonly (string Id, string Name)[] Outcomes =
        [("fixed", "Fixed"), ("broken", "Broken"), ("kept", "Right before and after"), ("wrong", "Wrong before and after"), ("unjudged", "Not judged")];

    public static Markup Render(IReadOnlyList<PicturePair> gallery) => gallery.Count == 0 ? Markup.None : Markup.Of($"""
        <section id="pictures" class="gallery" aria-labelledby="pictures-title"><h2 id="pictures-title">Before and after</h2>
        <p class="lead">The same prompt from the same start noise: left the base model, right the aligned one.</p>
        {Filter(gallery)}
        <div class="pairs">{gallery.Select(Pair)}</div></section>

        """);

    // Radio buttons and the style sheet's :has() do the filtering, without script.
    private static Markup Filter(IReadOnlyList<PicturePair> gallery) => Markup.Of($"""
        <fieldset class="filter"><legend class="visually-hidden">Show pairs</legend>{Choice("all", "All", gallery.Count, true)}{Outcomes
            .Select(outcome => (outcome, Count: gallery.Count(pair => OutcomeOf(pair) == outcome.Id)))
            .Where(choice => choice.Count > 0)
            .Select(choice => Choice(choice.outcome.Id, choice.outcome.Name, choice.Count, false))}</fieldset>
        """);

    private static Markup Choice(string id, string name, int count, bool isChosen) => Markup.Of($"""
        <label><input type="radio" name="outcome" value="{id}"{(isChosen ? new Markup(" checked=\"\"") : Markup.None)}/><span>{name} <b>{count}</b></span></label>
        """);

    private static string OutcomeOf(PicturePair pair) => (pair.Before.IsCorrect, pair.After.IsCorrect) switch
    {
        (false, true) => "fixed",
        (true, false) => "broken",
        (true, true) => "kept",
        (false, false) => "wrong",
        _ => "unjudged",
    };

    private static Markup Pair(PicturePair pair, int index) => Markup.Of($"""
        <article class="card duo" data-outcome="{OutcomeOf(pair)}"><h3>{pair.Prompt}</h3>
        <div class="sides">{Side(pair.Prompt, pair.Before, "Before", index)}{Side(pair.Prompt, pair.After, "After", index)}</div></article>

        """);

    private static Markup Side(string prompt, JudgedPicture picture, string when, int index) => Figure(picture, when, $"{when} alignment, asked for: {prompt}", index);

    /// <summary>A picture with its caption and what the checker said.</summary>
    internal static Markup Figure(JudgedPicture picture, string caption, string alternative, int index)
    {
        var (width, height) = SizeOf(picture.Png, caption, index);
        var look = Math.Max(width, height) <= LargestPixelArt ? "picture pixels" : "picture";
        return Markup.Of($"""
            <figure><img class="{look}" width="{width}" height="{height}" alt="{alternative}" src="data:image/png;base64,{Convert.ToBase64String(picture.Png)}"/>
            <figcaption><span class="when">{caption}</span>{Badge(picture.IsCorrect)}{picture.Verdict.Select(sentence => Markup.Of($"""<span class="verdict">{sentence}</span>"""))}</figcaption></figure>
            """);
    }

    private static Markup Badge(bool? isCorrect) => isCorrect switch
    {
        true => new("""<span class="badge right">✓ correct</span>"""),
        false => new("""<span class="badge wrong">✗ wrong</span>"""),
        null => Markup.None,
    };

    // A PNG begins with its signature and the header chunk: width at byte 16, height at byte 20, big-endian.
    private static (int Width, int Height) SizeOf(byte[] png, string when, int index)
    {
        if (png.Length < 24 || !png.AsSpan(0, 8).SequenceEqual<byte>([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            throw new InputException($"report: gallery pair {index}, picture {when.ToLowerInvariant()}: {png.Length} bytes that are not a PNG file. Encode pictures as PNG first.");
        return (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
    }
}
