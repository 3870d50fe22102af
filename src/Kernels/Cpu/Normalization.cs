using System.Numerics;
using System.Runtime.InteropServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// Normalises group by group: all passes over a group run while it is in cache. If the inner extent is 1, groups are columns and are processed in blocks; the
/// last few are transposed into rows of scratch memory and back. Threads divide the groups; no sum is divided.
/// </summary>
internal static unsafe class Normalization
{
    private const int ElementsPerPart = 1 << 15;

    // The number of columns transposed at a time: whole cache lines of float.
    private const int ColumnBlock = 16;

    // A multiple of every vector's lane count.
    private const int ColumnsOfPart = 64;

    public static void Forward<U>(WorkerPool pool, NormalizationShape shape, U* x, U* scale, U* shift, double epsilon, U* y, U* mean, U* variance)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        int perPart = GroupsPerPart(shape);
        pool.For(Partition.Count(shape.Groups, perPart), new ForwardBody<U>(shape, perPart, x, scale, shift, epsilon, y, mean, variance));
    }

    public static void Pullback<U>(WorkerPool pool, NormalizationShape shape, U* x, U* mean, U* variance, U* scale, double epsilon, U* dy, U* dx,
        bool accumulate, U* dScale, U* dShift)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        if (!AbsorbingNormalization<U>.IsPlain(shape, mean, variance, scale, epsilon))
        {
            AbsorbingNormalization<U>.Pullback(shape, x, mean, variance, scale, epsilon, dy, dx, accumulate, dScale, dShift);
            return;
        }

        int perPart = GroupsPerPart(shape);
        if (!shape.IsScaledByGroup && (shape.ScaleRun > 1 || shape.ScalePeriod > 1))
        {
            PullbackOfRuns(pool, shape, perPart, x, mean, variance, scale, epsilon, dy, dx, accumulate, dScale, dShift);
            return;
        }

        if (shape.IsScaledByGroup || dx != null)
            pool.For(Partition.Count(shape.Groups, perPart),
                new PullbackBody<U>(shape, perPart, x, mean, variance, scale, epsilon, dy, dx, accumulate, dScale, dShift));
        if (shape.IsScaledByGroup)
            return;
        int positions = Math.Clamp(ElementsPerPart / Math.Max(1, shape.Groups), 64, Math.Max(64, shape.Inner));
        pool.For(Partition.Count(shape.Inner, positions), new PositionBody<U>(shape, positions, x, mean, variance, epsilon, dy, dScale, dShift));
    }

    // Each run has two sums, which the cotangents of scale and shift collect in the order of the groups.
    private static void PullbackOfRuns<U>(WorkerPool pool, NormalizationShape shape, int perPart, U* x, U* mean, U* variance, U* scale, double epsilon, U* dy,
        U* dx, bool accumulate, U* dScale, U* dShift)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        nuint runs = (nuint)shape.Groups * (nuint)shape.RunsOfGroup;
        U* sums = (U*)NativeMemory.Alloc(runs * 2, (nuint)sizeof(U)), dots = sums + runs;
        pool.For(Partition.Count(shape.Groups, perPart), new RunsBody<U>(shape, perPart, x, mean, variance, scale, epsilon, dy, dx, accumulate, sums, dots));
        new Span<U>(dScale, shape.ScaleCount).Clear();
        new Span<U>(dShift, shape.ScaleCount).Clear();
        for (int group = 0, at = 0; group < shape.Groups; group++)
        {
            int first = shape.FirstScale(group);
            for (int run = 0; run < shape.RunsOfGroup; run++, at++)
            {
                dShift[first + run] += sums[at];
                dScale[first + run] += dots[at];
            }
        }

        NativeMemory.Free(sums);
    }

    private static int GroupsPerPart(NormalizationShape shape)
    {
        int groups = Math.Max(1, ElementsPerPart / Math.Max(1, shape.GroupCount));
        // Whole vectors, so a column's arithmetic does not depend on the number of parts.
        return IsColumns(shape) ? Partition.Count(groups, ColumnsOfPart) * ColumnsOfPart : groups;
    }

    private static bool IsColumns(NormalizationShape shape) => shape.Inner == 1 && shape.IsScaledByGroup;

    private static U InverseDeviation<U>(U variance, double epsilon)
        where U : unmanaged, IBinaryFloatingPointIeee754<U> => U.One / U.Sqrt(variance + U.CreateTruncating(epsilon));

    // Transposes [rows, columns of a block] to [columns, rows].
    private static void Turn<U>(U* from, int stride, int rows, int columns, U* to)
        where U : unmanaged
    {
        for (int row = 0; row < rows; row++)
        {
            U* line = from + ((nint)row * stride);
            for (int column = 0; column < columns; column++)
                to[((nint)column * rows) + row] = line[column];
        }
    }

    private static void TurnBack<U>(U* from, int rows, int columns, U* to, int stride, bool accumulate)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        for (int row = 0; row < rows; row++)
        {
            U* line = to + ((nint)row * stride);
            for (int column = 0; column < columns; column++)
            {
                U value = from[((nint)column * rows) + row];
                line[column] = accumulate ? line[column] + value : value;
            }
        }
    }

    private readonly struct ForwardBody<U>(NormalizationShape shape, int perPart, U* x, U* scale, U* shift, double epsilon, U* y, U* mean, U* variance)
        : IParallelBody
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public void Run(int part)
        {
            int first = part * perPart, end = Math.Min(shape.Groups, first + perPart);
            if (!IsColumns(shape))
            {
                nint stride = (nint)shape.Groups * shape.Inner;
                for (int group = first; group < end; group++)
                    Group(group, x + ((nint)group * shape.Inner), y + ((nint)group * shape.Inner), stride, shape.Outer, shape.Inner);
                return;
            }

            int whole = (end - first) / Vector<U>.Count * Vector<U>.Count;
            if (whole > 0)
                Columns(first, whole);
            first += whole;
            U* turned = (U*)NativeMemory.Alloc((nuint)shape.Outer * ColumnBlock, (nuint)sizeof(U));
            for (int block = first; block < end; block += ColumnBlock)
            {
                int columns = Math.Min(ColumnBlock, end - block);
                Turn(x + block, shape.Groups, shape.Outer, columns, turned);
                for (int column = 0; column < columns; column++)
                    Group(block + column, turned + ((nint)column * shape.Outer), turned + ((nint)column * shape.Outer), 0, 1, shape.Outer);
                TurnBack(turned, shape.Outer, columns, y + block, shape.Groups, false);
            }

            NativeMemory.Free(turned);
        }

        private void Columns(int first, int columns)
        {
            U* factor = (U*)NativeMemory.Alloc((nuint)columns, (nuint)sizeof(U));
            NormalizationColumns<U>.Statistics(x + first, shape.Groups, shape.Outer, columns, mean + first, variance + first);
            for (int column = 0; column < columns; column++)
                factor[column] = InverseDeviation(variance[first + column], epsilon) * scale[first + column];
            for (int row = 0; row < shape.Outer; row++)
            {
                nint at = ((nint)row * shape.Groups) + first;
                NormalizationColumns<U>.Apply(x + at, y + at, columns, mean + first, factor, shift + first);
            }

            NativeMemory.Free(factor);
        }

        private void Group(int group, U* from, U* to, nint stride, int runs, int length)
        {
            U n = U.CreateTruncating((long)runs * length), sum = U.Zero, squares = U.Zero;
            for (int run = 0; run < runs; run++)
                sum += NormalizationRuns<U>.Sum(from + (run * stride), length);
            U center = sum / n;
            for (int run = 0; run < runs; run++)
                squares += NormalizationRuns<U>.SquaredDeviations(from + (run * stride), length, center);
            U spread = squares / n, inverse = InverseDeviation(spread, epsilon);
            mean[group] = center;
            variance[group] = spread;
            for (int run = 0; run < runs; run++)
            {
                if (shape.IsScaledByGroup)
                    NormalizationRuns<U>.Apply(from + (run * stride), to + (run * stride), length, center, inverse * scale[group], shift[group]);
                else if (shape.ScaleRun == 1)
                    NormalizationRuns<U>.ApplyByPosition(from + (run * stride), to + (run * stride), length, center, inverse, scale + shape.FirstScale(group),
                        shift + shape.FirstScale(group));
                else
                    Runs(from, to, center, inverse, shape.FirstScale(group));
            }
        }

        private void Runs(U* from, U* to, U center, U inverse, int first)
        {
            for (int run = 0; run < shape.RunsOfGroup; run++)
            {
                nint at = (nint)run * shape.ScaleRun;
                NormalizationRuns<U>.Apply(from + at, to + at, shape.ScaleRun, center, inverse * scale[first + run], shift[first + run]);
            }
        }
    }

    private readonly struct PullbackBody<U>(NormalizationShape shape, int perPart, U* x, U* mean, U* variance, U* scale, double epsilon, U* dy, U* dx,
        bool accumulate, U* dScale, U* dShift) : IParallelBody
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public void Run(int part)
        {
            int first = part * perPart, end = Math.Min(shape.Groups, first + perPart);
            if (!IsColumns(shape))
            {
                nint stride = (nint)shape.Groups * shape.Inner;
                for (int group = first; group < end; group++)
                {
                    nint at = (nint)group * shape.Inner;
                    Group(group, x + at, dy + at, dx == null ? null : dx + at, accumulate, stride, shape.Outer, shape.Inner);
                }

                return;
            }

            int whole = (end - first) / Vector<U>.Count * Vector<U>.Count;
            if (whole > 0)
                Columns(first, whole);
            first += whole;
            nint length = (nint)shape.Outer * ColumnBlock;
            U* turned = (U*)NativeMemory.Alloc((nuint)length * 2, (nuint)sizeof(U)), cotangents = turned + length;
            for (int block = first; block < end; block += ColumnBlock)
            {
                int columns = Math.Min(ColumnBlock, end - block);
                Turn(x + block, shape.Groups, shape.Outer, columns, turned);
                Turn(dy + block, shape.Groups, shape.Outer, columns, cotangents);
                for (int column = 0; column < columns; column++)
                {
                    nint at = (nint)column * shape.Outer;
                    Group(block + column, turned + at, cotangents + at, dx == null ? null : cotangents + at, false, 0, 1, shape.Outer);
                }

                if (dx != null)
                    TurnBack(cotangents, shape.Outer, columns, dx + block, shape.Groups, accumulate);
            }

            NativeMemory.Free(turned);
        }

        private void Columns(int first, int columns)
        {
            U* factor = (U*)NativeMemory.Alloc((nuint)columns * 3, (nuint)sizeof(U)), level = factor + columns, slope = level + columns;
            U n = U.CreateTruncating(shape.Outer);
            NormalizationColumns<U>.Moments(x + first, dy + first, shape.Groups, shape.Outer, columns, mean + first, dShift + first, dScale + first);
            for (int column = 0; column < columns; column++)
            {
                U deviation = InverseDeviation(variance[first + column], epsilon);
                factor[column] = deviation * scale[first + column];
                level[column] = dShift[first + column] / n;
                slope[column] = dScale[first + column] * deviation * deviation / n;
                dScale[first + column] *= deviation;
            }

            for (int row = 0; dx != null && row < shape.Outer; row++)
            {
                nint at = ((nint)row * shape.Groups) + first;
                NormalizationColumns<U>.Pull(x + at, dy + at, dx + at, columns, mean + first, factor, level, slope, accumulate);
            }

            NativeMemory.Free(factor);
        }

        private void Group(int group, U* from, U* v, U* to, bool add, nint stride, int runs, int length)
        {
            U n = U.CreateTruncating((long)runs * length), center = mean[group], inverse = InverseDeviation(variance[group], epsilon), sum = U.Zero,
                dot = U.Zero;
            for (int run = 0; run < runs; run++)
            {
                (U s, U d) = shape.IsScaledByGroup
                    ? NormalizationRuns<U>.Moments(from + (run * stride), v + (run * stride), length, center)
                    : NormalizationRuns<U>.MomentsByPosition(from + (run * stride), v + (run * stride), length, center, scale);
                sum += s;
                dot += d;
            }

            if (shape.IsScaledByGroup)
            {
                dShift[group] = sum;
                dScale[group] = dot * inverse;
            }

            if (to == null)
                return;
            U level = sum / n, slope = dot * inverse * inverse / n;
            for (int run = 0; run < runs; run++)
            {
                if (shape.IsScaledByGroup)
                    NormalizationRuns<U>.Pull(from + (run * stride), v + (run * stride), to + (run * stride), length, center, inverse * scale[group], level,
                        slope, add);
                else
                    NormalizationRuns<U>.PullByPosition(from + (run * stride), v + (run * stride), to + (run * stride), length, center, inverse, scale, level,
                        slope, add);
            }
        }
    }

    private readonly struct RunsBody<U>(NormalizationShape shape, int perPart, U* x, U* mean, U* variance, U* scale, double epsilon, U* dy, U* dx,
        bool accumulate, U* sums, U* dots) : IParallelBody
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public void Run(int part)
        {
            int end = Math.Min(shape.Groups, (part + 1) * perPart);
            for (int group = part * perPart; group < end; group++)
                Group(group);
        }

        private void Group(int group)
        {
            nint start = (nint)group * shape.Inner, first = (nint)group * shape.RunsOfGroup;
            U center = mean[group], inverse = InverseDeviation(variance[group], epsilon), sum = U.Zero, dot = U.Zero, n = U.CreateTruncating(shape.Inner);
            U* scales = scale + shape.FirstScale(group);
            for (int run = 0; run < shape.RunsOfGroup; run++)
            {
                nint at = start + ((nint)run * shape.ScaleRun);
                (U s, U d) = NormalizationRuns<U>.Moments(x + at, dy + at, shape.ScaleRun, center);
                sum += s * scales[run];
                dot += d * scales[run];
                sums[first + run] = s;
                dots[first + run] = d * inverse;
            }

            U level = sum / n, slope = dot * inverse * inverse / n;
            for (int run = 0; dx != null && run < shape.RunsOfGroup; run++)
            {
                nint at = start + ((nint)run * shape.ScaleRun);
                NormalizationRuns<U>.PullScaled(x + at, dy + at, dx + at, shape.ScaleRun, center, inverse, scales[run], level, slope, accumulate);
            }
        }
    }

    private readonly struct PositionBody<U>(NormalizationShape shape, int perPart, U* x, U* mean, U* variance, double epsilon, U* dy, U* dScale, U* dShift)
        : IParallelBody
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        public void Run(int part)
        {
            int first = part * perPart, count = Math.Min(perPart, shape.Inner - first);
            new Span<U>(dScale + first, count).Clear();
            new Span<U>(dShift + first, count).Clear();
            for (int group = 0; group < shape.Groups; group++)
            {
                nint at = ((nint)group * shape.Inner) + first;
                NormalizationRuns<U>.AddPositions(x + at, dy + at, count, mean[group], InverseDeviation(variance[group], epsilon), dShift + first,
                    dScale + first);
            }
        }
    }
}
