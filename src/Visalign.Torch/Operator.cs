using System.Runtime.InteropServices;
using Visalign.Torch.Engines;
using Visalign.Torch.Native;

namespace Visalign.Torch;

/// <summary>One ATen operator, resolved on its first call and reached through libtorch's dispatcher.</summary>
internal sealed unsafe class Operator
{
    private static readonly List<Operator> Declared = [];
    private const int MostResults = 1024;

    private nint _native;

    /// <summary>Declares an operator by the part of its schema that the C# side relies on.</summary>
    /// <param name="signature">As libtorch prints it, up to the last argument ever passed: <c>aten::add.Tensor(Tensor self, Tensor other)</c>.</param>
    /// <param name="since">The first libtorch that has it, where that is later than the oldest one supported; its callers ask <see cref="Exists"/>.</param>
    /// <param name="results">How many tensors it returns; a list counts as one.</param>
    internal Operator(string signature, string since = Libtorch.Oldest, int results = 1)
    {
        Signature = signature;
        ResultCount = results;
        Since = Version.Parse(since);
        int open = signature.IndexOf('(', StringComparison.Ordinal);
        string full = signature[..open];
        int dot = full.IndexOf('.', StringComparison.Ordinal);
        (Name, Overload) = dot < 0 ? (full, "") : (full[..dot], full[(dot + 1)..]);
        lock (Declared) Declared.Add(this);
    }

    internal string Signature { get; }
    internal string Name { get; }
    internal string Overload { get; }
    internal Version Since { get; }
    internal int ResultCount { get; }

    /// <summary>Every operator that typed methods are built on.</summary>
    internal static IReadOnlyList<Operator> All
    {
        get
        {
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Operators).TypeHandle);
            lock (Declared) return [.. Declared];
        }
    }

    /// <summary>Whether it is libtorch's and not one of the bridge's own kernels.</summary>
    internal bool IsLibtorchs => Name.StartsWith("aten::", StringComparison.Ordinal);

    /// <summary>Whether this libtorch has the operator.</summary>
    internal bool Exists => Resolve() != 0;

    /// <summary>Calls the operator and returns its only tensor.</summary>
    internal Tensor Call(params ReadOnlySpan<Value> arguments)
    {
        Value result;
        int count = Invoke(arguments, &result, 1);
        if (count != 1 || !result.IsTensor) throw new TorchException($"{Name}.{Overload} returned no tensor.");
        return new Tensor((nint)result.Bits);
    }

    /// <summary>Calls an operator that returns numbers or truth values; the first as a double.</summary>
    internal double CallNumber(params ReadOnlySpan<Value> arguments)
    {
        Value result;
        Invoke(arguments, &result, 1);
        return result.AsDouble;
    }

    /// <summary>Calls an operator that returns nothing, or whose results are not wanted.</summary>
    internal void CallVoid(params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc Value[4];
        int count = Invoke(arguments, results, 4);
        for (int i = 0; i < count; i++)
            if (results[i].IsTensor) Bridge.va_release((nint)results[i].Bits);
    }

    /// <summary>Calls the operator and returns all its tensors; lists are flattened.</summary>
    internal Tensor[] CallMany(params ReadOnlySpan<Value> arguments)
    {
        var results = stackalloc Value[MostResults];
        int count = Invoke(arguments, results, MostResults);
        var tensors = new Tensor[count];
        for (int i = 0; i < count; i++) tensors[i] = results[i].IsTensor ? new Tensor((nint)results[i].Bits) : throw new TorchException($"{Name}.{Overload} returned something else than tensors.");
        return tensors;
    }

    private int Invoke(ReadOnlySpan<Value> arguments, Value* results, int capacity)
    {
        nint native = _native != 0 ? _native : Resolve();
        if (native == 0) throw new TorchException($"This libtorch ({Engine.Current.Libtorch.Version}) has no operator {Name}.{Overload}.");
        int count;
        fixed (Value* start = arguments) Bridge.Check(Bridge.va_call(native, start, arguments.Length, results, capacity, out count));
        return count;
    }

    private nint Resolve()
    {
        if (_native != 0) return _native;
        Engine.Start();
        Bridge.Check(Bridge.va_operator(Name, Overload, out _native, null, 0));
        return _native;
    }
}
