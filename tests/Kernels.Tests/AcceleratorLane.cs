using ConservativeAD.Kernels.Elementwise;
using ILGPU;

namespace ConservativeAD.Kernels.Tests;

/// <summary>A lane for ILGPU: one float per GPU thread. Public, since ILGPU compiles into an assembly of its own.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1815", Justification = "Lanes are not compared as a whole.")]
public readonly struct AcceleratorLane(float value) : ILane<AcceleratorLane>
{
    public readonly float Value = value;

    public static AcceleratorLane operator +(AcceleratorLane a, AcceleratorLane b) => new(a.Value + b.Value);

    public static AcceleratorLane operator -(AcceleratorLane a, AcceleratorLane b) => new(a.Value - b.Value);

    public static AcceleratorLane operator *(AcceleratorLane a, AcceleratorLane b) => new(a.Value * b.Value);

    public static AcceleratorLane operator /(AcceleratorLane a, AcceleratorLane b) => new(a.Value / b.Value);

    public static AcceleratorLane operator -(AcceleratorLane a) => new(-a.Value);

    public static AcceleratorLane Constant(double value) => new((float)value);

    public static AcceleratorLane IfGreater(AcceleratorLane a, AcceleratorLane b, AcceleratorLane then, AcceleratorLane otherwise) => a.Value > b.Value ? then : otherwise;

    public static AcceleratorLane IfEqual(AcceleratorLane a, AcceleratorLane b, AcceleratorLane then, AcceleratorLane otherwise) => a.Value == b.Value ? then : otherwise;

    public static AcceleratorLane Max(AcceleratorLane a, AcceleratorLane b) => new(IntrinsicMath.Max(a.Value, b.Value));

    public static AcceleratorLane Min(AcceleratorLane a, AcceleratorLane b) => new(IntrinsicMath.Min(a.Value, b.Value));

    public static AcceleratorLane MultiplyAdd(AcceleratorLane a, AcceleratorLane b, AcceleratorLane c) => new((a.Value * b.Value) + c.Value);

    public static AcceleratorLane Abs(AcceleratorLane a) => new(IntrinsicMath.Abs(a.Value));

    public static AcceleratorLane Sqrt(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Sqrt(a.Value));

    public static AcceleratorLane Floor(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Floor(a.Value));

    public static AcceleratorLane Exp(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Exp(a.Value));

    public static AcceleratorLane Log(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Log(a.Value));

    public static AcceleratorLane Sin(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Sin(a.Value));

    public static AcceleratorLane Cos(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Cos(a.Value));

    public static AcceleratorLane Tan(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Tan(a.Value));

    public static AcceleratorLane Asin(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Asin(a.Value));

    public static AcceleratorLane Acos(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Acos(a.Value));

    public static AcceleratorLane Atan(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Atan(a.Value));

    public static AcceleratorLane Sinh(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Sinh(a.Value));

    public static AcceleratorLane Cosh(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Cosh(a.Value));

    public static AcceleratorLane Tanh(AcceleratorLane a) => new(IntrinsicMath.CPUOnly.Tanh(a.Value));

    public static AcceleratorLane Pow(AcceleratorLane a, AcceleratorLane b) => new(IntrinsicMath.CPUOnly.Pow(a.Value, b.Value));
}
