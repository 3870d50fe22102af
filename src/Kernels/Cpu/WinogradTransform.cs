using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The transforms of F(4×4, 3×3) along one side of a tile, for as many channels at once as a register has elements. A two-dimensional transform is one along
/// the columns, in place, followed by one along the rows.
/// </summary>
/// <remarks>
/// The points are 0, ±p, ±q and ∞ with p = 1/√2 and q = √2. They take as many operations as the usual 0, ±1, ±2 and ∞, but the matrices' elements are closer to
/// 1, so less is lost to cancellation. Bᵀ has the rows [1 0 −p²−q² 0 1 0], [0 ∓q −q² ±p 1 0], [0 ∓p −p² ±q 1 0] and [0 1 0 −p²−q² 0 1]; G the rows [1 0 0], [1
/// ±p p²] / 2p²(p²−q²), [1 ±q q²] / 2q²(q²−p²) and [0 0 1]; A the rows [1 0 0 0], [1 ±p p² ±p³], [1 ±q q² ±q³] and [0 0 0 1].
/// </remarks>
internal static unsafe class WinogradTransform<V, TUnit>
    where V : struct
    where TUnit : struct, IVectorUnit<V, float>
{
    // The points p and q, whose product is 1.
    private const float P = 0.70710678f;
    private const float Q = 1.41421356f;
    private const float PSquare = 0.5f;
    private const float QSquare = 2;

    // G's rows at ±p and ±q are these times 1, ±p, p² and 1, ±q, q².
    private const float KernelP = 1 / (2 * PSquare * (PSquare - QSquare));
    private const float KernelQ = 1 / (2 * QSquare * (QSquare - PSquare));

    /// <summary>Bᵀ down the columns of six rows of pixels, in place.</summary>
    /// <param name="rows">The first row; a pixel is a register of channels.</param>
    /// <param name="stride">Stride between rows.</param>
    /// <param name="columns">The number of columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputColumns(float* rows, nint stride, int columns)
    {
        V p = TUnit.Create(P), minusP = TUnit.Create(-P), q = TUnit.Create(Q), minusQ = TUnit.Create(-Q), minusPSquare = TUnit.Create(-PSquare),
            minusQSquare = TUnit.Create(-QSquare), minusSum = TUnit.Create(-(PSquare + QSquare));
        nint stride2 = 2 * stride, stride3 = 3 * stride, stride4 = 4 * stride, stride5 = 5 * stride;
        for (; columns > 0; columns--, rows += TUnit.Count)
        {
            V d0 = TUnit.Load(rows), d1 = TUnit.Load(rows + stride), d2 = TUnit.Load(rows + stride2);
            V d3 = TUnit.Load(rows + stride3), d4 = TUnit.Load(rows + stride4), d5 = TUnit.Load(rows + stride5);
            V evenOfP = TUnit.MultiplyAdd(minusQSquare, d2, d4), oddOfP = TUnit.MultiplyAdd(minusQSquare, d1, d3);
            V evenOfQ = TUnit.MultiplyAdd(minusPSquare, d2, d4), oddOfQ = TUnit.MultiplyAdd(minusPSquare, d1, d3);
            TUnit.Store(TUnit.MultiplyAdd(minusSum, d2, TUnit.Add(d0, d4)), rows);
            TUnit.Store(TUnit.MultiplyAdd(p, oddOfP, evenOfP), rows + stride);
            TUnit.Store(TUnit.MultiplyAdd(minusP, oddOfP, evenOfP), rows + stride2);
            TUnit.Store(TUnit.MultiplyAdd(q, oddOfQ, evenOfQ), rows + stride3);
            TUnit.Store(TUnit.MultiplyAdd(minusQ, oddOfQ, evenOfQ), rows + stride4);
            TUnit.Store(TUnit.MultiplyAdd(minusSum, d3, TUnit.Add(d1, d5)), rows + stride5);
        }
    }

    /// <summary>B along a row, for every tile of it.</summary>
    /// <param name="row">The row, six pixels for each tile, four from one tile to the next.</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="to">Six elements of the first tile's transform.</param>
    /// <param name="elementStride">Stride between elements.</param>
    /// <param name="tileStride">Stride between tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputRow(float* row, int tiles, float* to, nint elementStride, nint tileStride)
    {
        V p = TUnit.Create(P), minusP = TUnit.Create(-P), q = TUnit.Create(Q), minusQ = TUnit.Create(-Q), minusPSquare = TUnit.Create(-PSquare),
            minusQSquare = TUnit.Create(-QSquare), minusSum = TUnit.Create(-(PSquare + QSquare));
        for (; tiles > 0; tiles--, row += WinogradTiling.Side * TUnit.Count, to += tileStride)
        {
            V d0 = TUnit.Load(row), d1 = TUnit.Load(row + TUnit.Count), d2 = TUnit.Load(row + (2 * TUnit.Count));
            V d3 = TUnit.Load(row + (3 * TUnit.Count)), d4 = TUnit.Load(row + (4 * TUnit.Count)), d5 = TUnit.Load(row + (5 * TUnit.Count));
            V evenOfP = TUnit.MultiplyAdd(minusQSquare, d2, d4), oddOfP = TUnit.MultiplyAdd(minusQSquare, d1, d3);
            V evenOfQ = TUnit.MultiplyAdd(minusPSquare, d2, d4), oddOfQ = TUnit.MultiplyAdd(minusPSquare, d1, d3);
            float* element = to;
            TUnit.Store(TUnit.MultiplyAdd(minusSum, d2, TUnit.Add(d0, d4)), element);
            TUnit.Store(TUnit.MultiplyAdd(p, oddOfP, evenOfP), element += elementStride);
            TUnit.Store(TUnit.MultiplyAdd(minusP, oddOfP, evenOfP), element += elementStride);
            TUnit.Store(TUnit.MultiplyAdd(q, oddOfQ, evenOfQ), element += elementStride);
            TUnit.Store(TUnit.MultiplyAdd(minusQ, oddOfQ, evenOfQ), element += elementStride);
            TUnit.Store(TUnit.MultiplyAdd(minusSum, d3, TUnit.Add(d1, d5)), element + elementStride);
        }
    }

    /// <summary>A along a row of every tile's transform: four positions for each tile.</summary>
    /// <param name="from">Six elements of the first tile's transform.</param>
    /// <param name="elementStride">Stride between elements.</param>
    /// <param name="tileStride">Stride between tiles.</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="row">The row of positions.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputRow(float* from, nint elementStride, nint tileStride, int tiles, float* row)
    {
        V p = TUnit.Create(P), q = TUnit.Create(Q), pSquare = TUnit.Create(PSquare), qSquare = TUnit.Create(QSquare), zero = TUnit.Create(0);
        nint stride2 = 2 * elementStride, stride3 = 3 * elementStride, stride4 = 4 * elementStride, stride5 = 5 * elementStride;
        for (; tiles > 0; tiles--, from += tileStride, row += WinogradTiling.Side * TUnit.Count)
        {
            V m1 = TUnit.Load(from + elementStride), m2 = TUnit.Load(from + stride2), m3 = TUnit.Load(from + stride3), m4 = TUnit.Load(from + stride4);
            V evenOfP = TUnit.Add(m1, m2), evenOfQ = TUnit.Add(m3, m4);
            V oddOfP = TUnit.MultiplyAdd(p, TUnit.Subtract(m1, m2), zero), oddOfQ = TUnit.MultiplyAdd(q, TUnit.Subtract(m3, m4), zero);
            TUnit.Store(TUnit.Add(TUnit.Load(from), TUnit.Add(evenOfP, evenOfQ)), row);
            TUnit.Store(TUnit.Add(oddOfP, oddOfQ), row + TUnit.Count);
            TUnit.Store(TUnit.MultiplyAdd(pSquare, evenOfP, TUnit.MultiplyAdd(qSquare, evenOfQ, zero)), row + (2 * TUnit.Count));
            TUnit.Store(TUnit.MultiplyAdd(pSquare, oddOfP, TUnit.MultiplyAdd(qSquare, oddOfQ, TUnit.Load(from + stride5))), row + (3 * TUnit.Count));
        }
    }

    /// <summary>Aᵀ down the columns of six rows, in place: the first four become rows of positions.</summary>
    /// <param name="rows">The first row; a position is a register of channels.</param>
    /// <param name="stride">Stride between rows.</param>
    /// <param name="columns">The number of columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputColumns(float* rows, nint stride, int columns)
    {
        V p = TUnit.Create(P), q = TUnit.Create(Q), pSquare = TUnit.Create(PSquare), qSquare = TUnit.Create(QSquare), zero = TUnit.Create(0);
        nint stride2 = 2 * stride, stride3 = 3 * stride, stride4 = 4 * stride, stride5 = 5 * stride;
        for (; columns > 0; columns--, rows += TUnit.Count)
        {
            V m1 = TUnit.Load(rows + stride), m2 = TUnit.Load(rows + stride2), m3 = TUnit.Load(rows + stride3), m4 = TUnit.Load(rows + stride4);
            V evenOfP = TUnit.Add(m1, m2), evenOfQ = TUnit.Add(m3, m4);
            V oddOfP = TUnit.MultiplyAdd(p, TUnit.Subtract(m1, m2), zero), oddOfQ = TUnit.MultiplyAdd(q, TUnit.Subtract(m3, m4), zero);
            TUnit.Store(TUnit.Add(TUnit.Load(rows), TUnit.Add(evenOfP, evenOfQ)), rows);
            TUnit.Store(TUnit.Add(oddOfP, oddOfQ), rows + stride);
            TUnit.Store(TUnit.MultiplyAdd(pSquare, evenOfP, TUnit.MultiplyAdd(qSquare, evenOfQ, zero)), rows + stride2);
            TUnit.Store(TUnit.MultiplyAdd(pSquare, oddOfP, TUnit.MultiplyAdd(qSquare, oddOfQ, TUnit.Load(rows + stride5))), rows + stride3);
        }
    }

    /// <summary>The adjoint of <see cref="OutputColumns"/>: four rows of positions become six, in place.</summary>
    /// <param name="rows">The first row; a position is a register of channels.</param>
    /// <param name="stride">Stride between rows.</param>
    /// <param name="columns">The number of columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CotangentColumns(float* rows, nint stride, int columns)
    {
        V p = TUnit.Create(P), minusP = TUnit.Create(-P), q = TUnit.Create(Q), minusQ = TUnit.Create(-Q), pSquare = TUnit.Create(PSquare),
            qSquare = TUnit.Create(QSquare);
        nint stride2 = 2 * stride, stride3 = 3 * stride, stride4 = 4 * stride, stride5 = 5 * stride;
        for (; columns > 0; columns--, rows += TUnit.Count)
        {
            V y0 = TUnit.Load(rows), y1 = TUnit.Load(rows + stride), y2 = TUnit.Load(rows + stride2), y3 = TUnit.Load(rows + stride3);
            V evenOfP = TUnit.MultiplyAdd(pSquare, y2, y0), oddOfP = TUnit.MultiplyAdd(pSquare, y3, y1), evenOfQ = TUnit.MultiplyAdd(qSquare, y2, y0),
                oddOfQ = TUnit.MultiplyAdd(qSquare, y3, y1);
            TUnit.Store(TUnit.MultiplyAdd(p, oddOfP, evenOfP), rows + stride);
            TUnit.Store(TUnit.MultiplyAdd(minusP, oddOfP, evenOfP), rows + stride2);
            TUnit.Store(TUnit.MultiplyAdd(q, oddOfQ, evenOfQ), rows + stride3);
            TUnit.Store(TUnit.MultiplyAdd(minusQ, oddOfQ, evenOfQ), rows + stride4);
            TUnit.Store(y3, rows + stride5);
        }
    }

    /// <summary>The adjoint of <see cref="OutputRow"/>: four positions of every tile become six elements of its transform.</summary>
    /// <param name="row">The row of positions.</param>
    /// <param name="tiles">The number of tiles.</param>
    /// <param name="to">Six elements of the first tile's transform.</param>
    /// <param name="elementStride">Stride between elements.</param>
    /// <param name="tileStride">Stride between tiles.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CotangentRow(float* row, int tiles, float* to, nint elementStride, nint tileStride)
    {
        V p = TUnit.Create(P), minusP = TUnit.Create(-P), q = TUnit.Create(Q), minusQ = TUnit.Create(-Q), pSquare = TUnit.Create(PSquare),
            qSquare = TUnit.Create(QSquare);
        for (; tiles > 0; tiles--, row += WinogradTiling.Side * TUnit.Count, to += tileStride)
        {
            V y0 = TUnit.Load(row), y1 = TUnit.Load(row + TUnit.Count), y2 = TUnit.Load(row + (2 * TUnit.Count)), y3 = TUnit.Load(row + (3 * TUnit.Count));
            V evenOfP = TUnit.MultiplyAdd(pSquare, y2, y0), oddOfP = TUnit.MultiplyAdd(pSquare, y3, y1), evenOfQ = TUnit.MultiplyAdd(qSquare, y2, y0),
                oddOfQ = TUnit.MultiplyAdd(qSquare, y3, y1);
            float* element = to;
            TUnit.Store(y0, element);
            TUnit.Store(TUnit.MultiplyAdd(p, oddOfP, evenOfP), element += elementStride);
            TUnit.Store(TUnit.MultiplyAdd(minusP, oddOfP, evenOfP), element += elementStride);
            TUnit.Store(TUnit.MultiplyAdd(q, oddOfQ, evenOfQ), element += elementStride);
            TUnit.Store(TUnit.MultiplyAdd(minusQ, oddOfQ, evenOfQ), element += elementStride);
            TUnit.Store(y3, element + elementStride);
        }
    }

    /// <summary>G along one side of kernels: three weights become six elements.</summary>
    /// <param name="from">The first weight, a register of channels.</param>
    /// <param name="fromStride">Stride between weights.</param>
    /// <param name="to">The first element.</param>
    /// <param name="toStride">Stride between elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Kernel(float* from, nint fromStride, float* to, nint toStride)
    {
        V ofP = TUnit.Create(KernelP), ofQ = TUnit.Create(KernelQ), oddOfP = TUnit.Create(KernelP * P), oddOfQ = TUnit.Create(KernelQ * Q),
            evenOfP = TUnit.Create(KernelP * PSquare), evenOfQ = TUnit.Create(KernelQ * QSquare);
        V zero = TUnit.Create(0);
        V g0 = TUnit.Load(from), g1 = TUnit.Load(from + fromStride), g2 = TUnit.Load(from + (2 * fromStride));
        V even = TUnit.MultiplyAdd(ofP, g0, TUnit.MultiplyAdd(evenOfP, g2, zero)), odd = TUnit.MultiplyAdd(oddOfP, g1, zero);
        TUnit.Store(g0, to);
        TUnit.Store(TUnit.Add(even, odd), to + toStride);
        TUnit.Store(TUnit.Subtract(even, odd), to + (2 * toStride));
        even = TUnit.MultiplyAdd(ofQ, g0, TUnit.MultiplyAdd(evenOfQ, g2, zero));
        odd = TUnit.MultiplyAdd(oddOfQ, g1, zero);
        TUnit.Store(TUnit.Add(even, odd), to + (3 * toStride));
        TUnit.Store(TUnit.Subtract(even, odd), to + (4 * toStride));
        TUnit.Store(g2, to + (5 * toStride));
    }

    /// <summary>The adjoint of <see cref="Kernel"/>: six elements become three weights.</summary>
    /// <param name="from">The first element, a register of channels.</param>
    /// <param name="fromStride">Stride between elements.</param>
    /// <param name="to">The first weight.</param>
    /// <param name="toStride">Stride between weights.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KernelCotangent(float* from, nint fromStride, float* to, nint toStride)
    {
        V ofP = TUnit.Create(KernelP), ofQ = TUnit.Create(KernelQ), oddOfP = TUnit.Create(KernelP * P), oddOfQ = TUnit.Create(KernelQ * Q),
            evenOfP = TUnit.Create(KernelP * PSquare), evenOfQ = TUnit.Create(KernelQ * QSquare);
        V zero = TUnit.Create(0);
        V s1 = TUnit.Load(from + fromStride), s2 = TUnit.Load(from + (2 * fromStride)), s3 = TUnit.Load(from + (3 * fromStride)),
            s4 = TUnit.Load(from + (4 * fromStride));
        V sumOfP = TUnit.Add(s1, s2), sumOfQ = TUnit.Add(s3, s4);
        TUnit.Store(TUnit.MultiplyAdd(ofP, sumOfP, TUnit.MultiplyAdd(ofQ, sumOfQ, TUnit.Load(from))), to);
        TUnit.Store(TUnit.MultiplyAdd(oddOfP, TUnit.Subtract(s1, s2), TUnit.MultiplyAdd(oddOfQ, TUnit.Subtract(s3, s4), zero)), to + toStride);
        TUnit.Store(TUnit.MultiplyAdd(evenOfP, sumOfP, TUnit.MultiplyAdd(evenOfQ, sumOfQ, TUnit.Load(from + (5 * fromStride)))), to + (2 * toStride));
    }
}
