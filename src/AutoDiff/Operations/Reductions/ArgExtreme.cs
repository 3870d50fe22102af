using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>Positions of extremes.</content>
public static partial class Operations
{
    /// <summary>
    /// The position of the largest element over all axes, in row-major order; the first of several, and of the first NaN if there is one. No derivative passes
    /// through it; where the largest elements tie, it jumps beside the point, and nothing is certified.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element.</param>
    /// <returns>One position, of rank 0; it lasts until the tape is reset.</returns>
    /// <exception cref="ArgumentException">There is no element.</exception>
    public static NDArray<int> ArgMax<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => PositionOf(x.Apply(new Reshape<T>(Shape.Of(x.Shape.Count))), 0, Shape.Scalar, false);

    /// <summary>The positions of the largest elements along an axis; see <see cref="ArgMax{T}(Var{T})"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along the axis.</param>
    /// <param name="axis">The axis; negative counts from the end.</param>
    /// <param name="keepAxis">Whether the axis is kept, with extent 1, as <see cref="Gather{T}"/> asks for.</param>
    /// <returns>Positions along the axis; they last until the tape is reset.</returns>
    /// <exception cref="ArgumentException">There is no element along the axis.</exception>
    public static NDArray<int> ArgMax<T>(this Var<T> x, int axis, bool keepAxis = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => PositionOf(x, axis, SeveralAxes.Without(x.Shape, [axis], keepAxis), false);

    /// <summary>The positions of the largest elements over several axes, in the row-major order of those axes; see <see cref="ArgMax{T}(Var{T})"/>.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument; at least one element along the axes.</param>
    /// <param name="axes">The axes, in any order, each once; negative ones count from the end. Without any, each element stands alone.</param>
    /// <param name="keepAxis">Whether the axes are kept, with extent 1.</param>
    /// <returns>Positions; they last until the tape is reset.</returns>
    /// <exception cref="ArgumentException">There is no element along the axes, or an axis is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The argument has no such axis.</exception>
    public static NDArray<int> ArgMax<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        PositionOf(SeveralAxes.Join(x, axes, "argmax"), SeveralAxes.Joined, SeveralAxes.Without(x.Shape, axes, keepAxis), false);

    /// <summary>The position of the smallest element over all axes, in row-major order; like <see cref="ArgMax{T}(Var{T})"/>.</summary>
    /// <inheritdoc cref="ArgMax{T}(Var{T})"/>
    public static NDArray<int> ArgMin<T>(this Var<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => PositionOf(x.Apply(new Reshape<T>(Shape.Of(x.Shape.Count))), 0, Shape.Scalar, true);

    /// <summary>The positions of the smallest elements along an axis; like <see cref="ArgMax{T}(Var{T}, int, bool)"/>.</summary>
    /// <inheritdoc cref="ArgMax{T}(Var{T}, int, bool)"/>
    public static NDArray<int> ArgMin<T>(this Var<T> x, int axis, bool keepAxis = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => PositionOf(x, axis, SeveralAxes.Without(x.Shape, [axis], keepAxis), true);

    /// <summary>The positions of the smallest elements over several axes; like <see cref="ArgMax{T}(Var{T}, ReadOnlySpan{int}, bool)"/>.</summary>
    /// <inheritdoc cref="ArgMax{T}(Var{T}, ReadOnlySpan{int}, bool)"/>
    public static NDArray<int> ArgMin<T>(this Var<T> x, ReadOnlySpan<int> axes, bool keepAxis = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        PositionOf(SeveralAxes.Join(x, axes, "argmin"), SeveralAxes.Joined, SeveralAxes.Without(x.Shape, axes, keepAxis), true);

    private static NDArray<int> PositionOf<T>(Var<T> x, int axis, in Shape result, bool smallest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Device device = x.Tape.Device;
        axis = x.Shape.Axis(axis);
        if (x.Shape[axis] == 0)
            throw new ArgumentException($"{(smallest ? "argmin" : "argmax")}: no elements to choose from along axis {axis} of shape {x.Shape}.", nameof(x));
        Shape lanes = new ReducedAxes(axis, true).Lanes(x.Shape), found = Shape.Of(lanes[0], 1, lanes[2]);
        NDArray<T> elements = device.Allocate<T>(x.Shape), extremes = device.Allocate<T>(found);
        NDArray<int> positions = x.Tape.Contents.Memory.RentIndices(result);
        device.Copy(x.Value, elements);
        if (smallest)
            device.ArgMin(elements.Reshape(lanes), extremes, positions.Reshape(found));
        else
            device.ArgMax(elements.Reshape(lanes), extremes, positions.Reshape(found));
        device.Return(extremes);
        device.Return(elements);
        if (x.Tape.Contents.NeedsGradient(x.Node) && lanes[1] > 1)
            PositionTies.Note(x.TopK(2, axis, smallest), axis);
        return positions;
    }
}
