using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.Images;

/// <summary>Group, instance and root-mean-square normalisation against their definitions.</summary>
public class ChannelNormalizationTests
{
    [Theory]
    [InlineData(2, 6, 35, 3)]
    [InlineData(3, 6, 1, 2)]
    [InlineData(2, 4, 9, 1)]
    [InlineData(2, 4, 40, 4)]
    public void GroupsAreStandardisedAndChannelsScaled(int batch, int channels, int positions, int groups)
    {
        AssertGroups<double>(batch, channels, positions, groups, 1e-12);
        AssertGroups<float>(batch, channels, positions, groups, 2e-5);
        AssertGroups<Half>(batch, channels, positions, groups, 1e-2);
    }

    [Fact]
    public void RootMeanSquaresOfHalfDoNotOverflow()
    {
        using Tape<Half> tape = new();
        Var<Half> x = tape.Variable([1, 4], [(Half)60000, (Half)(-60000), (Half)60000, (Half)60000]);
        Assert.Equal([Half.One, -Half.One, Half.One, Half.One], x.RmsNorm().ToArray());
        Assert.True(tape.ClarkeGradient(x.RmsNorm().Square().Sum()).Certificate.IsCertified);
    }

    [Fact]
    public void CertificatesOfHalfDoNotReadMemoryThatWasNotWritten()
    {
        // A device of its own gives back the memory that was returned to it, full of zeros.
        Device device = Device.Cpu(threads: 1);
        for (int elements = 1; elements <= 16; elements++)
        {
            NDArray<Half>[] used = [.. Enumerable.Range(0, 8).Select(_ => device.Allocate<Half>([elements]))];
            foreach (NDArray<Half> array in used)
            {
                device.Fill(array, Half.Zero);
                device.Return(array);
            }
        }

        using Tape<Half> tape = new(device);
        Var<Half> x = tape.Variable([1, 4], [Half.One, (Half)2, (Half)3, (Half)5]);
        foreach (Func<Var<Half>, Var<Half>> norm in (Func<Var<Half>, Var<Half>>[])[v => v.RmsNorm(), v => v.LayerNorm()])
        {
            ClarkeCertificate certificate = tape.ClarkeGradient((norm(x) * x).Sum()).Certificate;
            Assert.True(certificate.IsCertified, certificate.ToString());
        }
    }

    [Fact]
    public void RootMeanSquaresThatOverflowAreNotCertified()
    {
        using Tape<float> tape = new();
        Var<float> x = tape.Variable([1, 2], [1e30f, 2e30f]);
        Assert.Contains(tape.ClarkeGradient(x.RmsNorm().Sum()).Certificate.Obstacles, obstacle => obstacle.Kind == ObstacleKind.Overflows);
    }

    [Fact]
    public void RootMeanSquaresHaveNoMean()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 2], [3, 4, 0, 0]), scale = tape.Variable([2], [1, 10]);
        double[] y = x.RmsNorm(scale, 1e-300).ToArray();
        Assert.Equal(3 / Math.Sqrt(12.5), y[0], 1e-13);
        Assert.Equal(40 / Math.Sqrt(12.5), y[1], 1e-12);
        Assert.Equal([0, 0], y[2..]);
        Assert.Equal(tape.Variable([1], [1]).RmsNorm().GetScalar(), 1 / Math.Sqrt(1 + 1e-5), 1e-14);
    }

    [Fact]
    public void WrongInputsAreNamed()
    {
        using Tape<double> tape = new();
        Var<double> Ones(params int[] shape) => tape.Variable(new Shape(shape), [.. Enumerable.Repeat(1.0, new Shape(shape).Count)]);
        Refused(() => Ones(2, 4, 3).GroupNorm(3), "3 group(s)", "[2, 4, 3]");
        Refused(() => Ones(2, 4, 3).GroupNorm(0), "0 group(s)");
        Refused(() => Ones(4).GroupNorm(1), "[4]");
        Refused(() => Ones(0, 4).GroupNorm(2), "[0, 4]", "empty");
        Refused(() => Ones(2, 4).GroupNorm(4), "one element");
        Refused(() => Ones(2, 4, 1).InstanceNorm(), "instance normalisation", "one element");
        Refused(() => Ones(2, 4, 3).GroupNorm(2, Ones(3), Ones(3)), "[3]", "[2, 4, 3]", "[4]");
        Refused(() => Ones(2, 4, 3).GroupNorm(2, epsilon: 0), "epsilon of 0");
        Refused(() => Ones(2, 4).RmsNorm(3), "3 axes", "[2, 4]");
        Refused(() => Ones(2, 4).RmsNorm(Ones(3)), "[3]", "[2, 4]");
        Refused(() => Ones(2, 4).RmsNorm(epsilon: -1), "epsilon of -1");
    }

    private static void Refused(Func<Var<double>> program, params string[] parts)
    {
        string message = Assert.ThrowsAny<ArgumentException>(() => program()).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static void AssertGroups<T>(int batch, int channels, int positions, int groups, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] Draw(int count, ulong stream) => [.. Evaluation.Random(count, 4, stream).Select(value => (double)(Half)value)];
        double[] x = Draw(batch * channels * positions, 1), scale = Draw(channels, 2), shift = Draw(channels, 3), v = Draw(x.Length, 4);
        double[] y = new double[x.Length], dx = new double[x.Length], dScale = new double[channels], dShift = new double[channels];
        int length = channels / groups * positions;
        for (int start = 0; start < x.Length; start += length)
        {
            double[] group = x[start..(start + length)];
            double mean = group.Average(), deviation = Math.Sqrt(group.Average(value => (value - mean) * (value - mean)) + 1e-5);
            int Channel(int at) => at / positions % channels;
            double[] pulled = [.. Enumerable.Range(start, length).Select(at => v[at] * scale[Channel(at)])], u = [.. group.Select(value => (value - mean)
                / deviation)];
            double level = pulled.Average(), dot = pulled.Zip(u, (a, b) => a * b).Average();
            for (int i = 0; i < length; i++)
            {
                int channel = Channel(start + i);
                y[start + i] = (u[i] * scale[channel]) + shift[channel];
                dx[start + i] = (pulled[i] - level - (u[i] * dot)) / deviation;
                dScale[channel] += v[start + i] * u[i];
                dShift[channel] += v[start + i];
            }
        }

        Shape shape = positions == 1 ? [batch, channels] : [batch, channels, positions];
        T[][] found;
        (T[] value, found) = Evaluation.Pull<T>(inputs => inputs[0].GroupNorm(groups, inputs[1], inputs[2]), [shape, [channels], [channels]],
            [x, scale, shift], output => v[output]);
        AssertClose(y, value, tolerance);
        AssertClose(dx, found[0], tolerance);
        AssertClose(dScale, found[1], tolerance * 10);
        AssertClose(dShift, found[2], tolerance * 10);
        (value, found) = Evaluation.Pull<T>(inputs => (inputs[0].GroupNorm(groups) * inputs[1].Reshape(channels, 1)) + inputs[2].Reshape(channels, 1),
            [[batch, channels, positions], [channels], [channels]], [x, scale, shift], output => v[output]);
        AssertClose(y, value, tolerance);
        AssertClose(dx, found[0], tolerance);
    }

    private static void AssertClose<T>(double[] expected, T[] actual, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Evaluation.AssertClose(expected[i], double.CreateTruncating(actual[i]), tolerance, $"{typeof(T).Name}, element {i}");
    }
}
