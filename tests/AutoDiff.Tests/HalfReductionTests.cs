using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>
/// Composite operations on Half in which an intermediate step exceeds the range of Half but the result does not: values and gradients are those of float,
/// rounded, on the CPU and on a (simulated) GPU.
/// </summary>
[Collection(TestGpu.Collection)]
public class HalfReductionTests
{
    public static TheoryData<string, bool> Cases
    {
        get
        {
            TheoryData<string, bool> cases = [];
            foreach (string name in Programs.Keys)
            {
                cases.Add(name, false);
                cases.Add(name, true);
            }

            return cases;
        }
    }

    // Inputs, the shape, and the program in both precisions. Sums of large or of many numbers, squares of large and of small ones.
    private static Dictionary<string, (double[] At, Shape Shape, Func<Var<Half>, Var<Half>> Narrow, Func<Var<float>, Var<float>> Wide)> Programs { get; } =
        new()
        {
            ["mean"] = ([60000, 60000, -1000], [3], x => x.Mean(), x => x.Mean()),
            ["mean over an axis"] = ([60000, 60000, 6e-8, 6e-8], [2, 2], x => x.Mean(1), x => x.Mean(1)),
            ["norm"] = ([300, 400], [2], x => x.Norm2(), x => x.Norm2()),
            ["norm of small numbers"] = ([3e-5, 4e-5], [2], x => x.Norm2(), x => x.Norm2()),
            ["mean squared error"] = ([300, -400], [2], x => x.MeanSquaredError(x.Scale(0.5)).Scale(0.01), x => x.MeanSquaredError(x.Scale(0.5)).Scale(0.01)),
            ["logsumexp of many"] = ([.. new double[70000]], [70000], x => x.LogSumExp(), x => x.LogSumExp()),
            ["softmax of many"] = ([.. new double[70000]], [70000], x => x.Softmax().Max(), x => x.Softmax().Max()),
            ["softmax at its ends"] = ([0, -9, -12, 9], [4], x => x.Softmax(), x => x.Softmax()),
            ["log-softmax"] = ([60000, 59999, -60000], [3], x => x.LogSoftmax(), x => x.LogSoftmax()),
            ["cross-entropy of many"] = ([.. Enumerable.Range(0, 20000).Select(i => i % 2 == 0 ? 9.0 : 0.0)], [10000, 2],
            x => x.CrossEntropy(new int[10000].Select(_ => 1).ToArray()), x => x.CrossEntropy(new int[10000].Select(_ => 1).ToArray())),
            ["a confident example"] = ([10, 0], [1, 2], x => x.CrossEntropy([0]).Scale(1024), x => x.CrossEntropy([0]).Scale(1024)),
            ["ties over many"] = ([.. new double[70000]], [70000], x => x.Max(TieSelection.EvenSplit), x => x.Max(TieSelection.EvenSplit)),
            ["layer normalisation"] = ([300, -300], [1, 2], x => x.LayerNorm(), x => x.LayerNorm()),
            ["layer normalisation, small epsilon"] = ([1e-4, -1e-4], [1, 2], x => x.LayerNorm(epsilon: 1e-12), x => x.LayerNorm(epsilon: 1e-12)),
            ["layer normalisation with scale"] = ([300, -250, 10], [1, 3], x => x.LayerNorm(Ones(x, 3), Ones(x, 3)), x => x.LayerNorm(Ones(x, 3), Ones(x, 3))),
            ["batch normalisation"] = ([300, -300, 250, 5], [4, 1], x => x.BatchNorm(Ones(x, 1), Ones(x, 1)), x => x.BatchNorm(Ones(x, 1), Ones(x, 1))),
            ["attention"] = ([1, 2, -30, 40, 50, 60, 100, -200, 300, 400, 500, 600], [1, 2, 6], x => x.SelfAttention(1), x => x.SelfAttention(1)),
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void IsFloatRounded(string name, bool onGpu)
    {
        if (onGpu && name.Contains("many", StringComparison.Ordinal))
            return;
        Device device = onGpu ? TestDevices.Gpus[0] : Device.Default;
        (double[] at, Shape shape, Func<Var<Half>, Var<Half>> narrow, Func<Var<float>, Var<float>> wide) = Programs[name];
        Half[] start = Array.ConvertAll(at, number => (Half)number);
        using var halves = new Tape<Half>(device);
        using var floats = new Tape<float>(device);
        Var<Half> x = halves.Variable(shape, start);
        Var<float> w = floats.Variable(shape, Array.ConvertAll(start, number => (float)number));
        halves.SetTangent(x, [.. start.Select((_, place) => (Half)(1 - (0.75 * (place % 2))))]);
        floats.SetTangent(w, [.. start.Select((_, place) => 1 - (0.75f * (place % 2)))]);
        Var<Half> y = narrow(x);
        Var<float> z = wide(w);
        AssertRounded(name + ", value", z.ToArray(), y.ToArray());
        AssertRounded(name + ", tangent", floats.TangentOf(z).ToArray(), halves.TangentOf(y).ToArray());
        Half[] cotangent = [.. Enumerable.Range(0, y.Shape.Count).Select(i => (Half)(1 - (0.5 * (i % 2))))];
        NDArray<Half> seed = device.Array(y.Shape, cotangent);
        NDArray<float> wideSeed = device.Array(y.Shape, Array.ConvertAll(cotangent, number => (float)number));
        AssertRounded(name + ", gradient", floats.Backward(z, wideSeed)[w].ToArray(), halves.Backward(y, seed)[x].ToArray());
        device.Return(seed);
        device.Return(wideSeed);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void BoundsAreOfTheElementType(double bound)
    {
        using var tape = new Tape<Half>();
        Var<Half> x = tape.Variable([1], [(Half)bound]);
        x.Clamp(0, bound);
        x.HardTanh(-1, bound);
        x.SoftThreshold(bound);
        Assert.Equal(3, tape.CountKinks());
        using var floats = new Tape<float>();
        Var<float> y = floats.Variable([1], [(float)bound]);
        y.Clamp(0, bound);
        y.HardTanh(-1, bound);
        y.SoftThreshold(bound);
        Assert.Equal(3, floats.CountKinks());
    }

    private static Var<T> Ones<T>(Var<T> x, int count)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => x.Tape.Constant([count], [.. Enumerable.Repeat(T.One, count)]);

    // Within a unit of Half in the last place; two if a rounded value is multiplied again.
    private static void AssertRounded(string where, float[] expected, Half[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Half rounded = (Half)expected[i];
            int difference = Half.IsFinite(rounded) && Half.IsFinite(actual[i])
                ? Math.Abs(Ordered(rounded) - Ordered(actual[i]))
                : rounded.Equals(actual[i]) ? 0
                : int.MaxValue;
            Assert.True(difference <= 2, $"{where}, element {i}: float gives {expected[i]:R}, Half {actual[i]}");
        }
    }

    private static int Ordered(Half number)
    {
        short bits = BitConverter.HalfToInt16Bits(number);
        return bits < 0 ? short.MinValue - bits : bits;
    }
}
