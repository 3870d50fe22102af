using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Tests.OperationTable;
using Microsoft.ML.OnnxRuntime;

namespace ConservativeAD.OnnxRuntime.Tests;

/// <summary>
/// Every operation of the engine is written as ONNX or refused with a sentence; what is written, this library reads with the same result, and ONNX Runtime
/// computes it too.
/// </summary>
public class OperationExportTests
{
    // Rounding of float, whose order differs.
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Names => Table.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void AnOperationIsWrittenOrRefused(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (int opset in (int[])[17, 18, 20, 22])
        {
            for (int sample = 0; sample < row.Ordinary.Length; sample++)
            {
                Shape[] shapes = row.Ordinary[sample];
                float[][] points = [.. shapes.Select((shape, i) => Draw(row, shape, (ulong)((sample * 16) + i)))];
                using Tape<float> tape = new();
                Var<float>[] x = [.. shapes.Select((shape, i) => tape.Variable(shape, points[i]))];
                Var<float> y = row.Apply(x);
                OnnxModel model;
                try
                {
                    model = OnnxExport.Of([.. x.Select((value, i) => ($"x{i}", value))], [("y", y)], opset);
                }
                catch (NotSupportedException refused)
                {
                    Assert.Matches("^the operation [A-Za-z0-9]+ cannot be written as ONNX: .+\\.$", refused.Message);
                    Assert.DoesNotContain("no form is known", refused.Message);
                    continue;
                }

                float[] expected = y.ToArray();
                using Tape<float> again = new();
                OnnxRun<float> run = model.Load<float>().Run(again,
                    points.Select((point, i) => (Name: $"x{i}", Value: OnnxValue<float>.Of(again.Constant(shapes[i], point))))
                        .ToDictionary(p => p.Name, p => p.Value));
                Agree($"{name}, version {opset}, read again", expected, run["y"].Variable.ToArray());
                Assert.Equal(y.Shape, run["y"].Shape);
                float[] theirs = Runtime.Run(model, [.. points.Select((point, i) => ($"x{i}", shapes[i].ToArray(), point))]);
                Agree($"{name}, version {opset}, ONNX Runtime", expected, theirs);
            }
        }
    }

    private static float[] Draw(OperationCase row, Shape shape, ulong stream)
    {
        double[] draws = new double[shape.Count];
        new Philox(11, stream).Uniform<double>(draws, row.Range.Low, row.Range.High);
        return [.. draws.Select(draw => (float)draw)];
    }

    private static void Agree(string what, float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Where(float.IsFinite).Select(value => (double)Math.Abs(value)).DefaultIfEmpty(1).Max();
        for (int i = 0; i < expected.Length; i++)
        {
            bool agrees = expected[i].Equals(actual[i]) || Math.Abs((double)expected[i] - actual[i]) <= Tolerance * Math.Max(scale, 1e-3);
            Assert.True(agrees, $"{what}: {actual[i]} for {expected[i]} at {i}");
        }
    }
}
