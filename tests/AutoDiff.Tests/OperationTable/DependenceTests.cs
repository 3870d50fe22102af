using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>The sparsity that rules state is never too small.</summary>
public class DependenceTests
{
    /// <summary>An entry of the Jacobian that is not 0, and an output that turns NaN when an input does, are in the pattern.</summary>
    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void PatternsHoldWhatDerivativesAndNanShow(string name)
    {
        OperationCase row = Table.Find(name);
        foreach (Shape[] shapes in row.Ordinary)
        {
            double[][] values = row.Values(shapes, 11);
            using Tape<double> tape = new();
            Var<double> output = Evaluation.Record(tape, row.Apply, shapes, values, out Var<double>[] leaves);
            SparseJacobian compressed = Jacobian.Compressed(output, leaves);
            HashSet<int>[] pattern = [.. Enumerable.Range(0, output.Shape.Count).Select(_ => new HashSet<int>())];
            foreach ((int at, int column, _) in compressed.Entries)
                pattern[at].Add(column);
            double[,] jacobian = tape.JacobianByRows(output, leaves);
            for (int i = 0; i < pattern.Length; i++)
            {
                for (int j = 0; j < jacobian.GetLength(1); j++)
                    Assert.True(jacobian[i, j] == 0 || pattern[i].Contains(j), $"{name}, shapes {string.Join<Shape>(", ", shapes)}: {i} depends on {j}");
            }

            double[,] dense = compressed.ToDense();
            double largest = jacobian.Cast<double>().Select(Math.Abs).DefaultIfEmpty().Max();
            for (int i = 0; i < pattern.Length; i++)
            {
                for (int j = 0; j < jacobian.GetLength(1); j++)
                    Assert.True(Math.Abs(jacobian[i, j] - dense[i, j]) <= 1e-11 * (1 + largest), $"{name}, {i}, {j}: {jacobian[i, j]}, not {dense[i, j]}");
            }

            SpoiledElementsShow(row, shapes, values, pattern);
        }
    }

    private static void SpoiledElementsShow(OperationCase row, Shape[] shapes, double[][] values, HashSet<int>[] pattern)
    {
        for (int input = 0, column = 0; input < values.Length; input++)
        {
            for (int element = 0; element < values[input].Length; element++, column++)
            {
                double[][] spoiled = [.. values.Select(part => (double[])part.Clone())];
                spoiled[input][element] = double.NaN;
                double[] seen;
                try
                {
                    seen = Evaluation.Value(row, shapes, spoiled);
                }
                catch (Exception exception) when (exception is ArgumentException or ArithmeticException or InvalidOperationException)
                {
                    continue;
                }

                for (int i = 0; i < Math.Min(seen.Length, pattern.Length); i++)
                    Assert.True(!double.IsNaN(seen[i]) || pattern[i].Contains(column), $"{row.Name}: {i} turns NaN with {column}");
            }
        }
    }

    /// <summary>Few rules say nothing and count as dense.</summary>
    [Fact]
    public void MostRulesStateTheirDependence()
    {
        string[] telling = ["IKnowsDependence", "IUnaryRule", "IBinaryRule"];
        IEnumerable<string> untold = Table.All.Select(row => row.Rule).Distinct()
            .Where(rule => !rule.GetInterfaces().Any(made => telling.Any(name => made.Name.StartsWith(name, StringComparison.Ordinal))))
            .Select(rule => rule.Name).Order(StringComparer.Ordinal);
        Assert.Equal("CtcLoss`1 DeterminantSign`1 Gru`1 Lstm`1", string.Join(" ", untold));
    }
}
