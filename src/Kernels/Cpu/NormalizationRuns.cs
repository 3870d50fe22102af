using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Normalises a contiguous run of one group. Each loop is a separate method, so that its sums stay in registers.</summary>
/// <typeparam name="U">float or double.</typeparam>
internal static unsafe class NormalizationRuns<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    private static int Lanes => Vector<U>.Count;

    /// <summary>Σ x.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static U Sum(U* x, int count)
    {
        Vector<U> first = default, second = default;
        int i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            first += Vector.Load(x + i);
            second += Vector.Load(x + i + Lanes);
        }

        U total = Vector.Sum(first + second);
        for (; i < count; i++)
            total += x[i];
        return total;
    }

    /// <summary>Σ (x − mean)².</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static U SquaredDeviations(U* x, int count, U mean)
    {
        Vector<U> by = Vector.Create(mean), first = default, second = default;
        int i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            Vector<U> low = Vector.Load(x + i) - by, high = Vector.Load(x + i + Lanes) - by;
            first += low * low;
            second += high * high;
        }

        U total = Vector.Sum(first + second);
        for (; i < count; i++)
            total += (x[i] - mean) * (x[i] - mean);
        return total;
    }

    /// <summary>y = (x − mean)·factor + shift.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Apply(U* x, U* y, int count, U mean, U factor, U shift)
    {
        Vector<U> by = Vector.Create(mean), times = Vector.Create(factor), plus = Vector.Create(shift);
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
            Vector.Store(((Vector.Load(x + i) - by) * times) + plus, y + i);
        for (; i < count; i++)
            y[i] = ((x[i] - mean) * factor) + shift;
    }

    /// <summary>y = (x − mean)·factor·scale + shift, with scale and shift of each position.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ApplyByPosition(U* x, U* y, int count, U mean, U factor, U* scale, U* shift)
    {
        Vector<U> by = Vector.Create(mean), times = Vector.Create(factor);
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
            Vector.Store(((Vector.Load(x + i) - by) * times * Vector.Load(scale + i)) + Vector.Load(shift + i), y + i);
        for (; i < count; i++)
            y[i] = ((x[i] - mean) * factor * scale[i]) + shift[i];
    }

    /// <summary>Σ v and Σ v·(x − mean).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static (U Sum, U Dot) Moments(U* x, U* v, int count, U mean)
    {
        Vector<U> by = Vector.Create(mean), sum = default, otherSum = default, dot = default, otherDot = default;
        int i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            Vector<U> low = Vector.Load(v + i), high = Vector.Load(v + i + Lanes);
            sum += low;
            otherSum += high;
            dot += low * (Vector.Load(x + i) - by);
            otherDot += high * (Vector.Load(x + i + Lanes) - by);
        }

        (U s, U d) = (Vector.Sum(sum + otherSum), Vector.Sum(dot + otherDot));
        for (; i < count; i++)
        {
            s += v[i];
            d += v[i] * (x[i] - mean);
        }

        return (s, d);
    }

    /// <summary>Σ v·scale and Σ v·scale·(x − mean), with a scale of each position.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static (U Sum, U Dot) MomentsByPosition(U* x, U* v, int count, U mean, U* scale)
    {
        Vector<U> by = Vector.Create(mean), sum = default, otherSum = default, dot = default, otherDot = default;
        int i = 0;
        for (; i <= count - (2 * Lanes); i += 2 * Lanes)
        {
            Vector<U> low = Vector.Load(v + i) * Vector.Load(scale + i), high = Vector.Load(v + i + Lanes) * Vector.Load(scale + i + Lanes);
            sum += low;
            otherSum += high;
            dot += low * (Vector.Load(x + i) - by);
            otherDot += high * (Vector.Load(x + i + Lanes) - by);
        }

        (U s, U d) = (Vector.Sum(sum + otherSum), Vector.Sum(dot + otherDot));
        for (; i < count; i++)
        {
            s += v[i] * scale[i];
            d += v[i] * scale[i] * (x[i] - mean);
        }

        return (s, d);
    }

    /// <summary>d = factor·(v − level − (x − mean)·slope), or added to d.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Pull(U* x, U* v, U* d, int count, U mean, U factor, U level, U slope, bool accumulate)
    {
        Vector<U> by = Vector.Create(mean), times = Vector.Create(factor), less = Vector.Create(level), tilt = Vector.Create(slope);
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector<U> pulled = times * (Vector.Load(v + i) - less - ((Vector.Load(x + i) - by) * tilt));
            Vector.Store(accumulate ? Vector.Load(d + i) + pulled : pulled, d + i);
        }

        for (; i < count; i++)
        {
            U pulled = factor * (v[i] - level - ((x[i] - mean) * slope));
            d[i] = accumulate ? d[i] + pulled : pulled;
        }
    }

    /// <summary>d = factor·(v·scale − level − (x − mean)·slope), or added to d.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void PullScaled(U* x, U* v, U* d, int count, U mean, U factor, U scale, U level, U slope, bool accumulate)
    {
        Vector<U> by = Vector.Create(mean), times = Vector.Create(factor), scaled = Vector.Create(scale), less = Vector.Create(level),
            tilt = Vector.Create(slope);
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector<U> pulled = times * ((Vector.Load(v + i) * scaled) - less - ((Vector.Load(x + i) - by) * tilt));
            Vector.Store(accumulate ? Vector.Load(d + i) + pulled : pulled, d + i);
        }

        for (; i < count; i++)
        {
            U pulled = factor * ((v[i] * scale) - level - ((x[i] - mean) * slope));
            d[i] = accumulate ? d[i] + pulled : pulled;
        }
    }

    /// <summary>d = factor·(v·scale − level − (x − mean)·slope), or added to d, with a scale of each position.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void PullByPosition(U* x, U* v, U* d, int count, U mean, U factor, U* scale, U level, U slope, bool accumulate)
    {
        Vector<U> by = Vector.Create(mean), times = Vector.Create(factor), less = Vector.Create(level), tilt = Vector.Create(slope);
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector<U> pulled = times * ((Vector.Load(v + i) * Vector.Load(scale + i)) - less - ((Vector.Load(x + i) - by) * tilt));
            Vector.Store(accumulate ? Vector.Load(d + i) + pulled : pulled, d + i);
        }

        for (; i < count; i++)
        {
            U pulled = factor * ((v[i] * scale[i]) - level - ((x[i] - mean) * slope));
            d[i] = accumulate ? d[i] + pulled : pulled;
        }
    }

    /// <summary>s += v and d += v·(x − mean)·factor, position by position.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddPositions(U* x, U* v, int count, U mean, U factor, U* s, U* d)
    {
        Vector<U> by = Vector.Create(mean), times = Vector.Create(factor);
        int i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            Vector<U> cotangent = Vector.Load(v + i);
            Vector.Store(Vector.Load(s + i) + cotangent, s + i);
            Vector.Store(Vector.Load(d + i) + (cotangent * ((Vector.Load(x + i) - by) * times)), d + i);
        }

        for (; i < count; i++)
        {
            s[i] += v[i];
            d[i] += v[i] * ((x[i] - mean) * factor);
        }
    }
}
