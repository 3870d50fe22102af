using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Rules;

/// <summary>
/// Euclidean norms whose squares may leave the range of the number type. Such rows are first multiplied by a power of two; the other rows are multiplied by 1,
/// which keeps their bits.
/// </summary>
internal static class EuclideanNorm
{
    /// <summary>The norms of the rows of an array along the axes in which the destination has extent 1.</summary>
    /// <remarks>J. Blue, ACM Trans. Math. Softw. 4 (1978), with one range for each row.</remarks>
    public static void Of<T>(Device device, in NDArray<T> x, in NDArray<T> norms)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        device.Reduce(default(SumOfSquares), x, norms);
        device.Map(default(Arithmetic.Root), norms, norms);
        Range range = Range.Of<T>();
        if (device.Count(new HasLeft(range), norms) == 0)
            return;
        NDArray<T> moved = device.Allocate<T>(x.Shape), scale = device.Allocate<T>(norms.Shape);
        device.Map(default(Size), x, moved);
        device.Reduce(default(Largest), moved, scale);
        device.Map(new ScaleFor(range), scale, scale);
        device.Map2(default(Arithmetic.Product), x, scale, moved);
        device.Reduce(default(SumOfSquares), moved, norms);
        device.Map2(default(RootOver), norms, scale, norms);
        device.Return(scale.Storage);
        device.Return(moved.Storage);
    }

    /// <summary>The limits beyond which squares are too small or too large, and the powers of two to multiply by in those cases.</summary>
    internal readonly struct Range(double smallest, double up, double largest, double down)
    {
        public readonly double Smallest = smallest;
        public readonly double Up = up;
        public readonly double Largest = largest;
        public readonly double Down = down;

        public static Range Of<T>()
            where T : unmanaged => typeof(T) == typeof(double) ? new(Math.ScaleB(1, -490), Math.ScaleB(1, 600), Math.ScaleB(1, 490), Math.ScaleB(1, -600))
            : typeof(T) == typeof(float) ? new(Math.ScaleB(1, -50), Math.ScaleB(1, 90), Math.ScaleB(1, 50), Math.ScaleB(1, -80))
            : new(Math.ScaleB(1, -5), Math.ScaleB(1, 10), Math.ScaleB(1, 6), Math.ScaleB(1, -12));
    }

    internal readonly struct HasLeft(Range range) : IUnaryMap
    {
        public L Invoke<L>(L norm)
            where L : struct, ILane<L> =>
                L.IfGreater(L.Broadcast(range.Smallest), norm, L.Constant(1), L.IfGreater(L.Broadcast(range.Largest), norm, L.Constant(0), L.Constant(1)));
    }

    internal readonly struct Size : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Abs(x);
    }

    internal readonly struct ScaleFor(Range range) : IUnaryMap
    {
        public L Invoke<L>(L largest)
            where L : struct, ILane<L> =>
            L.IfGreater(largest, L.Broadcast(range.Largest), L.Broadcast(range.Down),
                L.IfGreater(L.Broadcast(range.Smallest), largest, L.Broadcast(range.Up), L.Constant(1)));
    }

    internal readonly struct RootOver : IBinaryMap
    {
        public L Invoke<L>(L squares, L scale)
            where L : struct, ILane<L> => L.Sqrt(squares) / scale;
    }
}
