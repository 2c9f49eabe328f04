using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Visalign.Records;

/// <summary>Tells in JSON Schema (draft 2020-12) what a file may hold.</summary>
internal sealed class RecordSchema(DocumentationFile documentation)
{
    /// <summary>The schema of a record.</summary>
    /// <param name="basis">The record whose values are the defaults; null for the type's own.</param>
    public JsonObject Record(RecordShape shape, object? basis)
    {
        object defaults = basis ?? Activator.CreateInstance(shape.Type)!;
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in shape.Fields)
        {
            bool mandatory = field.Required && basis is null;
            properties[field.Key] = Property(field, mandatory ? null : field.Property.GetValue(defaults), mandatory);
            if (mandatory)
            {
                required.Add(field.Key);
            }
        }

        var schema = new JsonObject { ["type"] = "object" };
        AddDescription(schema, documentation.Summary(shape.Type));
        schema["properties"] = properties;
        schema["required"] = required;
        schema["additionalProperties"] = false;
        return schema;
    }

    private JsonObject Property(Field field, object? value, bool mandatory)
    {
        var schema = Value(field.Shape, value);
        if (field.Nullable)
        {
            schema = new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        }

        if (documentation.Summary(field.Property) is { } summary)
        {
            schema["description"] = summary;
        }

        if (!mandatory && field.Shape is not RecordShape)
        {
            schema["default"] = value is null ? null : Json(RecordWriter.Node(field.Shape, value));
        }

        return schema;
    }

    private JsonObject Value(Shape shape, object? basis) => shape switch
    {
        TextShape => new JsonObject { ["type"] = "string" },
        FlagShape => new JsonObject { ["type"] = "boolean" },
        WholeShape whole => Bounded("integer", whole.Bounds),
        NumberShape number => Bounded("number", number.Bounds),
        WordShape words => new JsonObject { ["enum"] = new JsonArray([.. words.Words.Select(word => (JsonNode)word.Word)]) },
        ListShape list => new JsonObject { ["type"] = "array", ["items"] = Value(list.Element, basis: null) },
        RecordShape record => Record(record, basis),
        ChoiceShape choice => Choice(choice),
        _ => throw new UnreachableException(),
    };

    /// <summary>A bare name where a record has nothing it must be told, or keys that begin with the name.</summary>
    private JsonObject Choice(ChoiceShape choice)
    {
        var bare = choice.Choices.Where(one => !one.Record.Fields.Any(field => field.Required)).Select(one => (JsonNode)one.Name);
        var alternatives = new JsonArray(new JsonObject { ["enum"] = new JsonArray([.. bare]) });
        foreach (var (name, record) in choice.Choices)
        {
            var schema = Record(record, basis: null);
            schema["properties"]!.AsObject().Insert(0, ChoiceShape.NameKey, new JsonObject { ["const"] = name });
            schema["required"]!.AsArray().Insert(0, ChoiceShape.NameKey);
            alternatives.Add(schema);
        }

        return new JsonObject { ["oneOf"] = alternatives };
    }

    private static JsonObject Bounded(string type, Bounds? bounds)
    {
        var schema = new JsonObject { ["type"] = type };
        if (bounds is { HasLow: true })
        {
            schema[bounds.LowExcluded ? "exclusiveMinimum" : "minimum"] = bounds.Low;
        }

        if (bounds is { HasHigh: true })
        {
            schema[bounds.HighExcluded ? "exclusiveMaximum" : "maximum"] = bounds.High;
        }

        return schema;
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlScalar { IsNull: true } => null,
        YamlScalar scalar => scalar.Quoted || !IsJson(scalar.Text) ? JsonValue.Create(scalar.Text) : JsonNode.Parse(scalar.Text),
        YamlList list => new JsonArray([.. list.Items.Select(Json)]),
        YamlMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value)))),
        _ => throw new UnreachableException(),
    };

    private static bool IsJson(string plain) => plain is "true" or "false" || char.IsAsciiDigit(plain[^1]) && (char.IsAsciiDigit(plain[0]) || plain[0] == '-');

    private static void AddDescription(JsonObject schema, string? summary)
    {
        if (summary is not null)
        {
            schema["description"] = summary;
        }
    }
}
