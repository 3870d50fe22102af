using System.Numerics;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Ilgpu;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Accuracy;

/// <summary>The arithmetic of formulas.</summary>
internal enum Arithmetic
{
    /// <summary>Vectors of float.</summary>
    Single,

    /// <summary>Vectors of double.</summary>
    Double,

    /// <summary>Single numbers in double, as on a scalar tape.</summary>
    Number,

    /// <summary>Half, computed in float vectors and rounded once.</summary>
    Half,

    /// <summary>Floats of a GPU thread.</summary>
    GpuSingle,

    /// <summary>Doubles of a GPU thread.</summary>
    GpuDouble,
}

/// <summary>A rule that is evaluated on any kind of lane.</summary>
internal interface IMeasuredRule
{
    /// <summary>The rule's type.</summary>
    Type Type { get; }

    /// <summary>Values and slopes at many arguments that are exact in the arithmetic's type.</summary>
    void Evaluate(Arithmetic arithmetic, ReadOnlySpan<double> x, Span<double> values, Span<double> slopes);

    /// <summary>Whether the rule has a kink at x.</summary>
    bool IsKink(double x);
}

/// <summary>A rule of one argument.</summary>
internal sealed class MeasuredRule<TRule>(TRule rule) : IMeasuredRule
    where TRule : struct, IUnaryRule<TRule>
{
    private readonly TRule rule = TRule.Select(rule, Selections.PyTorch);

    public Type Type => typeof(TRule);

    public bool IsKink(double x) => TRule.Kink(rule, new ScalarLane<double>(x)).Value != 0;

    public void Evaluate(Arithmetic arithmetic, ReadOnlySpan<double> x, Span<double> values, Span<double> slopes)
    {
        switch (arithmetic)
        {
            case Arithmetic.Single:
                Vectors<float>(x, values, slopes);
                break;
            case Arithmetic.Double:
                Vectors<double>(x, values, slopes);
                break;
            case Arithmetic.Half:
                Vectors<float>(x, values, slopes);
                for (int i = 0; i < x.Length; i++)
                    (values[i], slopes[i]) = ((double)(Half)(float)values[i], (double)(Half)(float)slopes[i]);
                break;
            default:
                for (int i = 0; i < x.Length; i++)
                    (values[i], slopes[i]) = One(arithmetic, x[i]);
                break;
        }
    }

    private (double Value, double Slope) One(Arithmetic arithmetic, double x)
    {
        if (arithmetic == Arithmetic.Number)
        {
            (ScalarLane<double> value, ScalarLane<double> slope) = Both(new ScalarLane<double>(x));
            return (value.Value, slope.Value);
        }

        if (arithmetic == Arithmetic.GpuSingle)
        {
            (SingleLane value, SingleLane slope) = Both(new SingleLane((float)x));
            return (value.Value, slope.Value);
        }

        (DoubleLane wide, DoubleLane wideSlope) = Both(new DoubleLane(x));
        return (wide.Value, wideSlope.Value);
    }

    private void Vectors<U>(ReadOnlySpan<double> x, Span<double> values, Span<double> slopes)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        U[] lanes = new U[Vector<U>.Count];
        for (int start = 0; start < x.Length; start += lanes.Length)
        {
            int count = Math.Min(lanes.Length, x.Length - start);
            for (int i = 0; i < lanes.Length; i++)
                lanes[i] = U.CreateTruncating(x[start + Math.Min(i, count - 1)]);
            (VectorLane<U> value, VectorLane<U> slope) = Both(new VectorLane<U>(new Vector<U>(lanes)));
            for (int i = 0; i < count; i++)
            {
                values[start + i] = double.CreateTruncating(value.Value[i]);
                slopes[start + i] = double.CreateTruncating(slope.Value[i]);
            }
        }
    }

    private (L Value, L Slope) Both<L>(L x)
        where L : struct, ILane<L>
    {
        L value = rule.Value(x);
        return (value, rule.Slope(x, value));
    }
}
