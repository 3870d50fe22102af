using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ConservativeAD.Distributed.Reduction;

/// <summary>
/// The arithmetic of sums over micro-batches. Every element is rounded after each operation, with vectors of any length, so that the bits are the same.
/// </summary>
internal static class VectorSums
{
    private const int WidenedAtOnce = 4096;

    /// <summary>target = source · weight, or target += source · weight. The types are the same, or Half and float.</summary>
    public static void Take<T, A>(ReadOnlySpan<T> source, A weight, bool adds, Span<A> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where A : unmanaged, IBinaryFloatingPointIeee754<A>
    {
        if (typeof(T) == typeof(A))
        {
            TakeSame(MemoryMarshal.Cast<T, A>(source), weight, adds, target);
            return;
        }

        Span<A> wide = stackalloc A[Math.Min(WidenedAtOnce, source.Length)];
        for (int at = 0; at < source.Length; at += wide.Length)
        {
            int length = Math.Min(wide.Length, source.Length - at);
            Span<A> part = wide[..length];
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<T, Half>(source.Slice(at, length)), MemoryMarshal.Cast<A, float>(part));
            TakeSame(part, weight, adds, target.Slice(at, length));
        }
    }

    /// <summary>target = 0, or target += 0, which makes 0 of -0.</summary>
    public static void TakeZeros<A>(bool adds, Span<A> target)
        where A : unmanaged, IBinaryFloatingPointIeee754<A>
    {
        if (adds)
            TensorPrimitives.Add(target, A.Zero, target);
        else
            target.Clear();
    }

    /// <summary>sum = left + right; the sum may be one of the two.</summary>
    public static void Add<A>(ReadOnlySpan<A> left, ReadOnlySpan<A> right, Span<A> sum)
        where A : unmanaged, IBinaryFloatingPointIeee754<A> => TensorPrimitives.Add(left, right, sum);

    private static void TakeSame<A>(ReadOnlySpan<A> source, A weight, bool adds, Span<A> target)
        where A : unmanaged, IBinaryFloatingPointIeee754<A>
    {
        if (weight == A.One)
        {
            if (adds)
                TensorPrimitives.Add(target, source, target);
            else
                source.CopyTo(target);
            return;
        }

        if (!adds)
        {
            TensorPrimitives.Multiply(source, weight, target);
            return;
        }

        // A product, rounded, then a sum: never fused, as on one rank that puts the product into memory before.
        int at = 0;
        Vector<A> factor = new(weight);
        for (; at <= source.Length - Vector<A>.Count; at += Vector<A>.Count)
            (new Vector<A>(target[at..]) + (new Vector<A>(source[at..]) * factor)).CopyTo(target[at..]);
        for (; at < source.Length; at++)
        {
            A product = source[at] * weight;
            target[at] += product;
        }
    }
}
