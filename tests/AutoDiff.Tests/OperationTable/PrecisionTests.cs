using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>Half, float and double give the same, up to rounding, at every row's ordinary points and kinks.</summary>
public class PrecisionTests
{
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void FloatAgreesWithDouble(string name) => AssertAgrees<float>(name, row => row.FloatTolerance);

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void HalfAgreesWithDouble(string name) => AssertAgrees<Half>(name, row => row.HalfTolerance);

    private static void AssertAgrees<T>(string name, Func<OperationCase, double> tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OperationCase row = Table.Find(name);
        IEnumerable<(Shape[] Shapes, double[][] Values)> points = row.Ordinary.Select(shapes => (shapes, row.Values(shapes, 5)))
            .Concat(row.Kinks.Select(point => (point.Shapes, point.Values)));
        foreach ((Shape[] shapes, double[][] values) in points)
        {
            double[][] rounded = [.. values.Select(input => Array.ConvertAll(input, value => (double)(Half)value))];
            static double Cotangent(int output) => 1 + (0.25 * (output % 3));
            (double[] exact, double[][] exactGradients) = Evaluation.Pull<double>(row.Apply, shapes, rounded, Cotangent);
            (T[] value, T[][] gradients) = Evaluation.Pull<T>(row.Apply, shapes, rounded, Cotangent);
            for (int i = 0; i < exact.Length; i++)
                Evaluation.AssertClose(exact[i], double.CreateTruncating(value[i]), tolerance(row), $"{name} at {string.Join(", ", shapes)}, output {i}");
            for (int input = 0; input < shapes.Length; input++)
            {
                for (int i = 0; i < exactGradients[input].Length; i++)
                    Evaluation.AssertClose(exactGradients[input][i], double.CreateTruncating(gradients[input][i]), tolerance(row),
                        $"{name} at {string.Join(", ", shapes)}, gradient {input}, element {i}");
            }
        }
    }
}
