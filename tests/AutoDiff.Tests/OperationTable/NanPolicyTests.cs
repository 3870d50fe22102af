using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.OperationTable;

/// <summary>
/// The policy of docs/numbers.md: NaN gives NaN, in values and in slopes that depend on it; operations that select report the selected element.
/// </summary>
public class NanPolicyTests
{
    // They pass an element on, NaN like any other, and pass the cotangent back to its source.
    private static readonly Type[] Selecting = [typeof(ExtremeOverAxes<>), typeof(CumulativeExtreme<>), typeof(Sort<>), typeof(TopK<>),
        typeof(OrderStatistics<>), typeof(MaxPool<>), typeof(Choose<>)];

    private static readonly Type[] IgnoringNan = [typeof(MaximumNumber), typeof(MinimumNumber), typeof(NanToNumber)];

    [Theory]
    [MemberData(nameof(Table.Names), MemberType = typeof(Table))]
    public void NanGivesNan(string name)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Ordinary[0];
        double[][] values = row.Values(shapes, 5);
        (double[] value, double[][] gradients) = Run(row, shapes, values);
        for (int input = 0; input < shapes.Length; input++)
        {
            for (int element = 0; element < values[input].Length; element += 3)
            {
                bool isRead = false, isBent = false;
                foreach (double other in Others(values[input][element]))
                {
                    (double[] moved, double[][] movedGradients) = Run(row, shapes, With(values, input, element, other));
                    if (moved.Any(double.IsNaN))
                        continue;
                    isRead |= !moved.SequenceEqual(value);
                    isBent |= movedGradients[input][element] != gradients[input][element];
                }

                (double[] withNan, double[][] slopes) = Run(row, shapes, With(values, input, element, double.NaN));
                if (LeavesOut(row, input))
                    continue;
                Assert.True(!isRead || withNan.Any(double.IsNaN), $"{name}: input {input}, element {element} is NaN, and no output is.");
                if (!Selecting.Contains(row.Rule) && isBent)
                    Assert.True(double.IsNaN(slopes[input][element]),
                        $"{name}: input {input}, element {element} is NaN, and its slope is {slopes[input][element]}.");
            }
        }
    }

    [Fact]
    public void TheLargestIsNanAndTakesTheCotangent()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([4], [3, double.NaN, 5, double.NaN]);
        Assert.Equal([0, 1, 0, 0], tape.Backward(x.Max(-1, ties: TieSelection.First))[x].ToArray());
        Assert.True(double.IsNaN(tape.Backward(x.Min(-1, ties: TieSelection.First))[x].ToArray().Sum()) is false);
        Assert.True(double.IsNaN(x.Max().GetScalar()) && double.IsNaN(x.Min().GetScalar()));
    }

    [Fact]
    public void SortsPutNanLastAndMediansAreNan()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([3], [1, double.NaN, 3]);
        Assert.Equal([1, 3, double.NaN], x.Sort().ToArray());
        Assert.Equal([3, 1, double.NaN], x.Sort(descending: true).ToArray());
        Assert.Equal([3, 1], x.TopK(2).ToArray());
        Assert.True(double.IsNaN(x.Median().GetScalar()));
        Assert.True(double.IsNaN(x.Sign().ToArray()[1]));
    }

    [Fact]
    public void ComparisonsWithNanAreFalse()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [double.NaN, 2]), one = tape.Variable([2], [1, 1]);
        Assert.Equal([0, 1], x.IsGreater(one).ToArray());
        Assert.Equal([0, 0], one.IsGreater(x).ToArray());
        NDArray<double> condition = tape.Device.Array<double>([2], [double.NaN, 0]);
        Assert.Equal([double.NaN, 1], Operations.Where(condition, x, one).ToArray());
        tape.Device.Return(condition);
    }

    // A comparison with NaN is false, and NaN is sorted last, so it is not among the first. Some operations exist to leave NaN out.
    private static bool LeavesOut(OperationCase row, int input) =>
        row.Rule == typeof(TopK<>) || (row.Rule == typeof(Choose<>) && input < 2) || IgnoringNan.Contains(row.Rule);

    private static double[] Others(double x) => [x + 0.01, x - 0.01, x + 0.4, x - 0.4, x + 1000, x - 1000];

    private static double[][] With(double[][] values, int input, int element, double value)
    {
        double[][] changed = [.. values.Select(one => (double[])one.Clone())];
        changed[input][element] = value;
        return changed;
    }

    private static (double[] Value, double[][] Gradients) Run(OperationCase row, Shape[] shapes, double[][] values) =>
        Evaluation.Pull<double>(row.Apply, shapes, values, output => 1 + (0.25 * (output % 3)));
}
