using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Visalign.Records;

/// <summary>Writes nodes as YAML: maps in block style, lists of plain values on one line.</summary>
internal static class YamlWriter
{
    /// <summary>The text of a document, ending with a line break.</summary>
    public static string Write(YamlNode root)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(text, EmitterSettings.Default.WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());

        return text.ToString();
    }

    private static void Emit(Emitter emitter, YamlNode node)
    {
        switch (node)
        {
            case YamlScalar scalar:
                Emit(emitter, scalar.Text, scalar.Quoted);
                break;
            case YamlList list:
                bool oneLine = list.Items.TrueForAll(item => item is YamlScalar);
                emitter.Emit(new SequenceStart(null, null, true, oneLine ? SequenceStyle.Flow : SequenceStyle.Block));
                list.Items.ForEach(item => Emit(emitter, item));
                emitter.Emit(new SequenceEnd());
                break;
            case YamlMap map:
                emitter.Emit(new MappingStart(null, null, true, map.Entries.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var entry in map.Entries)
                {
                    Emit(emitter, entry.Key, quoted: false);
                    Emit(emitter, entry.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
        }
    }

    private static void Emit(Emitter emitter, string text, bool quoted) => emitter.Emit(new Scalar(
        null, null, text, quoted ? ScalarStyle.DoubleQuoted : ScalarStyle.Plain, isPlainImplicit: !quoted, isQuotedImplicit: quoted));
}
