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
        int lanes = Vector<short>.Count, i = 0;
        for (; i <= length - lanes; i += lanes)
            Result(body, At(x, sx, i), At(y, sy, i), At(z, sz, i), At(w, sw, i)).Store(d + i);
        int rest = length - i;
        if (rest > 0)
        {
            Vector<short> last = Result(body, Last(x, sx, i, rest), Last(y, sy, i, rest), Last(z, sz, i, rest), Last(w, sw, i, rest));
            Unsafe.CopyBlockUnaligned(d + i, &last, (uint)(rest * sizeof(short)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> Result<TBody>(TBody body, Vector<short> x, Vector<short> y, Vector<short> z, Vector<short> w)
        where TBody : struct, IMapBody =>
        body.Invoke(new SelectionLane(x), new SelectionLane(y), new SelectionLane(z), new SelectionLane(w)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> At(short* row, int stride, int i) => row == null ? default : stride == 0 ? Vector.Create(*row) : Vector.Load(row + i);

    private static Vector<short> Last(short* row, int stride, int i, int count)
    {
        if (row == null)
            return default;
        if (stride == 0)
            return Vector.Create(*row);
        Vector<short> result = default;
        Unsafe.CopyBlockUnaligned(&result, row + i, (uint)(count * sizeof(short)));
        return result;
    }
}
