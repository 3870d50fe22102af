namespace ConservativeAD.Kernels.Tests;

/// <summary>Normalisation over every layout of groups against the textbook's formulas.</summary>
public class NormalizationTests
{
    private const double Epsilon = 1e-3;

    public static TheoryData<int, int, int, bool> Layouts => new()
    {
        { 5, 3, 7, true }, { 64, 4, 1024, true }, { 1, 3, 9, true }, { 9, 1, 1, true }, { 37, 77, 1, true }, { 128, 200, 1, true }, { 3, 65, 1, true },
            { 1, 6, 31, false }, { 1, 300, 257, false }, { 1, 1, 4, false },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void ForwardAndPullbackAreTheTextbooks(int outer, int groups, int inner, bool byGroup)
    {
        NormalizationShape shape = new(outer, groups, inner, byGroup);
        double[] x = Draw(shape.Count, 1), v = Draw(shape.Count, 2), scale = Draw(shape.ScaleCount, 3), shift = Draw(shape.ScaleCount, 4),
            before = Draw(shape.Count, 5);
        double[] y = new double[shape.Count], dx = [.. before], dScale = new double[shape.ScaleCount], dShift = new double[shape.ScaleCount];
        for (int group = 0; group < groups; group++)
        {
            int[] at = [.. Enumerable.Range(0, outer).SelectMany(o => Enumerable.Range(0, inner).Select(i => (((o * groups) + group) * inner) + i))];
            int Place(int element) => byGroup ? group : element % inner;
            double mean = at.Average(i => x[i]), inverse = 1 / Math.Sqrt(at.Average(i => (x[i] - mean) * (x[i] - mean)) + Epsilon);
            double level = at.Average(i => v[i] * scale[Place(i)]), slope = at.Average(i => v[i] * scale[Place(i)] * (x[i] - mean) * inverse);
            foreach (int i in at)
            {
                double u = (x[i] - mean) * inverse;
                y[i] = (u * scale[Place(i)]) + shift[Place(i)];
                dx[i] += inverse * ((v[i] * scale[Place(i)]) - level - (u * slope));
                dScale[Place(i)] += v[i] * u;
                dShift[Place(i)] += v[i];
            }
        }

        float[]? first = null;
        for (int threads = 1; threads <= 3; threads++)
        {
            using Device device = Device.Cpu(threads);
            NDArray<double> result = device.Allocate<double>([shape.Count]), mean = device.Allocate<double>([groups]),
                variance = device.Allocate<double>([groups]);
            NDArray<double> ds = device.Allocate<double>([shape.ScaleCount]), db = device.Allocate<double>([shape.ScaleCount]),
                d = device.Array<double>([shape.Count], before);
            NDArray<double> input = device.Array<double>([shape.Count], x), factor = device.Array<double>([shape.ScaleCount], scale),
                cotangent = device.Array<double>([shape.Count], v);
            device.Normalize(shape, input, factor, device.Array<double>([shape.ScaleCount], shift), Epsilon, result, mean, variance);
            device.NormalizePullback(shape, input, mean, variance, factor, Epsilon, cotangent, d, true, ds, db);
            Compare(y, result);
            Compare(dx, d);
            Compare(dScale, ds);
            Compare(dShift, db);

            NDArray<float> single = device.Allocate<float>([shape.Count]), means = device.Allocate<float>([groups]),
                variances = device.Allocate<float>([groups]);
            device.Normalize(shape, device.Array<float>([shape.Count], Array.ConvertAll(x, value => (float)value)),
                device.Array<float>([shape.ScaleCount], Array.ConvertAll(scale, value => (float)value)),
                    device.Array<float>([shape.ScaleCount], new float[shape.ScaleCount]), Epsilon, single, means, variances);
            Assert.Equal(first ??= single.ToArray(), single.ToArray());
        }
    }

    [Fact]
    public void SizesThatDoNotFitAreRefused()
    {
        using Device device = Device.Cpu(1);
        NDArray<float> six = device.Allocate<float>([6]), two = device.Allocate<float>([2]), three = device.Allocate<float>([3]);
        Assert.Contains("does not fit",
            Assert.Throws<ArgumentException>(() => device.Normalize(new(3, 2, 1, true), six, three, two, Epsilon, six, two, two)).Message,
                StringComparison.Ordinal);
        Assert.Contains("does not fit",
            Assert.Throws<ArgumentException>(() =>
                device.Normalize(new(2, 1, 3, false), six, three, three, Epsilon, six, device.Allocate<float>([1]), device.Allocate<float>([1]))).Message,
                StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => device.NormalizePullback(new(3, 2, 1, true), six, two, two, two, Epsilon, three, six, false, two, two));
    }

    private static double[] Draw(int count, ulong stream)
    {
        double[] values = new double[count];
        new Philox(2, stream).Uniform<double>(values, -1, 2);
        return values;
    }

    private static void Compare(double[] expected, in NDArray<double> actual)
    {
        double[] values = actual.ToArray();
        double size = Math.Max(1, expected.Max(Math.Abs));
        for (int i = 0; i < values.Length; i++)
            Assert.True(Math.Abs(values[i] - expected[i]) <= 1e-11 * size, $"element {i} is {values[i]}, not {expected[i]}");
    }
}
