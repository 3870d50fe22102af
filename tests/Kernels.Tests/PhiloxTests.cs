using ConservativeAD.Kernels.Cpu;

namespace ConservativeAD.Kernels.Tests;

public sealed class PhiloxTests
{
    private const int Many = 1 << 18;

    [Fact]
    public void Blocks_agree_with_the_known_answers_of_Random123()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Block(0, 0, 0, 0, 0, 0));
        Assert.Equal(
            (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu),
            Philox.Block(~0u, ~0u, ~0u, ~0u, ~0u, ~0u));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            new Philox(0x299f31d0a4093822, 0x0370734413198a2e).Block(0x85a308d3243f6a88));
    }

    [Fact]
    public void Words_are_the_words_of_the_blocks_from_any_offset()
    {
        var random = new Philox(0x123456789abcdef0, 0xfedcba9876543210);
        foreach (ulong offset in new ulong[] { 0, 1, 2, 3, 5, 31, 255, 0x3_ffff_fff3, ulong.MaxValue - 5000 })
        {
            var words = new uint[1003];
            random.Words(words, offset);
            for (int i = 0; i < words.Length; i++)
            {
                ulong index = offset + (ulong)i;
                (uint w0, uint w1, uint w2, uint w3) = random.Block(index / 4);
                Assert.Equal((index % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 }, words[i]);
            }
        }
    }

    [Fact]
    public void A_part_of_a_fill_equals_that_part_of_the_whole()
    {
        var random = new Philox(7, 3);
        foreach ((int start, int count) in new[] { (0, 1), (1, 1), (1, 700), (2, 129), (255, 513), (777, 223) })
        {
            Compare<double>((span, offset) => random.Uniform(span, -1, 3, offset));
            Compare<float>((span, offset) => random.Uniform(span, -1, 3, offset));
            Compare<double>((span, offset) => random.Normal(span, 1, 2, offset));
            Compare<Half>((span, offset) => random.Normal(span, (Half)1, (Half)2, offset));
            Compare<float>((span, offset) => random.Bernoulli(span, 0.3, offset));
            Compare<float>((span, offset) => random.DropoutMask(span, 0.3, offset));

            void Compare<T>(Fill<T> fill)
            {
                var whole = new T[1000];
                var part = new T[count];
                fill(whole, 0);
                fill(part, (ulong)start);
                Assert.Equal(whole[start..(start + count)], part);
            }
        }
    }

    private delegate void Fill<T>(Span<T> span, ulong offset);

    [Fact]
    public void Streams_and_seeds_differ()
    {
        var words = new uint[64];
        var seen = new HashSet<uint>();
        foreach (Philox random in new Philox[] { new(0, 0), new(1, 0), new(0, 1), new(1ul << 32, 0), new(0, 1ul << 32) })
        {
            random.Words(words);
            foreach (uint word in words)
                Assert.True(seen.Add(word));
        }
    }

    [Fact]
    public void Uniform_values_have_the_moments_and_the_evenness_of_their_distribution()
    {
        var values = new double[Many];
        new Philox(11, 0).Uniform<double>(values, -2, 4);
        Assert.Equal(1, values.Average(), 0.02);
        Assert.Equal(3, values.Average(v => (v - 1) * (v - 1)), 0.03);
        Assert.All(values, v => Assert.InRange(v, -2, Math.BitDecrement(4)));

        var counts = new int[64];
        foreach (double v in values)
            counts[(int)((v + 2) / 6 * 64)]++;

        // χ² with 63 degrees of freedom exceeds 120 with a probability of about 2·10⁻⁵.
        double expected = Many / 64.0;
        Assert.InRange(counts.Sum(c => (c - expected) * (c - expected) / expected), 20, 120);
    }

    [Fact]
    public void Uniform_never_returns_its_upper_bound_even_where_rounding_reaches_it()
    {
        var random = new Philox(5, 5);
        var halves = new Half[Many];
        random.Uniform(halves, Half.Zero, Half.One);
        Assert.All(halves, v => Assert.True(v >= Half.Zero && v < Half.One));

        var narrow = new float[4096];
        float high = MathF.BitIncrement(1f);
        random.Uniform(narrow, 1f, high);
        Assert.All(narrow, v => Assert.Equal(1f, v));

        var doubles = new double[4096];
        random.Uniform(doubles, 1.0, Math.BitIncrement(1.0));
        Assert.All(doubles, v => Assert.Equal(1.0, v));
    }

    [Fact]
    public void Normal_values_have_the_moments_of_their_distribution_and_pairs_are_uncorrelated()
    {
        var values = new double[Many];
        new Philox(13, 1).Normal<double>(values, 0, 1);
        Assert.Equal(0, values.Average(), 0.01);
        Assert.Equal(1, values.Average(v => v * v), 0.02);
        Assert.Equal(0, values.Average(v => v * v * v), 0.04);
        Assert.Equal(3, values.Average(v => v * v * v * v), 0.1);
        Assert.Equal(0.6827, values.Average(v => Math.Abs(v) < 1 ? 1.0 : 0), 0.005);
        Assert.Equal(0, Enumerable.Range(0, Many - 1).Average(i => values[i] * values[i + 1]), 0.01);
    }

    [Fact]
    public void Normal_values_of_all_types_round_the_same_draws()
    {
        var random = new Philox(17, 2);
        var doubles = new double[1001];
        var floats = new float[1001];
        var halves = new Half[1001];
        random.Normal(doubles, 3.0, 0.5, 9);
        random.Normal(floats, 3f, 0.5f, 9);
        random.Normal(halves, (Half)3, (Half)0.5f, 9);
        Assert.Equal(doubles.Select(v => (float)v), floats);
        Assert.Equal(floats.Select(v => (Half)v), halves);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Permutation_holds_every_index_once(int length)
    {
        var permutation = new int[length];
        new Philox(19, 0).Permutation(permutation);
        Assert.Equal(Enumerable.Range(0, length), permutation.Order());
    }

    [Fact]
    public void Permutations_of_four_are_equally_frequent()
    {
        var counts = new Dictionary<string, int>();
        var permutation = new int[4];
        for (ulong stream = 0; stream < 24_000; stream++)
        {
            new Philox(23, stream).Permutation(permutation);
            string key = string.Join(' ', permutation);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        Assert.Equal(24, counts.Count);

        // χ² with 23 degrees of freedom exceeds 60 with a probability of about 4·10⁻⁵.
        Assert.InRange(counts.Values.Sum(c => (c - 1000) * (c - 1000) / 1000.0), 4, 60);
    }

    [Fact]
    public void Dropout_keeps_the_expectation_and_its_ends_are_exact()
    {
        var random = new Philox(29, 0);
        var mask = new float[Many];
        random.DropoutMask<float>(mask, 0.25);
        Assert.Equal(1, mask.Average(), 0.01f);
        Assert.Equal([0f, 4f / 3f], mask.Distinct().Order());

        random.DropoutMask<float>(mask, 0);
        Assert.All(mask, v => Assert.Equal(1, v));
        random.DropoutMask<float>(mask, 1);
        Assert.All(mask, v => Assert.Equal(0, v));
        random.Bernoulli<float>(mask, 1);
        Assert.All(mask, v => Assert.Equal(1, v));
        random.Bernoulli<float>(mask, 0.75);
        Assert.Equal(0.75f, mask.Average(), 0.01f);
    }

    [Fact]
    public unsafe void Fills_are_the_same_bits_on_any_number_of_threads()
    {
        var random = new Philox(31, 4);
        var expected = new float[100_001];
        random.Normal(expected, 0f, 1f, 5);
        for (int threads = 1; threads <= 4; threads++)
        {
            using var pool = new WorkerPool(threads);
            var values = new float[expected.Length];
            fixed (float* p = values)
                RandomFill.Normal(pool, random, p, values.Length, 0f, 1f, 5);
            Assert.Equal(expected, values);
        }
    }

    [Fact]
    public unsafe void Bad_arguments_are_named()
    {
        var random = new Philox(0, 0);
        Assert.Contains("low = 2", Assert.Throws<ArgumentException>(() => random.Uniform(new double[1], 2, 1)).Message);
        Assert.Throws<ArgumentException>(() => random.Uniform(new double[1], double.NaN, 1));
        Assert.Throws<ArgumentException>(() => random.Uniform(new double[1], double.MinValue, double.MaxValue));
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => random.Normal(new double[1], 0, -1)).Message);
        Assert.Contains("1.5", Assert.Throws<ArgumentOutOfRangeException>(() => random.Bernoulli(new float[1], 1.5)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.DropoutMask(new float[1], double.NaN));
        using var pool = new WorkerPool(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => RandomFill.Bernoulli(pool, random, (float*)null, 0, -0.1));
    }
}
