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
        x = MapLoop.Repeat(x, sx, repeated);
        if (TBody.Arity > 1)
            y = MapLoop.Repeat(y, sy, repeated + 1);
        if (TBody.Arity > 2)
            z = MapLoop.Repeat(z, sz, repeated + 2);
        if (TBody.Arity > 3)
            w = MapLoop.Repeat(w, sw, repeated + 3);
        Vectors(body, d, x, y, z, w, sx * lanes, sy * lanes, sz * lanes, sw * lanes, vectors);
        if (rest == 0)
            return;
        int done = vectors * lanes;
        Vector<short> last = Result(
            body,
            MapLoop.Partial(x + ((nint)sx * done), sx, rest),
            TBody.Arity > 1 ? MapLoop.Partial(y + ((nint)sy * done), sy, rest) : default,
            TBody.Arity > 2 ? MapLoop.Partial(z + ((nint)sz * done), sz, rest) : default,
            TBody.Arity > 3 ? MapLoop.Partial(w + ((nint)sw * done), sw, rest) : default);
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
}
