using System.Diagnostics;
using System.Numerics;
using ConservativeAD.Benchmarks.Limits;

namespace ConservativeAD.Benchmarks.Versus;

/// <summary>
/// What the machine can do, measured beside a workload on as many threads: bytes copied or read a second in arrays of the workload's size, and multiply-adds.
/// The fastest of a few copies or reads counts, since a ceiling is what can be reached, and the median of multiply-adds, which others disturb less.
/// </summary>
/// <param name="threads">The number of threads.</param>
internal sealed class Ceilings(int threads)
{
    private const int Samples = 7;
    private const double SampleSeconds = 0.01;
    private const int LeastBytes = 1 << 16;

    private readonly Dictionary<(long Bytes, bool Writes), double> rates = [];
    private double? peak;

    /// <summary>The least time of a workload, in milliseconds, and what bounds it; null where its floor is not known.</summary>
    /// <param name="floor">The least that it must do.</param>
    public (double Milliseconds, string Bound)? LeastTime(Floor floor)
    {
        double moved = floor.Read + floor.Written;
        double ofMemory = moved == 0 ? 0 : 1000 * moved / Rate((long)moved, floor.Written > 0);
        double ofArithmetic = floor.Operations == 0 ? 0 : 1000 * floor.Operations / (Peak() / (floor.IsDouble ? 2 : 1));
        return ofMemory == 0 && ofArithmetic == 0 ? null : ofMemory > ofArithmetic ? (ofMemory, "memory") : (ofArithmetic, "arithmetic");
    }

    // Operations of float32 a second, on all threads at once.
    private double Peak() => peak ??= FmaPeak.Measure(Samples, threads);

    // Bytes a second, read and written, of copies within arrays of so many bytes together, or of sums over one.
    private double Rate(long bytes, bool writes)
    {
        if (rates.TryGetValue((bytes, writes), out double known))
            return known;
        int each = (int)Math.Min(Math.Max(bytes, LeastBytes) / threads / (writes ? 2 : 1), 1 << 29);
        byte[][] from = Arrays(each), to = writes ? Arrays(each) : [];
        int repeats = Math.Max(1, (int)(SampleSeconds * 2e10 / threads / each));
        double best = 0;
        for (int sample = 0; sample <= Samples; sample++)
        {
            double seconds = Simultaneous.Seconds(threads, thread =>
            {
                for (int i = 0; i < repeats; i++)
                {
                    if (writes)
                        from[thread].AsSpan().CopyTo(to[thread]);
                    else
                        Read(from[thread]);
                }
            });
            best = Math.Max(best, (double)each * threads * repeats * (writes ? 2 : 1) / seconds);
        }

        return rates[(bytes, writes)] = best;
    }

    private byte[][] Arrays(int bytes) => [.. Enumerable.Range(0, threads).Select(_ =>
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(bytes);
        array.AsSpan().Fill(1);
        return array;
    })];

    // The sum in eight registers, which no reduction of the library can outrun.
    private static void Read(byte[] array)
    {
        ReadOnlySpan<Vector<ulong>> vectors = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Vector<ulong>>(array);
        Vector<ulong> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (int i = 0; i + 8 <= vectors.Length; i += 8)
        {
            a ^= vectors[i];
            b ^= vectors[i + 1];
            c ^= vectors[i + 2];
            d ^= vectors[i + 3];
            e ^= vectors[i + 4];
            f ^= vectors[i + 5];
            g ^= vectors[i + 6];
            h ^= vectors[i + 7];
        }

        Volatile.Write(ref sink, (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h)[0]);
    }

    private static ulong sink;
}
