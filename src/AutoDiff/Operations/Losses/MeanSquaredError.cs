using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD;

/// <summary>(x − y)², with its mean or sum.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="reduction">How the squares become one value.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public struct MeanSquaredError<T>(LossReduction reduction) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LossReduction reduction = reduction;
    private NDArray<T> residual;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("mean squared error", TameClass.Polynomial) { Curvature = Curvature.Convex };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0), y = recording.Input(1);
        if (x.Shape != y.Shape)
            throw new ArgumentException($"mean squared error: shapes {x.Shape} and {y.Shape} were given; they must be equal (reshape or broadcast one first).");
        if (x.Count == 0)
            throw new ArgumentException($"mean squared error: values of shape {x.Shape} are empty; at least one element is needed.");
        residual = recording.Rent(x.Shape);
        recording.Device.Map2(default(Arithmetic.Difference), x, y, residual);
        if (reduction == LossReduction.None)
        {
            NDArray<T> squares = recording.Rent(x.Shape);
            recording.Device.Map2(default(Arithmetic.Product), residual, residual, squares);
            return squares;
        }

        NDArray<T> total = recording.Rent(Shape.Scalar);
        recording.Device.Reduce(default(SumOfSquares), residual, total);
        if (reduction == LossReduction.Mean)
            recording.Device.Map(new Arithmetic.Quotient(x.Count), total, total);
        return total;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        for (int input = 0; input < 2; input++)
        {
            if (!context.Needs(input))
                continue;
            NDArray<T> target = context.InputCotangent(input, out bool accumulate);
            context.Device.Map2(new Arithmetic.ScaledProduct(input == 0 ? Slope : -Slope), residual, context.Cotangent, target, accumulate);
        }
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        for (int input = 0; input < 2; input++)
        {
            if (!context.Needs(input))
                continue;
            NDArray<T> target = context.InputCotangent(input, out bool accumulate);
            context.Device.Map3(new ResidualMoved(input == 0 ? Slope : -Slope), context.Tangent(0), context.Tangent(1), context.Cotangent, target, accumulate);
        }
    }

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        NDArray<T> change = context.Rent(residual.Shape);
        context.Device.Map2(default(Arithmetic.Difference), context.Tangent(0), context.Tangent(1), change);
        if (reduction == LossReduction.None)
        {
            context.Device.Map2(new Arithmetic.ScaledProduct(Slope), residual, change, context.OutputTangent);
        }
        else
        {
            context.Device.Map2(new Arithmetic.ScaledProduct(Slope), residual, change, change);
            context.Device.Reduce(default(Sum), change, context.OutputTangent);
        }

        context.Return(change);
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Kinks(in KinkContext<T> context) => default;

    private readonly double Slope => reduction == LossReduction.Mean ? 2.0 / residual.Count : 2;

    internal readonly struct ResidualMoved(double slope) : ITernaryMap
    {
        private readonly double slope = slope;

        public L Invoke<L>(L dx, L dy, L cotangent)
            where L : struct, ILane<L> => L.Broadcast(slope) * (dx - dy) * cotangent;
    }
}

/// <content>Mean squared error.</content>
public static partial class Operations
{
    /// <summary>The mean of (x − y)², or their sum, or the squares themselves.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The prediction.</param>
    /// <param name="y">The target; of the same shape.</param>
    /// <param name="reduction">How the squares become one value.</param>
    /// <exception cref="ArgumentException">The shapes differ, or are empty.</exception>
    public static Var<T> MeanSquaredError<T>(this Var<T> x, Var<T> y, LossReduction reduction = LossReduction.Mean)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new MeanSquaredError<T>(reduction), x, y);
}
