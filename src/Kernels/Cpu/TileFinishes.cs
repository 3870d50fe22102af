using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>The last operation on elements of C, done when their sums are complete and still in the cache.</summary>
/// <typeparam name="U">The element type of the arithmetic.</typeparam>
internal unsafe interface ITileFinish<U>
    where U : unmanaged
{
    /// <summary>Whether there is nothing to do.</summary>
    bool IsNothing { get; }

    /// <summary>Finishes some columns of one row.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="row">The row.</param>
    /// <param name="column">The first column.</param>
    /// <param name="count">The number of columns.</param>
    void Apply(U* sums, int row, int column, int count);
}

/// <summary>Adds a bias per column, or per row, and applies a function, in place.</summary>
internal readonly unsafe struct BiasAndMap<U, TMap>(U* bias, bool perRow, TMap map) : ITileFinish<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
    where TMap : struct, IUnaryMap
{
    public bool IsNothing => bias == null && typeof(TMap) == typeof(Identity);

    public void Apply(U* sums, int row, int column, int count)
    {
        U* columnBias = bias == null || perRow ? null : bias + column;
        Vector<U> rowBias = bias != null && perRow ? Vector.Create(bias[row]) : Vector<U>.Zero;
        int i = 0;
        for (; i <= count - Vector<U>.Count; i += Vector<U>.Count)
        {
            Vector<U> x = Vector.Load(sums + i);
            if (columnBias != null)
                x += Vector.Load(columnBias + i);
            else if (perRow)
                x += rowBias;
            Vector.Store(map.Invoke(new VectorLane<U>(x)).Value, sums + i);
        }

        if (i < count)
        {
            // A full vector, padded with zeros: the vector formula then gives an element the same bits at every position.
            uint rest = (uint)((count - i) * sizeof(U));
            Vector<U> x = default;
            Unsafe.CopyBlockUnaligned(&x, sums + i, rest);
            if (columnBias != null)
            {
                Vector<U> b = default;
                Unsafe.CopyBlockUnaligned(&b, columnBias + i, rest);
                x += b;
            }
            else if (perRow)
            {
                x += rowBias;
            }

            x = map.Invoke(new VectorLane<U>(x)).Value;
            Unsafe.CopyBlockUnaligned(sums + i, &x, rest);
        }
    }
}

/// <summary>Adds the previous value and the bias to sums in float, applies a function, and rounds the results to Half once.</summary>
internal readonly unsafe struct RoundToHalf<TMap>(Half* c, nint strideC, bool accumulate, Half* bias, bool perRow, TMap map) : ITileFinish<float>
    where TMap : struct, IUnaryMap
{
    private const int Chunk = 64;


    public bool IsNothing => false;

    [SkipLocalsInit]
    public void Apply(float* sums, int row, int column, int count)
    {
        float* widened = stackalloc float[Chunk];
        for (int start = 0; start < count; start += Chunk)
        {
            int n = Math.Min(Chunk, count - start);
            float* x = sums + start;
            Half* to = c + (row * strideC) + column + start;
            if (accumulate)
            {
                Widening.Load(to, 1, widened, n);
                for (int i = 0; i < n; i++)
                    x[i] += widened[i];
            }

            if (bias != null)
                Widening.Load(perRow ? bias + row : bias + column + start, 1, widened, perRow ? 1 : n);
            new BiasAndMap<float, TMap>(bias == null ? null : widened, perRow, map).Apply(x, 0, 0, n);
            Widening.Store(x, to, 1, n);
        }
    }
}

/// <summary>Writes sums over the positions of several consecutive images to those images.</summary>
/// <param name="destination">The first image's row 0.</param>
/// <param name="imageLength">Stride between images.</param>
/// <param name="positions">Columns of an image.</param>
/// <param name="accumulate">Whether to add to what the images hold.</param>
/// <param name="bias">One number per row, or null.</param>
/// <param name="map">The function to apply.</param>
internal readonly unsafe struct ToImages<T, U, TMap>(T* destination, nint imageLength, int positions, bool accumulate, T* bias, TMap map) : ITileFinish<U>
    where T : unmanaged
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
    where TMap : struct, IUnaryMap
{
    public bool IsNothing => false;

    public void Apply(U* sums, int row, int column, int count)
    {
        while (count > 0)
        {
            int image = column / positions, position = column % positions;
            int n = Math.Min(count, positions - position);
            Store(sums, destination + (image * imageLength) + ((nint)row * positions) + position, n, n, accumulate, bias == null ? null : bias + row, map);
            sums += n;
            column += n;
            count -= n;
        }
    }

    /// <summary>
    /// Finishes sums of one row in place, and writes them. Sums up to <paramref name="room"/> that are not written may also change, so that only whole vectors
    /// are needed.
    /// </summary>
    public static void Store(U* sums, T* to, int count, int room, bool accumulate, T* bias, TMap map)
    {
        if (typeof(T) != typeof(U))
        {
            new RoundToHalf<TMap>((Half*)to, 0, accumulate, (Half*)bias, true, map).Apply((float*)sums, 0, 0, count);
            return;
        }

        BiasAndMap<U, TMap> finish = new((U*)bias, true, map);
        if (accumulate)
        {
            for (int i = 0; i < count; i++)
                sums[i] += ((U*)to)[i];
        }

        if (!finish.IsNothing)
            finish.Apply(sums, 0, 0, room);
        Unsafe.CopyBlockUnaligned(to, sums, (uint)(count * sizeof(U)));
    }
}
