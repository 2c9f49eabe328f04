using System.Text.Json;

namespace Visalign.Torch.Safetensors;

/// <summary>Reads the header's description of one tensor: <c>{"dtype":…,"shape":[…],"data_offsets":[…,…]}</c>.</summary>
/// <param name="Shape">Dimensions as they stand in the file, not yet checked against the range.</param>
/// <param name="Begin">First byte, from the start of the data.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record TensorDescription(StoredType Type, ulong[] Shape, ulong Begin, ulong End)
{
    /// <summary>Reads the value the reader stands on.</summary>
    /// <exception cref="FormatException">The description breaks a rule of the format.</exception>
    public static TensorDescription Read(ref Utf8JsonReader json, string name)
    {
        Demand(json.TokenType == JsonTokenType.StartObject, name, "must be described by an object");
        StoredType? type = null;
        ulong[]? shape = null;
        ulong[]? offsets = null;
        while (SafetensorsHeader.NextProperty(ref json, out string field))
        {
            switch (field)
            {
                case "dtype":
                    Demand(type is null, name, "has 'dtype' twice");
                    type = ReadType(ref json, name);
                    break;
                case "shape":
                    Demand(shape is null, name, "has 'shape' twice");
                    shape = ReadNumbers(ref json, name, field);
                    break;
                case "data_offsets":
                    Demand(offsets is null, name, "has 'data_offsets' twice");
                    offsets = ReadNumbers(ref json, name, field);
                    Demand(offsets.Length == 2, name, $"has {offsets.Length} data_offsets; two are expected: begin and end");
                    break;
                default:
                    SkipUnknown(ref json);
                    break;
            }
        }
        Demand(type is not null, name, "has no 'dtype'");
        Demand(shape is not null, name, "has no 'shape'");
        Demand(offsets is not null, name, "has no 'data_offsets'");
        return new(type!.Value, shape!, offsets![0], offsets[1]);
    }

    /// <summary>The entry, once shape and range are known to fit each other.</summary>
    /// <param name="start">Where the data begins, in bytes from the start of the file.</param>
    /// <exception cref="FormatException">They do not fit.</exception>
    public SafetensorsEntry ToEntry(string name, long start)
    {
        string shape = string.Join(", ", Shape);
        ulong bits;
        try
        {
            bits = checked(Shape.Aggregate(1UL, (product, size) => checked(product * size)) * (ulong)Type.Bits());
        }
        catch (OverflowException)
        {
            throw new FormatException($"tensor '{name}' claims the shape [{shape}], which is larger than 64 bits can count");
        }
        Demand(Begin <= End, name, $"ends at byte {End} before it begins at {Begin}");
        Demand(bits % 8 == 0, name, $"of type {Type.FormatName()} and shape [{shape}] does not fill whole bytes");
        Demand(End - Begin == bits / 8, name,
            $"of type {Type.FormatName()} and shape [{shape}] needs {bits / 8} bytes but its data_offsets span {End - Begin}");
        Demand(End <= long.MaxValue - (ulong)start && Shape.All(size => size <= long.MaxValue), name, "is larger than any file can be");
        return new(name, Type, Array.ConvertAll(Shape, size => (long)size), start + (long)Begin, (long)(End - Begin));
    }

    private static StoredType ReadType(ref Utf8JsonReader json, string name)
    {
        Demand(json.TokenType == JsonTokenType.String, name, "must have a string as its 'dtype'");
        string text = json.GetString()!;
        Demand(StoredTypes.TryParse(text, out var type), name,
            $"has the unknown dtype '{text}'; the format knows {string.Join(", ", StoredTypes.Names)}");
        return type;
    }

    private static ulong[] ReadNumbers(ref Utf8JsonReader json, string name, string field)
    {
        string rule = $"must have an array of whole numbers >= 0 below 2^64 as its '{field}'";
        Demand(json.TokenType == JsonTokenType.StartArray, name, rule);
        var numbers = new List<ulong>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Demand(json.TokenType == JsonTokenType.Number, name, rule);
            // Digits only: 6.0, 6e0 and -0 are numbers of JSON but no whole numbers of this format.
            Demand(json.ValueSpan.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && json.TryGetUInt64(out _), name, rule);
            numbers.Add(json.GetUInt64());
        }
        return [.. numbers];
    }

    private static void SkipUnknown(ref Utf8JsonReader json)
    {
        int depth = json.CurrentDepth;
        ReadText(ref json);
        while (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || json.CurrentDepth > depth)
        {
            json.Read();
            ReadText(ref json);
        }
    }

    // Only decoding a string finds half of a surrogate pair in it.
    private static void ReadText(ref Utf8JsonReader json)
    {
        if (json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            _ = json.GetString();
    }

    private static void Demand(bool holds, string name, string rule)
    {
        if (!holds)
            throw new FormatException($"tensor '{name}' {rule}");
    }
}
