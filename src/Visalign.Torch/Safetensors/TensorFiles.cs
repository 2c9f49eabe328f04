namespace Visalign.Torch.Safetensors;

/// <summary>Tensors out of and into safetensors files.</summary>
public static class TensorFiles
{
    /// <summary>Every tensor of a file or of a network's folder of shards, in ordinal order of the names.</summary>
    /// <remarks>
    /// Nothing is read before it is touched: where type and alignment allow, a tensor lies over the mapped file itself and
    /// keeps the mapping alive. Writing into it changes this process's copy only, never the file. Formats libtorch lacks
    /// are widened: 8-bit floats to float32, unsigned integers to the next signed one.
    /// </remarks>
    /// <param name="path">A .safetensors file, an index, or a folder, as <see cref="SafetensorsFolder.Open"/> takes them.</param>
    /// <param name="dtype">Converts floating-point tensors to this type; others keep theirs. Null converts nothing.</param>
    /// <returns>Tensors of the open scope.</returns>
    /// <exception cref="InputException">Nothing there, malformed, or of a format that no tensor can hold.</exception>
    public static List<(string Name, Tensor Value)> LoadAll(string path, DType? dtype = null)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        using var folder = SafetensorsFolder.Open(path);
        List<(string Name, Tensor Value)> tensors = [];
        foreach (string name in folder.Names.Order(StringComparer.Ordinal))
        {
            var tensor = Read(folder.FileOf(name), name);
            bool convert = dtype is { } wanted && IsFloat(tensor.DType) && tensor.DType != wanted;
            tensors.Add((name, scope.Keep(convert ? tensor.To(dtype!.Value) : tensor)));
            if (convert) tensor.Dispose();
        }
        return tensors;
    }

    /// <summary>Writes a file atomically: the path holds the old file or the whole new one.</summary>
    /// <param name="tensors">Unique names; any layout and device.</param>
    /// <param name="metadata">Free text by key; null for none.</param>
    /// <param name="storedType">Stores floating-point tensors in this format (float16, bfloat16, float32 or float64), rounding to nearest; null keeps each tensor's own.</param>
    /// <exception cref="ArgumentException">Two tensors share a name, or no tensor converts to <paramref name="storedType"/>.</exception>
    public static void Save(
        string path, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null, StoredType? storedType = null)
    {
        using var scope = Tensor.Scope();
        using var noGradient = Autograd.NoGrad();
        DType? dtype = storedType is { } stored
            ? TypeOf(stored) is { } known && IsFloat(known) ? known : throw new ArgumentException($"Floating-point tensors cannot be stored as {stored.FormatName()}; choose F16, BF16, F32 or F64.")
            : null;
        Dictionary<string, StoredArray> arrays = [];
        foreach (var (name, value) in tensors)
        {
            var plain = value.Detach().To(Device.Cpu);
            plain = (dtype is { } wanted && IsFloat(plain.DType) ? plain.To(wanted) : plain).Contiguous();
            var array = StoredArray.OfMemory(StoredTypeOf(plain.DType), plain.Address, plain.Count * Tensor.ElementSize(plain.DType), plain.Shape.ToArray());
            if (!arrays.TryAdd(name, array)) throw new ArgumentException($"Two tensors are named '{name}'; a file holds each name once.");
        }
        SafetensorsWriter.Save(path, arrays, metadata);
    }

    private static Tensor Read(SafetensorsFile file, string name)
    {
        var entry = file.Entry(name);
        if (TypeOf(entry.Type) is not { } dtype) return Widened(file, entry);
        long[] shape = [.. entry.Shape];
        if (entry.ByteCount == 0) return Tensor.Empty(shape, dtype);
        var bytes = file.Pin(name);
        unsafe
        {
            var over = Tensor.Over((void*)bytes.Address, shape, dtype, bytes);
            return bytes.Address % Tensor.ElementSize(dtype) == 0 ? over : over.Clone();
        }
    }

    private static Tensor Widened(SafetensorsFile file, SafetensorsEntry entry)
    {
        long[] shape = [.. entry.Shape];
        switch (entry.Type)
        {
            case StoredType.UInt16 or StoredType.UInt32 or StoredType.UInt64:
                var whole = Tensor.From(StoredNumbers.ToIntegers(entry.Type, file.Bytes(entry.Name)), shape);
                return entry.Type == StoredType.UInt16 ? whole.To(DType.Int32) : whole;
            case StoredType.Float4 or StoredType.Float6E2M3 or StoredType.Float6E3M2:
                throw new InputException($"{file.Path}: tensor '{entry.Name}' holds {entry.Type.FormatName()} numbers, which no tensor can hold; store it as F16 or F32.");
            default:
                return Tensor.From(StoredNumbers.ToSingles(entry.Type, file.Bytes(entry.Name)), shape);
        }
    }

    private static bool IsFloat(DType dtype) => dtype is DType.Float16 or DType.BFloat16 or DType.Float32 or DType.Float64;

    private static DType? TypeOf(StoredType type) => type switch
    {
        StoredType.Bool => DType.Bool,
        StoredType.UInt8 => DType.UInt8,
        StoredType.Int8 => DType.Int8,
        StoredType.Int16 => DType.Int16,
        StoredType.Int32 => DType.Int32,
        StoredType.Int64 => DType.Int64,
        StoredType.Float16 => DType.Float16,
        StoredType.BFloat16 => DType.BFloat16,
        StoredType.Float32 => DType.Float32,
        StoredType.Float64 => DType.Float64,
        StoredType.Complex64 => DType.Complex64,
        _ => null,
    };

    private static StoredType StoredTypeOf(DType dtype) =>
        Enum.GetValues<StoredType>().First(type => TypeOf(type) == dtype);
}
