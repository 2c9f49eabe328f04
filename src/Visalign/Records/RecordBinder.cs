using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Visalign.Records;

/// <summary>Makes records from nodes, telling every fault on the way.</summary>
/// <param name="faults">Receives one sentence for each fault; whatever was made is worthless once it has any.</param>
internal sealed class RecordBinder(List<string> faults)
{
    /// <summary>Makes a record.</summary>
    /// <param name="path">Dotted keys that lead here; empty at the root.</param>
    /// <param name="basis">Where keys that are absent take their values from; null for the type's own defaults.</param>
    /// <param name="known">Further keys that a hint may offer.</param>
    public object Record(RecordShape shape, YamlMap map, string path, object? basis, params IReadOnlyList<string> known)
    {
        int faultsBefore = faults.Count;
        object record = Activator.CreateInstance(shape.Type)!;
        string place = path.Length == 0 ? "" : $" in '{path}'";
        foreach (var entry in map.Entries)
        {
            if (shape.Find(entry.Key) is { } field)
            {
                Set(record, field, entry.Value, Join(path, field.Key), field.Property.GetValue(basis ?? record));
            }
            else
            {
                string hint = NearestName.Hint(entry.Key, [.. known, .. shape.Fields.Select(one => one.Key)], "Known keys");
                faults.Add($"{entry.Where}: unknown key '{entry.Key}'{place}. {hint}");
            }
        }

        foreach (var field in shape.Fields.Where(field => map.Find(field.Key) is null))
        {
            if (basis is not null)
            {
                field.Property.SetValue(record, field.Property.GetValue(basis));
            }
            else if (field.Required)
            {
                faults.Add($"{map.Where}: missing key '{field.Key}'{place}.");
            }
        }

        if (faults.Count == faultsBefore)
        {
            faults.AddRange(map.Entries.Where(entry => !shape.Find(entry.Key)!.AppliesTo(record)).Select(entry => Misplaced(shape, entry, path, record)));
        }

        if (faults.Count == faultsBefore && record is IValidatableObject validatable)
        {
            faults.AddRange(validatable.Validate(new ValidationContext(record)).Select(fault => $"{map.Where}: {fault.ErrorMessage}"));
        }

        return record;
    }

    private static string Misplaced(RecordShape shape, YamlEntry entry, string path, object record)
    {
        var only = shape.Find(entry.Key)!.Only!;
        var other = shape.Fields.Single(field => field.Property.Name == only.Option);
        string expected = ((YamlScalar)RecordWriter.Node(other.Shape, only.Value)).Text;
        string found = ((YamlScalar)RecordWriter.Node(other.Shape, other.Property.GetValue(record)!)).Text;
        return $"{entry.Where}: '{Join(path, entry.Key)}' means something only with '{other.Key}: {expected}', but '{Join(path, other.Key)}' is {found}. Leave it out.";
    }

    private void Set(object record, Field field, YamlNode node, string path, object? basis)
    {
        object? value = node is YamlScalar { IsNull: true } && field.Nullable ? null : Value(field.Shape, node, path, basis);
        if (value is not null || field.Nullable)
        {
            field.Property.SetValue(record, value);
        }
    }

    private object? Value(Shape shape, YamlNode node, string path, object? basis) => (shape, node) switch
    {
        (TextShape, YamlScalar { IsNull: false } scalar) => scalar.Text,
        (FlagShape, YamlScalar { Quoted: false, Text: "true" or "false" } scalar) => scalar.Text == "true",
        (WholeShape whole, YamlScalar { Quoted: false } scalar) when Parses(whole, scalar.Text, out object value) =>
            Within(whole.Bounds, Convert.ToDouble(value, CultureInfo.InvariantCulture), scalar, path, "a whole number") ? value : null,
        (NumberShape number, YamlScalar { Quoted: false } scalar) when Parses(scalar.Text, out double value) =>
            Within(number.Bounds, value, scalar, path, "a number") ? value : null,
        (WordShape words, YamlScalar { IsNull: false } scalar) => Word(words, scalar, path),
        (ListShape list, YamlList items) => List(list, items, path),
        (RecordShape record, YamlMap map) => Record(record, map, path, basis),
        (ChoiceShape choice, YamlScalar { IsNull: false } name) => Choice(choice, name, new YamlMap(name.Where, []), path, basis),
        (ChoiceShape choice, YamlMap map) => Choice(choice, map, path, basis),
        _ => Fault(node, $"'{path}' expects {Expected(shape)}, found {node.InWords}."),
    };

    private object? Choice(ChoiceShape choice, YamlMap map, string path, object? basis)
    {
        var options = new YamlMap(map.Where, [.. map.Entries.Where(entry => entry.Key != ChoiceShape.NameKey)]);
        var name = map.Find(ChoiceShape.NameKey)
            ?? (basis is null ? null : new YamlScalar(map.Where, choice.NameOf(basis), Quoted: false));

        return name switch
        {
            null => Fault(map, $"missing key '{ChoiceShape.NameKey}' in '{path}'. Known names: {string.Join(", ", choice.Names)}."),
            YamlScalar { IsNull: false } scalar => Choice(choice, scalar, options, path, basis),
            _ => Fault(name, $"'{path}.{ChoiceShape.NameKey}' expects a name, found {name.InWords}."),
        };
    }

    private object? Choice(ChoiceShape choice, YamlScalar name, YamlMap options, string path, object? basis)
    {
        if (choice.Find(name.Text) is not { } shape)
        {
            return Fault(name, $"unknown name '{name.Text}' in '{path}'. {NearestName.Hint(name.Text, choice.Names, "Known names")}");
        }

        object? sameKind = basis is not null && choice.NameOf(basis) == name.Text ? basis : null;
        object record = Record(shape, options, path, sameKind, ChoiceShape.NameKey);
        shape.NameProperty?.SetValue(record, name.Text);

        return record;
    }

    private object? Word(WordShape words, YamlScalar scalar, string path)
    {
        object? value = words.Words.FirstOrDefault(word => word.Word == scalar.Text).Value;
        return value ?? Fault(scalar, $"unknown value '{scalar.Text}' for '{path}'. "
            + NearestName.Hint(scalar.Text, [.. words.Words.Select(word => word.Word)], "Known values"));
    }

    private object List(ListShape shape, YamlList list, string path)
    {
        var items = Array.CreateInstance(shape.ElementType, list.Items.Count);
        for (int i = 0; i < list.Items.Count; i++)
        {
            if (Value(shape.Element, list.Items[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), basis: null) is { } item)
            {
                items.SetValue(item, i);
            }
        }

        var type = typeof(ValueList<>).MakeGenericType(shape.ElementType);
        var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic)[0];
        return constructor.Invoke([items]);
    }

    private bool Within(Bounds? bounds, double value, YamlScalar scalar, string path, string kind)
    {
        if (bounds is null || bounds.Hold(value))
        {
            return true;
        }

        faults.Add($"{scalar.Where}: '{path}' is {scalar.Text}, expected {kind} {bounds.InWords()}.");
        return false;
    }

    private object? Fault(YamlNode node, string sentence)
    {
        faults.Add($"{node.Where}: {sentence}");
        return null;
    }

    private static bool Parses(WholeShape shape, string text, out object value)
    {
        bool parsed = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole);
        value = shape.Wide ? whole : (object)unchecked((int)whole);
        return parsed && (shape.Wide || whole == (int)value);
    }

    /// <summary>A number as YAML writes it; not-a-number and infinities only as <c>.nan</c> and <c>.inf</c>.</summary>
    private static bool Parses(string text, out double value)
    {
        value = text switch
        {
            ".nan" => double.NaN,
            ".inf" => double.PositiveInfinity,
            "-.inf" => double.NegativeInfinity,
            _ => 0,
        };
        return value != 0
            || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));
    }

    private static string Expected(Shape shape) => shape switch
    {
        TextShape => "text",
        FlagShape => "true or false",
        WholeShape { Bounds: { } bounds } => $"a whole number {bounds.InWords()}",
        WholeShape => "a whole number",
        NumberShape { Bounds: { } bounds } => $"a number {bounds.InWords()}",
        NumberShape => "a number",
        WordShape words => $"one of {string.Join(", ", words.Words.Select(word => word.Word))}",
        ListShape => "a list",
        RecordShape record => $"the keys {string.Join(", ", record.Fields.Select(field => field.Key))}",
        ChoiceShape => "a name, or keys that begin with 'name'",
        _ => throw new UnreachableException(),
    };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
