using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Visalign.Records;

/// <summary>Reads the shapes of option records from their types.</summary>
internal sealed class ShapeReader(RecordTypes types)
{
    private readonly NullabilityInfoContext _nullability = new();
    private readonly Stack<Type> _open = [];

    /// <summary>The shape of a record and everything inside it.</summary>
    /// <exception cref="ArgumentException">A property has a type that no file can hold, or a record contains itself.</exception>
    public RecordShape Record(Type type, bool named = false)
    {
        if (!type.IsSealed || type.GetConstructor(Type.EmptyTypes) is null)
        {
            throw new ArgumentException($"{type} is not a sealed record with init-only properties.", nameof(type));
        }

        if (_open.Contains(type))
        {
            throw new ArgumentException($"{type} contains itself.", nameof(type));
        }

        _open.Push(type);
        var fields = type.GetProperties().Where(property => property.CanWrite).Select(Field).ToList();
        _open.Pop();

        var name = named ? fields.Find(field => field.Key == ChoiceShape.NameKey) : null;
        return new RecordShape(type, [.. fields.Where(field => field != name)], name?.Property);
    }

    private Field Field(PropertyInfo property)
    {
        var bare = Nullable.GetUnderlyingType(property.PropertyType);

        return new Field(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name),
            property,
            Of(bare ?? property.PropertyType, property),
            Required: property.IsDefined(typeof(RequiredMemberAttribute)),
            Nullable: bare is not null || _nullability.Create(property).WriteState == NullabilityState.Nullable,
            property.GetCustomAttribute<OnlyWithAttribute>());
    }

    private Shape Of(Type type, PropertyInfo property)
    {
        if (types.For(type) is { } records)
        {
            return new ChoiceShape([.. records.Select(record => (record.Name, Record(record.Record, named: true)))]);
        }

        if (types.WordsFor(type) is { } words)
        {
            return new WordShape(words);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueList<>))
        {
            var element = type.GetGenericArguments()[0];
            return new ListShape(element, Of(element, property));
        }

        if (type.IsEnum)
        {
            return new WordShape([.. Enum.GetValues(type).Cast<object>()
                .Select(value => (JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()!), value))]);
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => new TextShape(),
            TypeCode.Boolean => new FlagShape(),
            TypeCode.Int32 => new WholeShape(Wide: false, Bounds.Of(property)),
            TypeCode.Int64 => new WholeShape(Wide: true, Bounds.Of(property)),
            TypeCode.Double => new NumberShape(Bounds.Of(property)),
            TypeCode.Object when type.IsClass => Record(type),
            _ => throw new ArgumentException($"{property.DeclaringType}.{property.Name}: no file can hold a {type}. Is its name registered?", nameof(type)),
        };
    }
}
