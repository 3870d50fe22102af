using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ConservativeAD.Benchmarks.Limits;

namespace ConservativeAD.Benchmarks.Versus;

/// <summary>
/// What the machine can do, measured beside a workload on as many threads: bytes copied, updated in place or read a second in arrays of the workload's size,
/// and multiply-adds.
/// The fastest of some such passes counts, since a ceiling is what can be reached, and the median of multiply-adds, which others disturb less.
/// </summary>
/// <param name="threads">The number of threads.</param>
internal sealed class Ceilings(int threads)
{
    private const int Samples = 15;
    private const double SampleSeconds = 0.01;
    private const int LeastBytes = 1 << 16;

    private static ulong sink;

    private readonly Dictionary<(long Bytes, bool Writes, bool IsInPlace), double> rates = [];
    private double? peak;

    /// <summary>The least time of a workload, in milliseconds, and what bounds it; null where its floor is not known.</summary>
    /// <param name="floor">The least that it must do.</param>
    public (double Milliseconds, string Bound)? LeastTime(Floor floor)
    {
        double moved = floor.Read + floor.Written;
        double ofMemory = moved == 0 ? 0 : 1000 * moved / Rate((long)moved, floor.Written > 0, floor.IsInPlace);
        double ofArithmetic = floor.Operations == 0 ? 0 : 1000 * floor.Operations / (Peak() / (floor.IsDouble ? 2 : 1));
        return ofMemory == 0 && ofArithmetic == 0 ? null : ofMemory > ofArithmetic ? (ofMemory, "memory") : (ofArithmetic, "arithmetic");
    }

    // Operations of float32 a second, on all threads at once.
    private double Peak() => peak ??= FmaPeak.Measure(Samples, threads);

    // Bytes a second, read and written, of copies or updates in place within so many bytes; or of reads of them.
    private double Rate(long bytes, bool writes, bool isInPlace)
    {
        if (rates.TryGetValue((bytes, writes, isInPlace), out double known))
            return known;
        bool copies = writes && !isInPlace;
        int each = (int)Math.Min(Math.Max(bytes, LeastBytes) / threads / (copies ? 2 : 1), 1 << 29);
        byte[][] from = Arrays(each), to = copies ? Arrays(each) : [];
        double rate = Fastest(each, thread =>
        {
            if (copies)
                from[thread].AsSpan().CopyTo(to[thread]);
            else if (writes)
                Update(from[thread]);
            else
                Read(from[thread]);
        });
        return rates[(bytes, writes, isInPlace)] = rate * (writes ? 2 : 1);
    }

    // Bytes a second of passes over arrays of a size, all threads at once.
    private double Fastest(int each, Action<int> pass)
    {
        int repeats = Math.Max(1, (int)(SampleSeconds * 2e10 / threads / each));
        double best = 0;
        for (int sample = 0; sample <= Samples; sample++)
        {
            double seconds = Simultaneous.Seconds(threads, thread =>
            {
                for (int i = 0; i < repeats; i++)
                    pass(thread);
            });
            best = Math.Max(best, (double)each * threads * repeats / seconds);
        }

        return best;
    }

    private byte[][] Arrays(int bytes) => [.. Enumerable.Range(0, threads).Select(_ =>
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(bytes);
        array.AsSpan().Fill(1);
        return array;
    })];

    // Eight registers, so that loads alone limit it.
    private static void Read(byte[] array)
    {
        ReadOnlySpan<Vector512<ulong>> vectors = MemoryMarshal.Cast<byte, Vector512<ulong>>(array);
        Vector512<ulong> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
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

    private static void Update(byte[] array)
    {
        Span<Vector512<ulong>> vectors = MemoryMarshal.Cast<byte, Vector512<ulong>>(array.AsSpan());
        Vector512<ulong> mask = Vector512.Create(3UL);
        for (int i = 0; i + 4 <= vectors.Length; i += 4)
        {
            vectors[i] ^= mask;
            vectors[i + 1] ^= mask;
            vectors[i + 2] ^= mask;
            vectors[i + 3] ^= mask;
        }
    }
}
