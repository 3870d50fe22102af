using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Runs an elementwise body that only selects on rows of halves, on their bits.</summary>
internal static unsafe class SelectionRows
{
    /// <summary>Computes a row. Strides are 0 (one number for all) or 1.</summary>
    [SkipLocalsInit]
    public static void Run<TBody>(TBody body, short* d, short* x, short* y, short* z, short* w, int sx, int sy, int sz, int sw, int length)
        where TBody : struct, IMapBody
    {
        int lanes = Vector<short>.Count, vectors = length / lanes, rest = length - (vectors * lanes);

        // A repeated number is a vector in memory, and its pointer does not advance.
        Vector<short>* repeated = stackalloc Vector<short>[4];
        x = Repeat(x, sx, repeated);
        if (TBody.Arity > 1)
            y = Repeat(y, sy, repeated + 1);
        if (TBody.Arity > 2)
            z = Repeat(z, sz, repeated + 2);
        if (TBody.Arity > 3)
            w = Repeat(w, sw, repeated + 3);
        Vectors(body, d, x, y, z, w, sx * lanes, sy * lanes, sz * lanes, sw * lanes, vectors);
        if (rest == 0)
            return;
        int done = vectors * lanes;
        Vector<short> last = Result(
            body,
            Last(x, sx, done, rest),
            TBody.Arity > 1 ? Last(y, sy, done, rest) : default,
            TBody.Arity > 2 ? Last(z, sz, done, rest) : default,
            TBody.Arity > 3 ? Last(w, sw, done, rest) : default);
        Unsafe.CopyBlockUnaligned(d + done, &last, (uint)(rest * sizeof(short)));
    }

    // A method without calls, so that pointers and constants stay in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Vectors<TBody>(TBody body, short* d, short* x, short* y, short* z, short* w, nint stepX, nint stepY, nint stepZ, nint stepW,
        int vectors)
        where TBody : struct, IMapBody
    {
        for (short* end = d + ((nint)vectors * Vector<short>.Count); d < end; d += Vector<short>.Count)
        {
            Result(
                body,
                Vector.Load(x),
                TBody.Arity > 1 ? Vector.Load(y) : default,
                TBody.Arity > 2 ? Vector.Load(z) : default,
                TBody.Arity > 3 ? Vector.Load(w) : default).Store(d);
            x += stepX;
            if (TBody.Arity > 1)
                y += stepY;
            if (TBody.Arity > 2)
                z += stepZ;
            if (TBody.Arity > 3)
                w += stepW;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> Result<TBody>(TBody body, Vector<short> x, Vector<short> y, Vector<short> z, Vector<short> w)
        where TBody : struct, IMapBody =>
        body.Invoke(new SelectionLane(x), new SelectionLane(y), new SelectionLane(z), new SelectionLane(w)).Value;

    private static short* Repeat(short* row, int stride, Vector<short>* repeated)
    {
        if (stride != 0)
            return row;
        *repeated = Vector.Create(*row);
        return (short*)repeated;
    }

    private static Vector<short> Last(short* row, int stride, int i, int count)
    {
        if (stride == 0)
            return Vector.Load(row);
        Vector<short> result = default;
        Unsafe.CopyBlockUnaligned(&result, row + i, (uint)(count * sizeof(short)));
        return result;
    }
}
