using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Runs an elementwise body over strided arrays. Every element is computed by the vector formula, the last few in a padded vector, so its bits depend
/// neither on its position nor on how the work is split.</summary>
internal static unsafe class MapLoop
{
    // Below this many elements, a second thread costs more than it saves.
    private const int ElementsWorthSharing = 1 << 15;

    public static void Run<T, TBody>(WorkerPool pool, TBody body, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination,
        bool accumulate)
        where T : unmanaged
        where TBody : struct, IMapBody
    {
        int count = destination.Count;
        if (count == 0)
            return;
        StridedLoop loop = default;
        T** pointers = stackalloc T*[5];
        pointers[0] = Pointer(destination);
        pointers[1] = Pointer(x);
        pointers[2] = TBody.Arity > 1 ? Pointer(y) : null;
        pointers[3] = TBody.Arity > 2 ? Pointer(z) : null;
        pointers[4] = TBody.Arity > 3 ? Pointer(w) : null;

        loop.Begin(destination.Shape);
        loop.Add(0, destination);
        loop.Add(1, x);
        if (TBody.Arity > 1)
            loop.Add(2, y);
        if (TBody.Arity > 2)
            loop.Add(3, z);
        if (TBody.Arity > 3)
            loop.Add(4, w);
        loop.Coalesce(TBody.Arity + 1);

        if (typeof(T) == typeof(float) && typeof(TBody) == typeof(UnaryBody<Identity>) && !accumulate && loop.InnerStride(0) == 1 && loop.RowStride(1) == 1
            && loop.InnerStride(1) > 1)
        {
            TransposedCopy.Run(pool, loop, (float*)pointers[0], (float*)pointers[1]);
            return;
        }

        MapJob<T, TBody> job = new() { Body = body, Loop = loop, Accumulate = accumulate };
        for (int i = 0; i < 5; i++)
            job.SetPointer(i, pointers[i]);
        if (count < ElementsWorthSharing || pool.Threads == 1)
        {
            job.RunRange(0, loop.OuterCount, 0, loop.InnerLength);
            return;
        }

        int parts = pool.Threads * 4;
        job.SplitInner = loop.OuterCount < parts;
        int extent = job.SplitInner ? loop.InnerLength : loop.OuterCount;
        job.PartLength = Partition.Length(extent, parts, job.SplitInner ? 64 : 1);
        pool.For(Partition.Count(extent, job.PartLength), job);
    }

    /// <summary>The address of an array's first element.</summary>
    public static T* Pointer<T>(in NDArray<T> array)
        where T : unmanaged => ((CpuStorage<T>)array.Storage).Pointer + array.Offset;

    private struct MapJob<T, TBody> : IParallelBody
        where T : unmanaged
        where TBody : struct, IMapBody
    {
        public TBody Body;
        public StridedLoop Loop;
        public bool Accumulate;
        public bool SplitInner;
        public int PartLength;
        private T* p0;
        private T* p1;
        private T* p2;
        private T* p3;
        private T* p4;

        // Whether the inner elements stand side by side, or are one number.
        private readonly bool ReadsRows => !Accumulate && Loop.InnerStride(0) == 1 && (uint)Loop.InnerStride(1) <= 1
            && (TBody.Arity < 2 || (uint)Loop.InnerStride(2) <= 1) && (TBody.Arity < 3 || (uint)Loop.InnerStride(3) <= 1)
            && (TBody.Arity < 4 || (uint)Loop.InnerStride(4) <= 1);

        // Whether the inner elements of two rows stand side by side, and the processor's instructions for halves can be reached.
        private readonly bool ReadsPairs =>
            !Accumulate && Loop.InnerStride(0) == 1 && Loop.InnerStride(1) == 1 && Loop.InnerStride(2) == 1 && HalfInstructions.IsSupported;

        public void SetPointer(int operand, T* pointer)
        {
            switch (operand)
            {
                case 0: p0 = pointer; break;
                case 1: p1 = pointer; break;
                case 2: p2 = pointer; break;
                case 3: p3 = pointer; break;
                default: p4 = pointer; break;
            }
        }

        public void Run(int part)
        {
            if (SplitInner)
                RunRange(0, Loop.OuterCount, part * PartLength, Math.Min(PartLength, Loop.InnerLength - (part * PartLength)));
            else
                RunRange(part * PartLength, Math.Min(PartLength, Loop.OuterCount - (part * PartLength)), 0, Loop.InnerLength);
        }

        public void RunRange(int firstOuter, int outerCount, int firstInner, int innerLength)
        {
            for (int outer = firstOuter; outer < firstOuter + outerCount; outer++)
            {
                T* d = p0 + Loop.OuterOffset(outer, 0) + ((nint)firstInner * Loop.InnerStride(0));
                T* x = p1 + Loop.OuterOffset(outer, 1) + ((nint)firstInner * Loop.InnerStride(1));
                T* y = TBody.Arity > 1 ? p2 + Loop.OuterOffset(outer, 2) + ((nint)firstInner * Loop.InnerStride(2)) : null;
                T* z = TBody.Arity > 2 ? p3 + Loop.OuterOffset(outer, 3) + ((nint)firstInner * Loop.InnerStride(3)) : null;
                T* w = TBody.Arity > 3 ? p4 + Loop.OuterOffset(outer, 4) + ((nint)firstInner * Loop.InnerStride(4)) : null;
                if (typeof(T) == typeof(Half) && TBody.OnlySelects && ReadsRows)
                    SelectionRows.Run(Body, (short*)d, (short*)x, (short*)y, (short*)z, (short*)w, Loop.InnerStride(1), Loop.InnerStride(2),
                        Loop.InnerStride(3), Loop.InnerStride(4), innerLength);
                else if (typeof(T) == typeof(Half) && TBody.ArithmeticOperation != ArithmeticOperation.Other && ReadsPairs)
                    HalfArithmetic.Row(TBody.ArithmeticOperation, (ushort*)x, (ushort*)y, (ushort*)d, innerLength);
                else if (typeof(T) == typeof(double))
                    Row<T, double, TBody>(Body, d, x, y, z, w, Loop.InnerStride(0), Loop.InnerStride(1), Loop.InnerStride(2), Loop.InnerStride(3),
                        Loop.InnerStride(4), innerLength, Accumulate);
                else
                    Row<T, float, TBody>(Body, d, x, y, z, w, Loop.InnerStride(0), Loop.InnerStride(1), Loop.InnerStride(2), Loop.InnerStride(3),
                        Loop.InnerStride(4), innerLength, Accumulate);
            }
        }
    }

    private static void Row<T, U, TBody>(TBody body, T* d, T* x, T* y, T* z, T* w, int sd, int sx, int sy, int sz, int sw, int length, bool accumulate)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TBody : struct, IMapBody
    {
        bool direct = typeof(T) == typeof(U) && sd == 1 && (uint)sx <= 1
            && (TBody.Arity < 2 || (uint)sy <= 1) && (TBody.Arity < 3 || (uint)sz <= 1) && (TBody.Arity < 4 || (uint)sw <= 1);
        if (direct)
        {
            Contiguous(body, (U*)d, (U*)x, (U*)y, (U*)z, (U*)w, sx, sy, sz, sw, length, accumulate);
            return;
        }

        Staged<T, U, TBody>(body, d, x, y, z, w, sd, sx, sy, sz, sw, length, accumulate);
    }

    [SkipLocalsInit]
    private static void Staged<T, U, TBody>(TBody body, T* d, T* x, T* y, T* z, T* w, int sd, int sx, int sy, int sz, int sw, int length, bool accumulate)
        where T : unmanaged
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TBody : struct, IMapBody
    {
        int chunk = Math.Min(length, Widening.ChunkLength);
        U* buffer = stackalloc U[Widening.ChunkLength * (TBody.Arity + 1)];
        U* bd = buffer;
        U* bx = bd + Widening.ChunkLength;
        U* by = bx + Widening.ChunkLength;
        U* bz = by + Widening.ChunkLength;
        U* bw = bz + Widening.ChunkLength;
        for (int start = 0; start < length; start += chunk)
        {
            int n = Math.Min(chunk, length - start);
            Widening.Load(x + ((nint)start * sx), sx, bx, n);
            if (TBody.Arity > 1)
                Widening.Load(y + ((nint)start * sy), sy, by, n);
            if (TBody.Arity > 2)
                Widening.Load(z + ((nint)start * sz), sz, bz, n);
            if (TBody.Arity > 3)
                Widening.Load(w + ((nint)start * sw), sw, bw, n);
            if (accumulate)
                Widening.Load(d + ((nint)start * sd), sd, bd, n);
            Contiguous(body, bd, bx, by, bz, bw, 1, 1, 1, 1, n, accumulate);
            Widening.Store(bd, d + ((nint)start * sd), sd, n);
        }
    }

    // Strides are 0 (one number for all) or 1.
    [SkipLocalsInit]
    private static void Contiguous<U, TBody>(TBody body, U* d, U* x, U* y, U* z, U* w, int sx, int sy, int sz, int sw, int length, bool accumulate)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TBody : struct, IMapBody
    {
        // A repeated number is stored as a vector in memory, and its pointer does not advance; one loop then handles every combination.
        Vector<U>* repeated = stackalloc Vector<U>[4];
        int lanes = Vector<U>.Count;
        int stepX = sx * lanes, stepY = sy * lanes, stepZ = sz * lanes, stepW = sw * lanes;
        x = Repeat(x, sx, repeated);
        if (TBody.Arity > 1)
            y = Repeat(y, sy, repeated + 1);
        if (TBody.Arity > 2)
            z = Repeat(z, sz, repeated + 2);
        if (TBody.Arity > 3)
            w = Repeat(w, sw, repeated + 3);

        int vectors = length / lanes, i = vectors * lanes;
        if (vectors > 0)
        {
            if (accumulate)
                AddVectors(body, d, x, y, z, w, stepX, stepY, stepZ, stepW, vectors);
            else
                StoreVectors(body, d, x, y, z, w, stepX, stepY, stepZ, stepW, vectors);
            x += (nint)stepX * vectors;
            y += (nint)stepY * vectors;
            z += (nint)stepZ * vectors;
            w += (nint)stepW * vectors;
        }

        int rest = length - i;
        if (rest > 0)
        {
            Vector<U> result = body.Invoke(
                new VectorLane<U>(Partial(x, sx, rest)),
                TBody.Arity > 1 ? new VectorLane<U>(Partial(y, sy, rest)) : default,
                TBody.Arity > 2 ? new VectorLane<U>(Partial(z, sz, rest)) : default,
                TBody.Arity > 3 ? new VectorLane<U>(Partial(w, sw, rest)) : default).Value;
            if (accumulate)
                result += Partial(d + i, 1, rest);
            Unsafe.CopyBlockUnaligned(d + i, &result, (uint)(rest * sizeof(U)));
        }
    }

    // The loops over whole vectors are separate methods without calls, so that pointers and constants stay in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreVectors<U, TBody>(TBody body, U* d, U* x, U* y, U* z, U* w, nint stepX, nint stepY, nint stepZ, nint stepW, int vectors)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TBody : struct, IMapBody
    {
        for (U* end = d + ((nint)vectors * Vector<U>.Count); d < end; d += Vector<U>.Count)
        {
            Vector.Store(Result(body, x, y, z, w), d);
            x += stepX;
            if (TBody.Arity > 1)
                y += stepY;
            if (TBody.Arity > 2)
                z += stepZ;
            if (TBody.Arity > 3)
                w += stepW;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddVectors<U, TBody>(TBody body, U* d, U* x, U* y, U* z, U* w, nint stepX, nint stepY, nint stepZ, nint stepW, int vectors)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TBody : struct, IMapBody
    {
        for (U* end = d + ((nint)vectors * Vector<U>.Count); d < end; d += Vector<U>.Count)
        {
            Vector.Store(Result(body, x, y, z, w) + Vector.Load(d), d);
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
    private static Vector<U> Result<U, TBody>(TBody body, U* x, U* y, U* z, U* w)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
        where TBody : struct, IMapBody => body.Invoke(
            new VectorLane<U>(Vector.Load(x)),
            TBody.Arity > 1 ? new VectorLane<U>(Vector.Load(y)) : default,
            TBody.Arity > 2 ? new VectorLane<U>(Vector.Load(z)) : default,
            TBody.Arity > 3 ? new VectorLane<U>(Vector.Load(w)) : default).Value;

    /// <summary>A row, or where its one number stands repeated as a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static U* Repeat<U>(U* x, int stride, Vector<U>* repeated)
        where U : unmanaged
    {
        if (stride != 0)
            return x;
        *repeated = Vector.Create(*x);
        return (U*)repeated;
    }

    /// <summary>The last elements of a row from <see cref="Repeat"/>, fewer than a vector has.</summary>
    internal static Vector<U> Partial<U>(U* x, int stride, int count)
        where U : unmanaged
    {
        if (stride == 0)
            return Vector.Load(x);
        Vector<U> result = default;
        Unsafe.CopyBlockUnaligned(&result, x, (uint)(count * sizeof(U)));
        return result;
    }
}
