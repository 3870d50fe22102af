using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// Sums of values, weighted with the weights of attention; a weight of 0 leaves its value out, whatever it is. Inputs: weights [batch, heads, tokens, keys],
/// and values [batch, key heads, keys, dimension], each head shared by consecutive heads of weights.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
public struct WeightedRows<T> : ISmoothRule<T>, IMarksObstacles<T>, IKnowsDependence<T>, IVectorises<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private NDArray<T> weights;
    private NDArray<T> rows;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("weighted rows", TameClass.Polynomial) { HasFiniteSlopes = true, Curvature = Curvature.Product };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording)
    {
        Shape w = recording.Input(0).Shape, v = recording.Input(1).Shape;
        if (w.Rank != 4 || v.Rank != 4 || w[0] != v[0] || w[3] != v[2] || v[1] == 0 || w[1] % v[1] != 0)
            throw new ArgumentException(
                $"weighted rows: weights of shape {w} do not fit values of shape {v}; they must be [batch, heads, tokens, keys] and [batch, key heads, keys, "
                    + "dimension], with key heads that divide the heads.");
        rows = Stacked(recording.ContiguousInput(1));
        weights = Grouped(recording.ContiguousInput(0));
        NDArray<T> y = recording.Rent(w.With(3, v[3]));
        recording.Device.CarriedProduct(weights, rows, Grouped(y), CarriedOperand.First);
        return y;
    }

    /// <inheritdoc/>
    public readonly void Pullback(in PullbackContext<T> context)
    {
        NDArray<T> dy = Grouped(context.Cotangent);
        if (context.Needs(0))
        {
            NDArray<T> target = context.InputCotangent(0, out bool accumulate);
            context.Device.CarriedProduct(dy, rows.Transpose(1, 2), Grouped(target), CarriedOperand.First, accumulate);
        }

        if (context.Needs(1))
        {
            NDArray<T> target = context.InputCotangent(1, out bool accumulate);
            context.Device.CarriedProduct(weights.Transpose(1, 2), dy, Stacked(target), CarriedOperand.Both, accumulate);
        }
    }

    readonly Dependence? IKnowsDependence<T>.DependenceOn(int input, in Node<T> node) => Matrices.DependenceOn(node.Input(input).Shape, node.Output.Shape);

    readonly Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of.Shaped(of.Tape.Record(default(WeightedRows<T>), of.Merged(0), of.Merged(1)));

    /// <inheritdoc/>
    public readonly void Tangent(in TangentContext<T> context)
    {
        Device device = context.Device;
        NDArray<T> dy = Grouped(context.OutputTangent);
        device.Fill(dy, T.Zero);
        if (context.Moves(0))
        {
            NDArray<T> dw = context.ContiguousTangent(0, out NDArray<T> copy);
            device.CarriedProduct(Grouped(dw), rows, dy, CarriedOperand.First, true);
            context.ReturnCopy(copy);
        }

        if (context.Moves(1))
        {
            NDArray<T> dv = context.ContiguousTangent(1, out NDArray<T> copy);
            device.CarriedProduct(weights, Stacked(dv), dy, CarriedOperand.Both, true);
            context.ReturnCopy(copy);
        }
    }

    /// <inheritdoc/>
    public readonly void PullbackTangent(in SecondOrderContext<T> context)
    {
        Device device = context.Device;
        NDArray<T> dy = Grouped(context.Cotangent);
        if (context.Needs(0) && context.Moves(1))
        {
            NDArray<T> dv = context.Rent(context.Input(1).Shape), target = context.InputCotangent(0, out bool accumulate);
            device.Copy(context.Tangent(1), dv);
            device.CarriedProduct(dy, Stacked(dv).Transpose(1, 2), Grouped(target), CarriedOperand.Both, accumulate);
            context.Return(dv);
        }

        if (context.Needs(1) && context.Moves(0))
        {
            NDArray<T> dw = context.Rent(context.Input(0).Shape), target = context.InputCotangent(1, out bool accumulate);
            device.Copy(context.Tangent(0), dw);
            device.CarriedProduct(Grouped(dw).Transpose(1, 2), dy, Stacked(target), CarriedOperand.Both, accumulate);
            context.Return(dw);
        }
    }

    /// <inheritdoc/>
    public readonly NDArray<T> Obstacles(in KinkContext<T> context)
    {
        // A weight of 0 hides values that are not finite.
        long lost = context.Device.Count(default(IsNotFinite), context.Input(0)) + context.Device.Count(default(IsNotFinite), context.Input(1));
        return context.MarkWhole(lost > 0, ObstacleKind.InfiniteValue);
    }

    private static NDArray<T> Stacked(in NDArray<T> matrices) =>
        matrices.Reshape(Shape.Of(matrices.Shape[0] * matrices.Shape[1], matrices.Shape[2], matrices.Shape[3]));

    // Heads that share values stand one after another, as rows of one matrix.
    private readonly NDArray<T> Grouped(in NDArray<T> heads)
    {
        Shape shape = heads.Shape;
        int stacks = rows.Shape[0];
        return heads.Reshape(Shape.Of(stacks, stacks == 0 ? 0 : shape[0] * shape[1] / stacks * shape[2], shape[3]));
    }
}
