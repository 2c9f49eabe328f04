using Visalign.Torch.Native;

namespace Visalign.Torch;

#pragma warning disable CA2225 // Named alternates of the operators are libtorch's own names, where a caller needs them.

public sealed partial class Tensor
{
    /// <summary>Elementwise sum.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => Operators.Add.Call(a, b);
    /// <summary>Sum with a number.</summary>
    public static Tensor operator +(Tensor a, double b) => Operators.AddScalar.Call(a, b);
    /// <summary>Sum with a number.</summary>
    public static Tensor operator +(double a, Tensor b) => Operators.AddScalar.Call(b, a);
    /// <summary>Elementwise difference.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => Operators.Sub.Call(a, b);
    /// <summary>Difference with a number.</summary>
    public static Tensor operator -(Tensor a, double b) => Operators.SubScalar.Call(a, b);
    /// <summary>A number less each element.</summary>
    public static Tensor operator -(double a, Tensor b) => Operators.RSubScalar.Call(b, a);
    /// <summary>Elementwise product.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Operators.Mul.Call(a, b);
    /// <summary>Product with a number.</summary>
    public static Tensor operator *(Tensor a, double b) => Operators.MulScalar.Call(a, b);
    /// <summary>Product with a number.</summary>
    public static Tensor operator *(double a, Tensor b) => Operators.MulScalar.Call(b, a);
    /// <summary>Elementwise quotient.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => Operators.Div.Call(a, b);
    /// <summary>Quotient with a number.</summary>
    public static Tensor operator /(Tensor a, double b) => Operators.DivScalar.Call(a, b);
    /// <summary>Sign changed.</summary>
    public static Tensor operator -(Tensor a) => Operators.Neg.Call(a);

    /// <summary><c>this + scale · other</c>.</summary>
    public Tensor AddScaled(Tensor other, double scale) => Operators.Add.Call(this, other, scale);
    /// <summary><c>this + a · b</c>.</summary>
    public Tensor AddProduct(Tensor a, Tensor b) => Operators.AddCMul.Call(this, a, b);
    /// <summary><c>this + weight · (end - this)</c>.</summary>
    public Tensor Lerp(Tensor end, double weight) => Operators.Lerp.Call(this, end, weight);
    /// <summary><c>this + weight · (end - this)</c>, a weight for each element or broadcast.</summary>
    public Tensor Lerp(Tensor end, Tensor weight) => Operators.LerpTensor.Call(this, end, weight);
    /// <summary>Absolute values.</summary>
    public Tensor Abs() => Operators.Abs.Call(this);
    /// <summary>Signs: -1, 0 or 1.</summary>
    public Tensor Sign() => Operators.Sign.Call(this);
    /// <summary>e to the power of each element.</summary>
    public Tensor Exp() => Operators.Exp.Call(this);
    /// <summary>Natural logarithm.</summary>
    public Tensor Log() => Operators.Log.Call(this);
    /// <summary>Square root.</summary>
    public Tensor Sqrt() => Operators.Sqrt.Call(this);
    /// <summary>One over the square root.</summary>
    public Tensor Rsqrt() => Operators.Rsqrt.Call(this);
    /// <summary>Square.</summary>
    public Tensor Square() => Operators.Square.Call(this);
    /// <summary>Power with a number.</summary>
    public Tensor Pow(double exponent) => Operators.PowScalar.Call(this, exponent);
    /// <summary>One over each element.</summary>
    public Tensor Reciprocal() => Operators.Reciprocal.Call(this);
    /// <summary>Sine.</summary>
    public Tensor Sin() => Operators.Sin.Call(this);
    /// <summary>Cosine.</summary>
    public Tensor Cos() => Operators.Cos.Call(this);
    /// <summary>Hyperbolic tangent.</summary>
    public Tensor Tanh() => Operators.Tanh.Call(this);
    /// <summary>Nearest whole number, halves to even.</summary>
    public Tensor Round() => Operators.Round.Call(this);
    /// <summary>Values held inside bounds; null leaves a side open.</summary>
    public Tensor Clamp(double? low = null, double? high = null) => Operators.Clamp.Call(this, low is { } l ? l : Value.None, high is { } h ? h : Value.None);
    /// <summary>The larger of two, elementwise.</summary>
    public static Tensor Max(Tensor a, Tensor b) => Operators.Maximum.Call(a, b);
    /// <summary>The smaller of two, elementwise.</summary>
    public static Tensor Min(Tensor a, Tensor b) => Operators.Minimum.Call(a, b);
    /// <summary><paramref name="a"/> where the condition holds, else <paramref name="b"/>.</summary>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b) => Operators.Where.Call(condition, a, b);
    /// <summary>Truth values of <c>this &gt; bound</c>.</summary>
    public Tensor Greater(double bound) => Operators.GreaterScalar.Call(this, bound);
    /// <summary>Truth values of <c>this &lt; bound</c>.</summary>
    public Tensor Less(double bound) => Operators.LessScalar.Call(this, bound);
    /// <summary>Truth values of <c>this = value</c>.</summary>
    public Tensor EqualTo(double value) => Operators.EqualScalar.Call(this, value);
    /// <summary>Whether shape and every element agree.</summary>
    public bool SameAs(Tensor other) => Operators.Equal.CallNumber(this, other) != 0;
    /// <summary>Whether no element is infinite or NaN; waits for the device.</summary>
    public bool AllFinite()
    {
        using var scope = Scope();
        return Operators.All.Call(Operators.IsFinite.Call(this)).Item() != 0;
    }
    /// <summary>Adds <c>scale · other</c> into this tensor's memory.</summary>
    public void AddInPlace(Tensor other, double scale = 1) => Operators.AddInPlace.CallVoid(this, other, scale);
    /// <summary>Multiplies this tensor's memory by a number.</summary>
    public void MulInPlace(double factor) => Operators.MulScalarInPlace.CallVoid(this, factor);
    /// <summary>Moves this tensor's memory toward <paramref name="end"/>.</summary>
    public void LerpInPlace(Tensor end, double weight) => Operators.LerpInPlace.CallVoid(this, end, weight);
}
