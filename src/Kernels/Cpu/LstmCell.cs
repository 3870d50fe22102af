using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>One time step for the cells of one sequence, in one pass over them, with a padded vector for the last few.</summary>
/// <typeparam name="U">float or double.</typeparam>
internal static unsafe class LstmCell<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    /// <summary>Computes i, f, g, o from the sum of two rows of arguments and a bias, then c = f·(c before) + i·g and h = o·tanh c.</summary>
    /// <param name="projected">The inputs' contribution to the arguments, four times the width.</param>
    /// <param name="bias">The bias, of the same length.</param>
    /// <param name="gates">The states' contribution; overwritten by i, f, g and o.</param>
    /// <param name="before">c before the step.</param>
    /// <param name="after">c after the step.</param>
    /// <param name="hidden">h after the step.</param>
    /// <param name="width">The number of cells.</param>
    public static void Forward(U* projected, U* bias, U* gates, U* before, U* after, U* hidden, int width)
    {
        int whole = width / Vector<U>.Count * Vector<U>.Count, rest = width - whole;
        ForwardVectors(projected, bias, gates, before, after, hidden, width, whole);
        if (rest == 0)
            return;
        U* p = stackalloc U[15 * Vector<U>.Count];
        U* b = p + (4 * Vector<U>.Count), g = b + (4 * Vector<U>.Count), c = g + (4 * Vector<U>.Count), d = c + Vector<U>.Count, h = d + Vector<U>.Count;
        new Span<U>(p, 15 * Vector<U>.Count).Clear();
        for (int gate = 0; gate < 4; gate++)
        {
            Keep(projected + (gate * width) + whole, p + (gate * Vector<U>.Count), rest);
            Keep(bias + (gate * width) + whole, b + (gate * Vector<U>.Count), rest);
            Keep(gates + (gate * width) + whole, g + (gate * Vector<U>.Count), rest);
        }

        Keep(before + whole, c, rest);
        ForwardVectors(p, b, g, c, d, h, Vector<U>.Count, Vector<U>.Count);
        for (int gate = 0; gate < 4; gate++)
            Keep(g + (gate * Vector<U>.Count), gates + (gate * width) + whole, rest);
        Keep(d, after + whole, rest);
        Keep(h, hidden + whole, rest);
    }

    /// <summary>Computes the cotangents of the arguments and of c before the step.</summary>
    /// <param name="gates">i, f, g and o.</param>
    /// <param name="before">c before the step.</param>
    /// <param name="after">c after the step.</param>
    /// <param name="dHidden">The cotangent of h after the step, without the contribution of later steps.</param>
    /// <param name="fromLater">The contribution of later steps.</param>
    /// <param name="dCell">The cotangent of c after the step; overwritten by that of c before the step.</param>
    /// <param name="dArguments">Receives the arguments' cotangents.</param>
    /// <param name="width">The number of cells.</param>
    public static void Pullback(U* gates, U* before, U* after, U* dHidden, U* fromLater, U* dCell, U* dArguments, int width)
    {
        int whole = width / Vector<U>.Count * Vector<U>.Count, rest = width - whole;
        PullbackVectors(gates, before, after, dHidden, fromLater, dCell, dArguments, width, whole);
        if (rest == 0)
            return;
        U* g = stackalloc U[13 * Vector<U>.Count];
        U* c = g + (4 * Vector<U>.Count), d = c + Vector<U>.Count, dh = d + Vector<U>.Count, later = dh + Vector<U>.Count, dc = later + Vector<U>.Count,
            da = dc + Vector<U>.Count;
        new Span<U>(g, 13 * Vector<U>.Count).Clear();
        for (int gate = 0; gate < 4; gate++)
            Keep(gates + (gate * width) + whole, g + (gate * Vector<U>.Count), rest);
        Keep(before + whole, c, rest);
        Keep(after + whole, d, rest);
        Keep(dHidden + whole, dh, rest);
        Keep(fromLater + whole, later, rest);
        Keep(dCell + whole, dc, rest);
        PullbackVectors(g, c, d, dh, later, dc, da, Vector<U>.Count, Vector<U>.Count);
        for (int gate = 0; gate < 4; gate++)
            Keep(da + (gate * Vector<U>.Count), dArguments + (gate * width) + whole, rest);
        Keep(dc, dCell + whole, rest);
    }

    // One loop per function: in a single loop, every vector would wait for the long chain of operations from its arguments to its h.
    private static void ForwardVectors(U* projected, U* bias, U* gates, U* before, U* after, U* hidden, nint width, int count)
    {
        Sigmoids(projected, bias, gates, count);
        Sigmoids(projected + width, bias + width, gates + width, count);
        Tanhs(projected + (2 * width), bias + (2 * width), gates + (2 * width), count);
        Sigmoids(projected + (3 * width), bias + (3 * width), gates + (3 * width), count);
        Cells(gates, gates + width, gates + (2 * width), gates + (3 * width), before, after, hidden, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sigmoids(U* projected, U* bias, U* gate, int count)
    {
        for (nint at = 0; at < count; at += Vector<U>.Count)
            Vector.Store(Sigmoid(Vector.Load(projected + at) + Vector.Load(gate + at) + Vector.Load(bias + at)), gate + at);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tanhs(U* projected, U* bias, U* gate, int count)
    {
        for (nint at = 0; at < count; at += Vector<U>.Count)
            Vector.Store(Tanh(Vector.Load(projected + at) + Vector.Load(gate + at) + Vector.Load(bias + at)), gate + at);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Cells(U* i, U* f, U* g, U* o, U* before, U* after, U* hidden, int count)
    {
        for (nint at = 0; at < count; at += Vector<U>.Count)
        {
            Vector<U> c = (Vector.Load(f + at) * Vector.Load(before + at)) + (Vector.Load(i + at) * Vector.Load(g + at));
            Vector.Store(c, after + at);
            Vector.Store(Vector.Load(o + at) * Tanh(c), hidden + at);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PullbackVectors(U* gates, U* before, U* after, U* dHidden, U* fromLater, U* dCell, U* dArguments, nint width, int count)
    {
        for (nint at = 0; at < count; at += Vector<U>.Count)
        {
            Vector<U> one = Vector<U>.One, i = Vector.Load(gates + at), f = Vector.Load(gates + width + at), g = Vector.Load(gates + (2 * width) + at),
                o = Vector.Load(gates + (3 * width) + at);
            Vector<U> t = Tanh(Vector.Load(after + at)), dh = Vector.Load(dHidden + at) + Vector.Load(fromLater + at);
            Vector<U> dc = Vector.Load(dCell + at) + Absorb(dh, dh * o * (one - (t * t)));
            Vector.Store(Absorb(dc, dc * g * (i * (one - i))), dArguments + at);
            Vector.Store(Absorb(dc, dc * Vector.Load(before + at) * (f * (one - f))), dArguments + width + at);
            Vector.Store(Absorb(dc, dc * i * (one - (g * g))), dArguments + (2 * width) + at);
            Vector.Store(Absorb(dh, dh * t * (o * (one - o))), dArguments + (3 * width) + at);
            Vector.Store(Absorb(dc, dc * f), dCell + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<U> Absorb(Vector<U> carried, Vector<U> result) => VectorLane<U>.Absorb(new VectorLane<U>(carried), new VectorLane<U>(result)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<U> Sigmoid(Vector<U> x) => VectorLane<U>.Sigmoid(new VectorLane<U>(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<U> Tanh(Vector<U> x) => VectorLane<U>.Tanh(new VectorLane<U>(x)).Value;

    private static void Keep(U* from, U* to, int count) => Unsafe.CopyBlockUnaligned(to, from, (uint)(count * sizeof(U)));
}
