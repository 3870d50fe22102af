using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The inner loops of a scan. All use vectors of doubles, so an element has the same bits in each of them.</summary>
/// <typeparam name="U">float or double.</typeparam>
/// <typeparam name="TScan">The scan.</typeparam>
internal static unsafe class ScanSteps<U, TScan>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
    where TScan : struct, IScan
{
    /// <summary>The number of doubles in the stored state of one column.</summary>
    public static int StateNumbers => 1 + (TScan.KeepsCompanion ? 1 : 0) + (TScan.KeepsPosition ? 1 : 0);

    private static int Width => Vector<double>.Count;

    /// <summary>Scans two vectors of lanes from their first elements to their last.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="at">The first element of the first lane.</param>
    /// <param name="stride">Stride between lanes.</param>
    /// <param name="step">Stride between steps, also for the positions.</param>
    /// <param name="length">The number of steps.</param>
    /// <param name="position">The position of the first element.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Several(TScan scan, ScanArrays<U> at, nint stride, int step, int length, int position)
    {
        U* x = at.X, companions = at.Companions, y = at.Y;
        int* positions = at.Positions;
        bool accumulate = at.Accumulate;
        nint other = Width * stride;
        ScanState<VectorLane<double>> first = scan.Identity<VectorLane<double>>(), second = first;
        for (int j = 0; j < length; j++, position += step, x += step)
        {
            VectorLane<double> place = new(Vector.Create((double)position));
            if (TScan.ReadsCompanion)
            {
                first = scan.Combine(first, scan.Element(Gather(x, stride), Gather(companions, stride), place));
                second = scan.Combine(second, scan.Element(Gather(x + other, stride), Gather(companions + other, stride), place));
                companions += step;
            }
            else
            {
                first = scan.Combine(first, scan.Element(Gather(x, stride), default, place));
                second = scan.Combine(second, scan.Element(Gather(x + other, stride), default, place));
            }

            if (y != null)
            {
                VectorLane<double> one = scan.Result(first), two = scan.Result(second);
                if (accumulate)
                {
                    one = Gather(y, stride) + one;
                    two = Gather(y + other, stride) + two;
                }

                Scatter(one, y, stride);
                Scatter(two, y + other, stride);
                y += step;
            }

            if (TScan.KeepsPosition && positions != null)
            {
                StorePlaces(first.Position, positions, stride);
                StorePlaces(second.Position, positions + other, stride);
                positions += step;
            }
        }
    }

    /// <summary>Scans one lane, starting from a given state.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="at">The lane's first element.</param>
    /// <param name="step">Stride between steps.</param>
    /// <param name="length">The number of steps.</param>
    /// <param name="position">The position of the first element.</param>
    /// <param name="direction">The change of the position per step.</param>
    /// <param name="state">The state, read at the start and written at the end.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void One(TScan scan, ScanArrays<U> at, nint step, int length, int position, int direction, ref ScanState<VectorLane<double>> state)
    {
        ScanState<VectorLane<double>> own = state;
        U* x = at.X, companions = at.Companions, y = at.Y;
        int* positions = at.Positions;
        bool accumulate = at.Accumulate;
        nint offset = 0;
        for (int j = 0; j < length; j++, position += direction, offset += step)
        {
            VectorLane<double> companion = TScan.ReadsCompanion ? Everywhere(companions[offset]) : default;
            own = scan.Combine(own, scan.Element(Everywhere(x[offset]), companion, new(Vector.Create((double)position))));
            if (y != null)
            {
                double result = scan.Result(own).Value.ToScalar();
                y[offset] = Narrow(accumulate ? Wide(y[offset]) + result : result);
            }

            if (TScan.KeepsPosition && positions != null)
                positions[offset] = (int)own.Position.Value.ToScalar();
        }

        state = own;
    }

    /// <summary>Sets the states of columns before their first row.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="states">Memory for them.</param>
    /// <param name="columns">The number of columns, a multiple of two vectors.</param>
    public static void Begin(TScan scan, double* states, int columns)
    {
        ScanState<VectorLane<double>> identity = scan.Identity<VectorLane<double>>();
        for (int i = 0; i < columns; i += Width)
            Store(identity, states, i, columns);
    }

    /// <summary>Scans neighbouring columns, row by row, starting from given states.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="at">The first column's element in the first row.</param>
    /// <param name="step">Stride between rows.</param>
    /// <param name="length">The number of rows.</param>
    /// <param name="position">The position of the first row.</param>
    /// <param name="direction">The change of the position per step.</param>
    /// <param name="states">The columns' states, read at the start and written at the end.</param>
    /// <param name="columns">The number of columns, a multiple of two vectors.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Columns(TScan scan, ScanArrays<U> at, nint step, int length, int position, int direction, double* states, int columns)
    {
        U* x = at.X, companions = at.Companions, y = at.Y;
        int* positions = at.Positions;
        double* next = states + Width;
        bool accumulate = at.Accumulate;
        for (int j = 0; j < length; j++, position += direction, x += step, companions += step)
        {
            VectorLane<double> place = new(Vector.Create((double)position));
            for (int i = 0; i < columns; i += 2 * Width)
            {
                Load(x + i, out VectorLane<double> low, out VectorLane<double> high);
                VectorLane<double> companion = default, other = default;
                if (TScan.ReadsCompanion)
                    Load(companions + i, out companion, out other);
                ScanState<VectorLane<double>> first = scan.Combine(Load(states, i, columns), scan.Element(low, companion, place));
                ScanState<VectorLane<double>> second = scan.Combine(Load(next, i, columns), scan.Element(high, other, place));
                Store(first, states, i, columns);
                Store(second, next, i, columns);
                if (y != null)
                {
                    VectorLane<double> one = scan.Result(first), two = scan.Result(second);
                    if (accumulate)
                    {
                        Load(y + i, out VectorLane<double> before, out VectorLane<double> after);
                        one = before + one;
                        two = after + two;
                    }

                    Store(one, two, y + i);
                }

                if (TScan.KeepsPosition && positions != null)
                {
                    StorePlaces(first.Position, positions + i, 1);
                    StorePlaces(second.Position, positions + i + Width, 1);
                }
            }

            if (y != null)
                y += step;
            if (TScan.KeepsPosition && positions != null)
                positions += step;
        }
    }

    private static double Wide(U number) => typeof(U) == typeof(float) ? Unsafe.BitCast<U, float>(number) : Unsafe.BitCast<U, double>(number);

    private static U Narrow(double number) => typeof(U) == typeof(float) ? Unsafe.BitCast<float, U>((float)number) : Unsafe.BitCast<double, U>(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VectorLane<double> Everywhere(U number) => new(Vector.Create(Wide(number)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScanState<VectorLane<double>> Load(double* states, int column, int columns)
    {
        VectorLane<double> value = new(Vector.Load(states + column)), companion = default, position = default;
        if (TScan.KeepsCompanion)
            companion = new(Vector.Load(states + columns + column));
        if (TScan.KeepsPosition)
            position = new(Vector.Load(states + ((StateNumbers - 1) * columns) + column));
        return new(value, companion, position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ScanState<VectorLane<double>> state, double* states, int column, int columns)
    {
        Vector.Store(state.Value.Value, states + column);
        if (TScan.KeepsCompanion)
            Vector.Store(state.Companion.Value, states + columns + column);
        if (TScan.KeepsPosition)
            Vector.Store(state.Position.Value, states + ((StateNumbers - 1) * columns) + column);
    }

    // Two vectors of neighbouring elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(U* from, out VectorLane<double> first, out VectorLane<double> second)
    {
        Vector<double> low, high;
        if (typeof(U) == typeof(float))
            Vector.Widen(Vector.Load((float*)from), out low, out high);
        else
            (low, high) = (Vector.Load((double*)from), Vector.Load((double*)from + Width));
        first = new(low);
        second = new(high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(VectorLane<double> first, VectorLane<double> second, U* to)
    {
        if (typeof(U) == typeof(float))
        {
            Vector.Store(Vector.Narrow(first.Value, second.Value), (float*)to);
            return;
        }

        Vector.Store(first.Value, (double*)to);
        Vector.Store(second.Value, (double*)to + Width);
    }

    // One element from each lane of a vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static VectorLane<double> Gather(U* from, nint stride)
    {
        if (Width == 4 && typeof(U) == typeof(float))
        {
            float* single = (float*)from;
            Vector128<float> four = Vector128.Create(single[0], single[stride], single[2 * stride], single[3 * stride]);
            return new(Vector256.Create(Vector128.WidenLower(four), Vector128.WidenUpper(four)).AsVector());
        }

        if (Width == 4)
            return new(Vector256.Create(Wide(from[0]), Wide(from[stride]), Wide(from[2 * stride]), Wide(from[3 * stride])).AsVector());
        Vector<double> gathered = default;
        for (int lane = 0; lane < Width; lane++)
            gathered = gathered.WithElement(lane, Wide(from[lane * stride]));
        return new(gathered);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scatter(VectorLane<double> lanes, U* to, nint stride)
    {
        if (Width == 4 && typeof(U) == typeof(float))
        {
            Vector256<double> wide = lanes.Value.AsVector256();
            Vector128<float> four = Vector128.Narrow(wide.GetLower(), wide.GetUpper());
            float* single = (float*)to;
            single[0] = four.GetElement(0);
            single[stride] = four.GetElement(1);
            single[2 * stride] = four.GetElement(2);
            single[3 * stride] = four.GetElement(3);
            return;
        }

        for (int lane = 0; lane < Width; lane++)
            to[lane * stride] = Narrow(lanes.Value.GetElement(lane));
    }

    private static void StorePlaces(VectorLane<double> places, int* to, nint stride)
    {
        for (int lane = 0; lane < Width; lane++)
            to[lane * stride] = (int)places.Value.GetElement(lane);
    }
}
