using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels;

/// <summary>
/// Philox4x32-10, a counter-based random number generator (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).
/// A value depends only on (seed, stream, index), so any part of a fill can be computed separately, on any thread.
/// </summary>
/// <remarks>
/// The key is the seed; the counter is the number of the block (low 64 bits) and the stream (high 64 bits). Draws of different kinds read the same words, so
/// independent quantities need different streams. Uniform and Bernoulli values take one 32-bit word per element (a uniform double takes two); normal values of
/// any type take one block per pair of elements.
/// </remarks>
/// <param name="Seed">The key.</param>
/// <param name="Stream">Which of the 2⁶⁴ independent streams of the seed.</param>
public readonly record struct Philox(ulong Seed, ulong Stream)
{
    // The constants of the paper: two multipliers, and the Weyl sequence of the key (golden ratio, √3 − 1).
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9;
    private const uint KeyStep1 = 0xBB67AE85;
    private const int Rounds = 10;
    private const int WordsPerBlock = 4;

    // Fills draw their words in batches of this many blocks: enough for the vector code, and few enough for the stack.
    private const int BatchBlocks = 64;
    private const int BatchWords = BatchBlocks * WordsPerBlock;

    private const double TwoToMinus32 = 1.0 / 4294967296.0;
    private const double TwoToMinus53 = 1.0 / 9007199254740992.0;

    /// <summary>A stream from one of 2³² blocks of streams: each use of random numbers has its own block, and numbers its streams from 0.</summary>
    /// <param name="seed">The key.</param>
    /// <param name="use">The block of streams.</param>
    /// <param name="index">The stream in the block; below 2³².</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is 2³² or more.</exception>
    public static Philox For(ulong seed, uint use, ulong index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, uint.MaxValue);
        return new Philox(seed, ((ulong)use << 32) + index);
    }

    /// <summary>The four words of one block.</summary>
    /// <param name="counter">The number of the block.</param>
    /// <returns>The words in order.</returns>
    public (uint Word0, uint Word1, uint Word2, uint Word3) Block(ulong counter) =>
        Block((uint)counter, (uint)(counter >> 32), (uint)Stream, (uint)(Stream >> 32), (uint)Seed, (uint)(Seed >> 32));

    /// <summary>Raw words of the stream: word i is word i mod 4 of block i / 4.</summary>
    /// <param name="words">The destination.</param>
    /// <param name="offset">The index of the first word.</param>
    public unsafe void Words(Span<uint> words, ulong offset = 0)
    {
        uint* batch = stackalloc uint[BatchWords];
        int done = 0;
        while (done < words.Length)
        {
            ulong index = offset + (ulong)done;
            int skipped = (int)(index % WordsPerBlock);
            int taken = Math.Min(BatchWords - skipped, words.Length - done);
            Blocks(index / WordsPerBlock, batch, (skipped + taken + WordsPerBlock - 1) / WordsPerBlock);
            new ReadOnlySpan<uint>(batch + skipped, taken).CopyTo(words[done..]);
            done += taken;
        }
    }

    /// <summary>Independent uniform values in [low, high); <paramref name="high"/> itself never occurs, even after rounding.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="values">The destination.</param>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The upper bound, which is never reached.</param>
    /// <param name="offset">The index of the first element.</param>
    /// <exception cref="ArgumentException">The bounds are not finite, not in order, or their difference is not finite.</exception>
    public void Uniform<T>(Span<T> values, T low, T high, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckBounds(low, high);
        double from = double.CreateTruncating(low);
        double width = double.CreateTruncating(high) - from;

        T last = T.BitDecrement(high);
        int wordsPerValue = typeof(T) == typeof(double) ? 2 : 1;
        Span<uint> batch = stackalloc uint[BatchWords];
        for (int done = 0; done < values.Length;)
        {
            int taken = Math.Min(BatchWords / wordsPerValue, values.Length - done);
            Span<uint> words = batch[..(taken * wordsPerValue)];
            Words(words, unchecked((offset + (ulong)done) * (ulong)wordsPerValue));
            for (int i = 0; i < taken; i++)
            {
                double unit = wordsPerValue == 2
                    ? (((ulong)words[(2 * i) + 1] << 32 | words[2 * i]) >> 11) * TwoToMinus53
                    : words[i] * TwoToMinus32;
                T value = Rounded<T>(from + (unit * width));
                values[done + i] = value < high ? value : last;
            }

            done += taken;
        }
    }

    /// <summary>
    /// Independent normal values, by the Box–Muller transform in double precision: block i gives elements 2i (cosine) and 2i + 1 (sine).
    /// </summary>
    /// <typeparam name="T">float, double or Half; all are roundings of the same values.</typeparam>
    /// <param name="values">The destination.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="deviation">The standard deviation; at least 0.</param>
    /// <param name="offset">The index of the first element.</param>
    /// <exception cref="ArgumentException">The mean or the deviation is not finite, or the deviation is negative.</exception>
    public unsafe void Normal<T>(Span<T> values, T mean, T deviation, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckNormal(mean, deviation);

        double centre = double.CreateTruncating(mean);
        double scale = double.CreateTruncating(deviation);
        uint* batch = stackalloc uint[BatchWords];
        for (int done = 0; done < values.Length;)
        {
            ulong index = offset + (ulong)done;
            int skipped = (int)(index % 2);
            int taken = Math.Min((2 * BatchBlocks) - skipped, values.Length - done);
            int blocks = (skipped + taken + 1) / 2;
            Blocks(index / 2, batch, blocks);
            for (int block = 0; block < blocks; block++)
            {
                uint* words = batch + (block * WordsPerBlock);

                // In (0, 1], so that the logarithm is finite.
                double u = ((((ulong)words[1] << 32 | words[0]) >> 11) + 1) * TwoToMinus53;
                double turn = (((ulong)words[3] << 32 | words[2]) >> 11) * TwoToMinus53;
                double radius = Math.Sqrt(-2 * Math.Log(u));
                (double sine, double cosine) = double.SinCosPi(2 * turn);
                int first = (2 * block) - skipped;
                if (first >= 0)
                    values[done + first] = Rounded<T>(centre + (scale * radius * cosine));
                if (first + 1 < taken)
                    values[done + first + 1] = Rounded<T>(centre + (scale * radius * sine));
            }

            done += taken;
        }
    }

    /// <summary>
    /// A uniformly distributed permutation of 0 … n − 1 (Fisher and Yates; bounded integers by Lemire's method with rejection, without bias).
    /// </summary>
    /// <param name="permutation">The destination of its n entries.</param>
    public void Permutation(Span<int> permutation)
    {
        for (int i = 0; i < permutation.Length; i++)
            permutation[i] = i;

        Span<uint> words = stackalloc uint[BatchWords];
        ulong offset = 0;
        int next = BatchWords;
        for (int i = permutation.Length - 1; i > 0; i--)
        {
            uint bound = (uint)i + 1;
            ulong product;
            do
            {
                if (next == BatchWords)
                {
                    Words(words, offset);
                    offset += BatchWords;
                    next = 0;
                }

                product = (ulong)words[next++] * bound;
            }
            while ((uint)product < bound && (uint)product < (0u - bound) % bound);
            int j = (int)(product >> 32);
            (permutation[i], permutation[j]) = (permutation[j], permutation[i]);
        }
    }

    /// <summary>Independent values that are 1 with a given probability and 0 otherwise.</summary>
    /// <typeparam name="T">float, double or Half; all draw the same events.</typeparam>
    /// <param name="values">The destination.</param>
    /// <param name="probability">The probability of 1, in [0, 1]; kept to 32 bits.</param>
    /// <param name="offset">The index of the first element.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is outside [0, 1].</exception>
    public void Bernoulli<T>(Span<T> values, double probability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckProbability(probability);
        Choose(values, probability, T.One, T.Zero, offset);
    }

    /// <summary>A dropout mask: 0 with the probability of dropping, 1 / (1 − probability) otherwise, so that its expectation is 1.</summary>
    /// <typeparam name="T">float, double or Half; all draw the same events.</typeparam>
    /// <param name="mask">The destination.</param>
    /// <param name="dropProbability">The probability of 0, in [0, 1]; at 1 the mask is 0 throughout.</param>
    /// <param name="offset">The index of the first element.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dropProbability"/> is outside [0, 1].</exception>
    public void DropoutMask<T>(Span<T> mask, double dropProbability, ulong offset = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckDropProbability(dropProbability);
        Choose(mask, dropProbability, T.Zero, Kept<T>(dropProbability), offset);
    }

    /// <summary>The bijection, for given words of counter and key.</summary>
    internal static (uint Word0, uint Word1, uint Word2, uint Word3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0;
            ulong p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += KeyStep0;
            k1 += KeyStep1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>The threshold of an event: it happens if the word is below. It has 64 bits, so that with probability 1 every word is below.</summary>
    internal static long Threshold(double probability) => (long)Math.Round(probability / TwoToMinus32);

    /// <summary>The factor of the elements that dropout keeps.</summary>
    internal static T Kept<T>(double dropProbability)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => dropProbability < 1 ? Rounded<T>(1 / (1 - dropProbability)) : T.Zero;

    internal static void CheckBounds<T>(T low, T high)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!(low < high) || !double.IsFinite(double.CreateTruncating(high) - double.CreateTruncating(low)))
            throw new ArgumentException(
                $"A uniform distribution needs finite bounds low < high whose difference is finite; they are low = {low} and high = {high}.", nameof(high));
    }

    internal static void CheckNormal<T>(T mean, T deviation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!T.IsFinite(mean) || !T.IsFinite(deviation) || deviation < T.Zero)
            throw new ArgumentException($"A normal distribution needs a finite mean and a finite deviation of at least 0; they are {mean} and {deviation}.",
                nameof(deviation));
    }

    internal static void CheckProbability(double probability)
    {
        if (!(probability >= 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, $"A probability lies in [0, 1]; it is {probability}.");
    }

    internal static void CheckDropProbability(double dropProbability)
    {
        if (!(dropProbability >= 0 && dropProbability <= 1))
            throw new ArgumentOutOfRangeException(nameof(dropProbability), dropProbability,
                $"A probability lies in [0, 1]; the probability of dropping is {dropProbability}.");
    }

    private static T Rounded<T>(double value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(Half) ? T.CreateTruncating((float)value) : T.CreateTruncating(value);

    private void Choose<T>(Span<T> values, double probability, T event1, T event0, ulong offset)
        where T : unmanaged
    {
        long threshold = Threshold(probability);
        Span<T> events = [event0, event1];
        Span<uint> batch = stackalloc uint[BatchWords];
        for (int done = 0; done < values.Length;)
        {
            int taken = Math.Min(BatchWords, values.Length - done);
            Words(batch[..taken], offset + (ulong)done);

            // The sign of the difference decides the event; a branch on a random bit would be mispredicted half of the time.
            for (int i = 0; i < taken; i++)
                values[done + i] = events[(int)((ulong)(batch[i] - threshold) >> 63)];
            done += taken;
        }
    }

    private unsafe void Blocks(ulong first, uint* words, int count)
    {
        int done = 0;
        if (Avx2.IsSupported)
        {
            for (; done + 8 <= count; done += 8)
                EightBlocks(first + (ulong)done, words + (done * WordsPerBlock));
        }

        for (; done < count; done++)
        {
            (uint w0, uint w1, uint w2, uint w3) = Block(first + (ulong)done);
            uint* block = words + (done * WordsPerBlock);
            block[0] = w0;
            block[1] = w1;
            block[2] = w2;
            block[3] = w3;
        }
    }

    // Each counter word is in the low half of a 64-bit lane, where the widening multiplication reads it; the high halves are never read. Two vectors of four
    // blocks run side by side to hide the latency of the multiplication.
    private unsafe void EightBlocks(ulong first, uint* words)
    {
        Vector256<ulong> index = Vector256.Create(first) + Vector256.Create(0ul, 1, 2, 3);
        Vector256<ulong> indexB = index + Vector256.Create(4ul);
        Vector256<ulong> a0 = index, a1 = index >> 32, a2 = Vector256.Create(Stream), a3 = Vector256.Create(Stream >> 32);
        Vector256<ulong> b0 = indexB, b1 = indexB >> 32, b2 = a2, b3 = a3;
        Vector256<uint> m0 = Vector256.Create((ulong)Multiplier0).AsUInt32(), m1 = Vector256.Create((ulong)Multiplier1).AsUInt32();
        uint k0 = (uint)Seed, k1 = (uint)(Seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            Vector256<ulong> key0 = Vector256.Create((ulong)k0), key1 = Vector256.Create((ulong)k1);
            Vector256<ulong> p0 = Avx2.Multiply(a0.AsUInt32(), m0), p1 = Avx2.Multiply(a2.AsUInt32(), m1);
            Vector256<ulong> q0 = Avx2.Multiply(b0.AsUInt32(), m0), q1 = Avx2.Multiply(b2.AsUInt32(), m1);
            a0 = (p1 >> 32) ^ a1 ^ key0;
            a2 = (p0 >> 32) ^ a3 ^ key1;
            a1 = p1;
            a3 = p0;
            b0 = (q1 >> 32) ^ b1 ^ key0;
            b2 = (q0 >> 32) ^ b3 ^ key1;
            b1 = q1;
            b3 = q0;
            k0 += KeyStep0;
            k1 += KeyStep1;
        }

        StoreFour(a0, a1, a2, a3, (ulong*)words);
        StoreFour(b0, b1, b2, b3, (ulong*)words + 8);
    }

    private static unsafe void StoreFour(Vector256<ulong> w0, Vector256<ulong> w1, Vector256<ulong> w2, Vector256<ulong> w3, ulong* halves)
    {
        Vector256<ulong> low = Vector256.Create(0xFFFFFFFFul);
        Vector256<ulong> front = (w0 & low) | (w1 << 32);
        Vector256<ulong> back = (w2 & low) | (w3 << 32);
        Vector256<ulong> even = Avx2.UnpackLow(front, back);
        Vector256<ulong> odd = Avx2.UnpackHigh(front, back);
        Avx2.Permute2x128(even, odd, 0x20).Store(halves);
        Avx2.Permute2x128(even, odd, 0x31).Store(halves + 4);
    }
}
