using System.Reflection;

namespace Visalign.Records;

/// <summary>What a place in a file may hold, read once from the option records.</summary>
internal abstract record Shape;

/// <summary>Any text.</summary>
internal sealed record TextShape : Shape;

/// <summary>True or false.</summary>
internal sealed record FlagShape : Shape;

/// <summary>A whole number, of 32 or 64 bits.</summary>
internal sealed record WholeShape(bool Wide, Bounds? Bounds) : Shape;

/// <summary>A real number.</summary>
internal sealed record NumberShape(Bounds? Bounds) : Shape;

/// <summary>One of a few words, in kebab-case: the values of an enum, or of a type whose words <see cref="RecordTypes"/> knows.</summary>
internal sealed record WordShape(IReadOnlyList<(string Word, object Value)> Words) : Shape;

/// <summary>Any count of items of one shape.</summary>
internal sealed record ListShape(Type ElementType, Shape Element) : Shape;

/// <summary>The options of one record.</summary>
/// <param name="NameProperty">Where a chosen name is kept, for records that serve several names.</param>
internal sealed record RecordShape(Type Type, IReadOnlyList<Field> Fields, PropertyInfo? NameProperty) : Shape
{
    /// <summary>The field of a key, or null.</summary>
    public Field? Find(string key) => Fields.FirstOrDefault(field => field.Key == key);
}

/// <summary>A record picked by its <c>name</c>.</summary>
internal sealed record ChoiceShape(IReadOnlyList<(string Name, RecordShape Record)> Choices) : Shape
{
    /// <summary>The key that picks.</summary>
    public const string NameKey = "name";

    /// <summary>The names to pick from.</summary>
    public IReadOnlyList<string> Names => [.. Choices.Select(choice => choice.Name)];

    /// <summary>The record behind a name, or null.</summary>
    public RecordShape? Find(string name) => Choices.FirstOrDefault(choice => choice.Name == name).Record;

    /// <summary>The name of a record's value.</summary>
    /// <exception cref="ArgumentException">Its type was never registered, or not under that name.</exception>
    public string NameOf(object value)
    {
        var own = Choices.Where(choice => choice.Record.Type == value.GetType()).ToList();
        string? name = own.Count > 0 && own[0].Record.NameProperty is { } property
            ? (string?)property.GetValue(value)
            : own.FirstOrDefault().Name;

        return own.Exists(choice => choice.Name == name)
            ? name!
            : throw new ArgumentException($"{value.GetType()} is not registered under the name '{name}'.", nameof(value));
    }
}

/// <summary>One option of a record.</summary>
/// <param name="Key">As written in files: snake_case.</param>
/// <param name="Required">Whether the record has no default for it.</param>
/// <param name="Nullable">Whether <c>null</c> may be written.</param>
/// <param name="Only">What another option must be for this one to mean something; null for always.</param>
internal sealed record Field(string Key, PropertyInfo Property, Shape Shape, bool Required, bool Nullable, OnlyWithAttribute? Only)
{
    /// <summary>Whether it means something in a record.</summary>
    public bool AppliesTo(object record) => Only is null || Only.Value.Equals(Property.DeclaringType!.GetProperty(Only.Option)!.GetValue(record));
}
