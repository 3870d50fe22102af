using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The statements of rules about the cells at their kinks: two directions lie in one cell if and only if the forms of one are positive along the
/// other.</summary>
public class SwitchingFormTests
{
    public static TheoryData<string> Names =>
        [.. Table.All.Where(row => row.Kinks.Length > 0 && row.HasOneSidedDerivatives && !row.HasCurvedKinks)
            .Where(row => !row.Name.Contains("norm2", StringComparison.Ordinal)).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheFormsDescribeTheCell(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (KinkPoint point in row.Kinks)
        {
            Objective objective = Objective.OfTensors(point.Shapes, leaves =>
            {
                Var<double> y = row.Apply(leaves);
                return (y * y.Tape.Constant(y.Shape, [.. Enumerable.Range(0, y.Shape.Count).Select(i => 1 + (0.37 * i))])).Sum();
            });
            double[] x = [.. point.Values.SelectMany(values => values)];
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, x, 64);
            Assert.True(set.IsPiecewiseLinear, $"{name}: no form tells its cells apart");
            for (ulong seed = 0; seed < 12; seed++)
            {
                double[] direction = Evaluation.Random(x.Length, seed, 90);
                double[] gradient = Clarke.Gradient(objective, x, direction).Gradient;
                ClarkeCell[] around = [.. set.Cells.Where(cell => cell.Walls.All(wall => Evaluation.Dot(wall, direction) > 0))];
                if (set.IsWithinBudget)
                    Assert.NotEmpty(around);
                Assert.All(around, cell =>
                {
                    for (int i = 0; i < gradient.Length; i++)
                        Evaluation.AssertClose(cell.Gradient[i], gradient[i], 1e-12, $"{name}, direction {seed}, element {i}");
                });
            }
        }
    }
}
