using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>The sums of the first one, two, three … elements along an axis.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="axis">The axis, from 0.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct CumulativeSum<T>(int axis) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int axis = axis;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("cumulative sum", TameClass.Polynomial) { Curvature = Curvature.Affine, Monotonicity = Monotonicity.Increasing };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.ContiguousInput(0), y = recording.Rent(x.Shape);
        recording.Device.CumulativeSum(x, axis, false, y);
        return y;
    }

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        // The transpose: every element is in its own sum and in all that follow.
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.CumulativeSum(context.Cotangent, axis, true, target, accumulate);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear.
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context)
    {
        NDArray<T> dx = context.ContiguousTangent(0, out NDArray<T> copy);
        context.Device.CumulativeSum(dx, axis, false, context.OutputTangent);
        context.ReturnCopy(copy);
    }

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context) => default;
}

/// <content>Cumulative sums.</content>
public static partial class Operations
{
    /// <summary>The sums of the first one, two, three … elements along an axis: y[…, j, …] = Σ x[…, l, …] over l ≤ j.</summary>
    /// <typeparam name="T">The element type; Half is summed in float and every sum rounded once.</typeparam>
    /// <param name="x">The argument, of at least one axis.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <returns>A value of the argument's shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
    public static Var<T> CumulativeSum<T>(this Var<T> x, int axis = -1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new CumulativeSum<T>(x.Shape.Axis(axis)));
}
