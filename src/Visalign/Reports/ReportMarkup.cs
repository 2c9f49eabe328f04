using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Visalign.Reports;

/// <summary>HTML or SVG text that is safe to write as is.</summary>
/// <remarks>
/// <c>Markup.Of($"…")</c> keeps the literal parts and escapes every value between braces unless it is markup itself, so a
/// forgotten escape is not possible; numbers are coordinates in the invariant culture with at most two decimals.
/// </remarks>
internal readonly record struct Markup(string Text)
{
    public static readonly Markup None = new("");

    public static Markup Of(MarkupBuilder builder) => new(builder.ToString());

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.Text)));

    public override string ToString() => Text;
}

/// <summary>Collects an interpolated string for <see cref="Markup.Of"/>.</summary>
[InterpolatedStringHandler]
internal readonly struct MarkupBuilder(int literalLength, int valueCount)
{
    private readonly StringBuilder _text = new(literalLength + 16 * valueCount);

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Markup markup) => _text.Append(markup.Text);

    public void AppendFormatted(IEnumerable<Markup> parts)
    {
        foreach (var part in parts)
            _text.Append(part.Text);
    }

    public void AppendFormatted(string? text) => _text.Append(Escape(text ?? ""));

    public void AppendFormatted(long number) => _text.Append(number.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(double coordinate) => _text.Append(coordinate.ToString("0.##", CultureInfo.InvariantCulture));

    public override string ToString() => _text.ToString();

    // Control characters are legal neither in HTML nor in XML, not even as references.
    private static string Escape(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)));
}
