using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Shapes, indices, masks, segments and windows: values against loops, gradients against the adjoint, and exact sets at ties.</summary>
public class ShapeOperationTests
{
    [Fact]
    public void ArraysAreStackedAndAxesComeAndGo()
    {
        using Tape<double> tape = new();
        Var<double> a = tape.Variable([2], [1, 2]), b = tape.Variable([2], [3, 4]);
        Assert.Equal([1.0, 2, 3, 4], Operations.Stack(0, a, b).ToArray());
        Assert.Equal([1.0, 3, 2, 4], Operations.Stack(-1, a, b).ToArray());
        Assert.Equal([2, 2], Operations.Stack(1, a, b).Shape.ToArray());
        Var<double> x = Counted(tape, 2, 1, 3);
        Assert.Equal([1, 2, 1, 3], x.Unsqueeze(0).Shape.ToArray());
        Assert.Equal([2, 1, 3, 1], x.Unsqueeze(-1).Shape.ToArray());
        Assert.Equal([2, 3], x.Squeeze().Shape.ToArray());
        Assert.Equal([2, 3], x.Squeeze(1).Shape.ToArray());
        Assert.Equal([1], tape.Variable([], [3]).Unsqueeze(0).Shape.ToArray());
        Assert.Contains("[2, 1, 3]", Assert.Throws<ArgumentException>(() => x.Squeeze(0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Unsqueeze(4));
        Assert.Throws<ArgumentException>(() => Operations.Stack(0, a, x));
        Assert.Throws<ArgumentException>(() => Operations.Stack<double>(0));
        AssertAdjoint([[2, 3], [2, 3]], v => Operations.Stack(1, v[0], v[1]));
    }

    [Fact]
    public void AnAxisIsSplit()
    {
        using Tape<double> tape = new();
        Var<double> x = Counted(tape, 2, 5);
        Var<double>[] parts = x.Split(1, 2, 0, 3);
        Assert.Equal([0.0, 1, 5, 6], parts[0].ToArray());
        Assert.Equal([2, 0], parts[1].Shape.ToArray());
        Assert.Equal([2.0, 3, 4, 7, 8, 9], parts[2].ToArray());
        Assert.Equal([2, 2, 1], x.Chunk(3, 1).Select(part => part.Shape[1]));
        Assert.Equal([1, 1], x.Chunk(4).Select(part => part.Shape[0]));
        Assert.Equal([2, 2, 1], x.Chunk(4, -1).Select(part => part.Shape[1]));
        Assert.Equal([0], tape.Variable([0, 3], []).Chunk(2).Select(part => part.Shape[0]));
        Assert.Contains("[2, 4]", Assert.Throws<ArgumentException>(() => x.Split(1, 2, 4)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => x.Split(1, 6, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Chunk(0));
        AssertAdjoint([[2, 5]], v => Operations.Concatenate(1, v[0].Chunk(2, 1)[1], v[0].Split(1, 1, 4)[0]));
    }

    [Fact]
    public void ArraysAreTiledAndPositionsRepeated()
    {
        using Tape<double> tape = new();
        Var<double> x = Counted(tape, 2, 2);
        Assert.Equal([0.0, 1, 0, 1, 2, 3, 2, 3], x.Tile(2).ToArray());
        Assert.Equal([0.0, 1, 2, 3, 0, 1, 2, 3], x.Tile(2, 1).ToArray());
        Assert.Equal([2, 2, 2], x.Tile(2, 1, 1).Shape.ToArray());
        Assert.Equal([0.0, 0, 1, 1, 2, 2, 3, 3], x.Repeat(-1, 2).ToArray());
        Assert.Equal([0.0, 1, 0, 1, 2, 3, 2, 3], x.Repeat(0, 2).ToArray());
        Assert.Equal([2, 0], x.Tile(0).Shape.ToArray());
        Assert.Equal([0, 2], x.Repeat(0, 0).Shape.ToArray());
        Assert.Equal([0, 6], tape.Variable([0, 3], []).Tile(2).Shape.ToArray());
        Assert.Equal([5.0, 5, 5], tape.Variable([], [5]).Tile(3).ToArray());
        Assert.Throws<ArgumentException>(() => x.Tile(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Repeat(0, -1));
        AssertAdjoint([[2, 3, 2]], v => v[0].Tile(2, 1, 3));
        AssertAdjoint([[2, 3, 2]], v => v[0].Repeat(1, 3));
    }

    [Fact]
    public void AxesAreReversedAndRotated()
    {
        using Tape<double> tape = new();
        Var<double> x = Counted(tape, 2, 3);
        Assert.Equal([2.0, 1, 0, 5, 4, 3], x.Flip(1).ToArray());
        Assert.Equal([5.0, 4, 3, 2, 1, 0], x.Flip().ToArray());
        Assert.Equal([2.0, 0, 1, 5, 3, 4], x.Roll(1, 1).ToArray());
        Assert.Equal([1.0, 2, 0, 4, 5, 3], x.Roll(-1, -1).ToArray());
        Assert.Equal([1.0, 2, 0, 4, 5, 3], x.Roll(int.MinValue + 1, 1).ToArray());
        Assert.Equal(x.ToArray(), x.Roll(6, 1).ToArray());
        Assert.Equal([0, 3], tape.Variable([0, 3], []).Roll(2, 0).Flip(0, 1).Shape.ToArray());
        Assert.Contains("axis 1 twice", Assert.Throws<ArgumentException>(() => x.Flip(1, -1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Flip(2));
        AssertAdjoint([[2, 3, 4]], v => v[0].Flip(0, 2).Roll(3, 2).Roll(-1, 1));
    }

    [Fact]
    public void PositionsAreTakenAlongAnyAxis()
    {
        using Tape<double> tape = new();
        Var<double> x = Counted(tape, 2, 3, 2);
        Assert.Equal([4.0, 5, 0, 1, 4, 5, 10, 11, 6, 7, 10, 11], x.Take(1, -1, 0, 2).ToArray());
        Var<double> several = x.Take(1, tape.Indices([2, 2], [0, 1, 2, 0]));
        Assert.Equal([2, 2, 2, 2], several.Shape.ToArray());
        Assert.Equal([0.0, 1, 2, 3, 4, 5, 0, 1, 6, 7, 8, 9, 10, 11, 6, 7], several.ToArray());
        Assert.Equal([2, 3, 0], x.Take(-1, []).Shape.ToArray());
        Assert.Equal([1.0, 3, 5, 7, 9, 11], x.Take(2, tape.Indices([], [1])).ToArray());
        Assert.Contains("position 3", Assert.Throws<ArgumentOutOfRangeException>(() => x.Take(1, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Take(1, -4));
        AssertAdjoint([[2, 3, 4]], v => v[0].Take(1, 2, 0, 2, -2));
        AssertAdjoint([[2, 3, 4]], v => v[0].Take(-1, v[0].Tape.Indices([2, 2], [3, 1, 1, 0])));
    }

    [Fact]
    public void RangesCountFromTheEndAndStep()
    {
        using Tape<double> tape = new();
        Var<double> x = Counted(tape, 7);
        Assert.Equal([1.0, 2, 3, 4, 5], x.Slice(0, 1..^1).ToArray());
        Assert.Equal([0.0, 2, 4, 6], x.Slice(0, .., 2).ToArray());
        Assert.Equal([6.0, 4, 2, 0], x.Slice(0, .., -2).ToArray());
        Assert.Equal([5.0, 2], x.Slice(0, 1..^1, -3).ToArray());
        Assert.Equal([4.0], x.Slice(0, ^3.., int.MaxValue).ToArray());
        Assert.Equal([6.0], x.Slice(0, .., int.MinValue).ToArray());
        Assert.Equal([0], x.Slice(0, 3..3, 2).Shape.ToArray());
        Assert.Equal(6, x.Select(0, ^1).GetScalar());
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Slice(0, 2..8));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Slice(0, 4..2));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Slice(0, .., 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Select(0, ^8));
        AssertAdjoint([[3, 7]], v => v[0].Slice(1, 1..^1, -2));
    }

    [Fact]
    public void TrianglesAndDiagonals()
    {
        double nan = double.NaN;
        using Tape<double> tape = new();
        Var<double> x = Counted(tape, 2, 3);
        Assert.Equal([0.0, 0, 0, 3, 4, 0], x.LowerTriangle().ToArray());
        Assert.Equal([0.0, 1, 0, 3, 4, 5], x.LowerTriangle(1).ToArray());
        Assert.Equal([0.0, 1, 2, 0, 4, 5], x.UpperTriangle().ToArray());
        Assert.Equal([0.0, 0, 2, 0, 0, 0], x.UpperTriangle(2).ToArray());
        Assert.Equal(new double[6], x.UpperTriangle(int.MaxValue).ToArray());
        Var<double> dirty = tape.Variable([2, 2], [1, nan, double.PositiveInfinity, 4]);
        Assert.Equal([1, 0, double.PositiveInfinity, 4], dirty.LowerTriangle().ToArray());
        Assert.Equal([1.0, 0, 1, 1], tape.Backward(dirty.LowerTriangle().Sum())[dirty].ToArray());
        Assert.Equal([0.0, 4], x.Diagonal().ToArray());
        Assert.Equal([1.0, 5], x.Diagonal(1).ToArray());
        Assert.Equal([3.0], x.Diagonal(-1).ToArray());
        Assert.Equal([0], x.Diagonal(9).Shape.ToArray());
        Assert.Equal([0], x.Diagonal(int.MinValue).Shape.ToArray());
        foreach (int offset in (int[])[0, 1, -1, 3, -4])
        {
            Var<double> diagonal = tape.Variable([2, 3], [1, 2, 3, 4, 5, 6]), matrix = diagonal.DiagonalMatrix(offset);
            Assert.Equal([2, 3 + Math.Abs(offset), 3 + Math.Abs(offset)], matrix.Shape.ToArray());
            Assert.Equal(diagonal.ToArray(), matrix.Diagonal(offset).ToArray());
            Assert.Equal(6, matrix.ToArray().Count(element => element != 0));
        }

        Assert.Equal([1, 1], tape.Variable([0], []).DiagonalMatrix(1).Shape.ToArray());
        Assert.Throws<ArgumentException>(() => tape.Variable([3], new double[3]).Diagonal());
        Assert.Throws<ArgumentException>(() => tape.Variable([], [1]).DiagonalMatrix());
        AssertAdjoint([[2, 3, 4]], v => v[0].UpperTriangle(-1));
        AssertAdjoint([[2, 3, 4]], v => v[0].Diagonal(1));
        AssertAdjoint([[2, 3]], v => v[0].DiagonalMatrix(-2));
    }

    [Fact]
    public void MasksSelectAndFill()
    {
        using Tape<double> tape = new();
        Var<double> x = Counted(tape, 2, 2);
        Assert.Equal([1.0, 2], x.MaskedSelect([false, true, true, false]).ToArray());
        Assert.Equal([0], x.MaskedSelect(new bool[4]).Shape.ToArray());
        bool[] ends = [true, false, false, true];
        Assert.Equal([7.0, 1, 2, 7], x.MaskedFill(ends, 7).ToArray());
        Assert.Equal([0.0, 1, 1, 0], tape.Backward(x.MaskedFill(ends, double.NaN).MaskedFill(ends, 0).Sum())[x].ToArray());
        Assert.Equal([7.0, 1, 7, 3], x.MaskedFill(tape.Constant([2], [1, 0]).Value, 7).ToArray());
        Assert.Throws<ArgumentException>(() => x.MaskedSelect([true]));
        Assert.Throws<ArgumentException>(() => x.MaskedFill([true], 0));
        AssertAdjoint([[2, 3]], v => v[0].MaskedSelect([true, false, true, true, false, false]));
    }

    [Fact]
    public void OneHotRowsAreConstant()
    {
        using Tape<float> tape = new();
        Assert.Equal([0f, 0, 1, 1, 0, 0], tape.OneHot([2, 0], 3).ToArray());
        Assert.Equal([0, 4], tape.OneHot([], 4).Shape.ToArray());
        Assert.Contains("index 3 at place 1", Assert.Throws<ArgumentOutOfRangeException>(() => tape.OneHot([0, 3], 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.OneHot([-1], 3));
    }

    [Fact]
    public void ElementsAreScattered()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 3], [0, 1, 2, 3, 4, 5]), source = tape.Variable([2, 4], [10, 20, 30, 40, 50, 1, 1, 4]);
        NDArray<int> indices = tape.Indices([2, 4], [0, 0, 2, 0, 1, 1, 2, 1]);
        Var<double> set = x.Scatter(1, indices, source);
        Assert.Equal([40.0, 1, 30, 3, 4, 1], set.ToArray());
        Gradients<double> gradients = tape.Backward((set * tape.Constant([2, 3], [1, 2, 3, 4, 5, 6])).Sum());
        Assert.Equal([0.0, 2, 0, 4, 0, 0], gradients[x].ToArray());
        Assert.Equal([0.0, 0, 3, 1, 0, 0, 6, 5], gradients[source].ToArray());
        Assert.Equal([40.0, 1, 30, 3, 50, 5], x.ScatterMax(1, indices, source).ToArray());
        Assert.Equal([0.0, 1, 2, 3, 1, 1], x.ScatterMin(1, indices, source).ToArray());
        Assert.Equal([70 / 4.0, 1, 16, 3, 59 / 4.0, 3], x.ScatterMean(1, indices, source).ToArray());
        Assert.Equal([0.25, 1, 0.5, 1, 0.25, 0.5], tape.Backward(x.ScatterMean(1, indices, source).Sum())[x].ToArray());

        // 4 ties with the 4 that is written to it.
        Var<double> tied = x.ScatterMax(1, tape.Indices([2, 1], [2, 1]), tape.Variable([2, 1], [9, 4]), TieSelection.EvenSplit);
        Assert.Equal([1.0, 1, 0, 1, 0.5, 1], tape.Backward(tied.Sum())[x].ToArray());
        Assert.Equal([0, 3], tape.Variable([0, 3], []).ScatterMax(0, tape.Indices([0, 3], []), tape.Variable([0, 3], [])).Shape.ToArray());
        Assert.Equal(x.ToArray(), x.ScatterMin(1, tape.Indices([2, 0], []), tape.Variable([2, 0], [])).ToArray());
        Assert.Contains("index 3", Assert.Throws<ArgumentException>(
            () => x.Scatter(1, tape.Indices([2, 1], [0, 3]), tape.Variable([2, 1], [1, 2]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => x.ScatterMean(0, indices, source));
        AssertAdjoint([[3, 2], [4, 2]], v => v[0].Scatter(0, v[0].Tape.Indices([4, 2], [0, 2, 2, 2, 0, 1, 1, 1]), v[1]));
        AssertAdjoint([[3, 2], [4, 2]], v => v[0].ScatterMean(0, v[0].Tape.Indices([4, 2], [0, 2, 2, 2, 0, 1, 1, 1]), v[1]));
    }

    [Fact]
    public void TiesOfScatteredElementsHaveTheirClarkeSet()
    {
        // max(x₀, x₁, x₁) at x₀ = x₁, and the same by its set.
        Objective f = Objective.OfTensor(v => v.Slice(0, 0, 1).ScatterMax(0, v.Tape.Indices([2], [0, 0]), v.Slice(0, 1, 1).Tile(2)).Sum());
        ClarkeSubdifferential whole = Clarke.Subdifferential(f, [1, 1]);
        Assert.True(whole.IsExact);
        Assert.Equal(["0,1", "1,0"], whole.Generators.Select(g => $"{g[0]},{g[1]}").Order());
        Assert.True(Clarke.Gradient(f, [1, 1]).Certificate.IsCertified);
    }

    [Fact]
    public void SegmentsAreReduced()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([5, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        int[] segments = [2, 0, 2, 2, 0];
        Assert.Equal([12.0, 14, 0, 0, 13, 16], x.SegmentSum(segments, 3).ToArray());
        Assert.Equal([6.0, 7, -1, -1, 13 / 3.0, 16 / 3.0], x.SegmentMean(segments, 3, -1).ToArray());
        Assert.Equal([9.0, 10, 0, 0, 7, 8], x.SegmentMax(segments, 3).ToArray());
        Assert.Equal([3.0, 4, 0, 0, 1, 2], x.SegmentMin(segments, 3).ToArray());
        Assert.Equal([0.0, 0, 0, 0, 0, 0, 1, 1, 1, 1], tape.Backward(x.SegmentMax(segments, 3).Sum())[x].ToArray());
        Assert.Equal([0, 2], x.Slice(0, 0, 0).SegmentSum([], 0).Shape.ToArray());
        Assert.Equal([5.0, 5], tape.Variable([0], []).SegmentMin([], 2, 5).ToArray());
        Assert.Equal([4.0, 3], tape.Variable([3], [1, 3, 3]).SegmentSum([0, 0, 1], 2).ToArray());
        Assert.True(double.IsNaN(tape.Variable([2], [1, double.NaN]).SegmentMax([0, 0], 1).ToArray()[0]));
        Assert.Throws<ArgumentException>(() => x.SegmentSum([0], 3));
        Assert.Contains("segment 3 of row 1", Assert.Throws<ArgumentOutOfRangeException>(() => x.SegmentSum([0, 3, 0, 0, 0], 3)).Message,
            StringComparison.Ordinal);

        // The sum of two numbers near the largest Half overflows, their mean does not.
        using Tape<Half> small = new();
        Assert.Equal((Half)60000, small.Variable([2], [(Half)60000, (Half)60000]).SegmentMean([0, 0], 1).ToArray()[0]);
        AssertAdjoint([[5, 2]], v => v[0].SegmentSum([2, 0, 2, 2, 0], 3));
        AssertAdjoint([[5, 2]], v => v[0].SegmentMean([2, 0, 2, 2, 0], 4));
    }

    [Fact]
    public void WindowsAreUnfoldedAsAConvolutionReadsThem()
    {
        using Tape<double> tape = new();
        foreach ((int kernel, int stride, int padding, int dilation) in ((int, int, int, int)[])[(2, 1, 0, 1), (3, 2, 1, 1), (2, 1, 2, 2), (1, 3, 0, 1)])
        {
            Var<double> x = tape.Variable([2, 3, 5, 6], [.. Enumerable.Range(0, 180).Select(i => Math.Sin(i))]);
            Var<double> weight = tape.Variable([4, 3, kernel, kernel], [.. Enumerable.Range(0, 12 * kernel * kernel).Select(i => Math.Cos(i))]);
            Var<double> columns = x.Unfold(kernel, stride, padding, dilation), convolved = x.Conv2d(weight, null, stride, padding, dilation);
            double[] product = weight.Reshape(4, -1).MatMul(columns).ToArray(), expected = convolved.ToArray();
            Assert.Equal(expected.Length, product.Length);
            for (int i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], product[i], 1e-13);
            AssertAdjoint([[2, 3, 5, 6]], v => v[0].Unfold(kernel, stride, padding, dilation));

            // Fold is the adjoint of unfold.
            Var<double> other = tape.Variable(columns.Shape, [.. Enumerable.Range(0, columns.Shape.Count).Select(i => Math.Cos(3 * i))]);
            double[] adjoint = tape.Backward((columns * other).Sum())[x].ToArray(), folded = other.Fold(5, 6, kernel, stride, padding, dilation).ToArray();
            for (int i = 0; i < adjoint.Length; i++)
                Assert.Equal(adjoint[i], folded[i], 1e-13);
            Shape shape = columns.Shape;
            AssertAdjoint([shape], v => v[0].Fold(5, 6, kernel, stride, padding, dilation));
        }

        Var<double> image = tape.Variable([1, 1, 2, 2], new double[4]);
        Assert.Contains("3 × 3", Assert.Throws<ArgumentException>(() => image.Unfold(3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => image.Unfold(0));
        Assert.Throws<ArgumentException>(() => image.Select(0, 0).Unfold(1));
        Assert.Throws<ArgumentException>(() => image.Unfold(2).Fold(3, 3, 2));
    }

    [Fact]
    public void OuterProductsAndDistances()
    {
        using Tape<double> tape = new();
        Assert.Equal([3.0, 4, 6, 8], tape.Variable([2], [1, 2]).Outer(tape.Variable([2], [3, 4])).ToArray());
        Assert.Throws<ArgumentException>(() => tape.Variable([], [1]).Outer(tape.Variable([2], [3, 4])));
        Var<double> x = tape.Variable([2, 2], [0, 0, 1, 1]), y = tape.Variable([3, 2], [3, 4, 1, 1, 1e200, -1e200]);
        Assert.Equal([7.0, 2, 2e200, 5, 0, 2e200], x.PairwiseDistances(y, 1).ToArray());
        Assert.Equal([5, Math.Sqrt(2), Math.Sqrt(2) * 1e200, Math.Sqrt(13), 0, Math.Sqrt(2) * 1e200], x.PairwiseDistances(y).ToArray(),
            (a, b) => Math.Abs(a - b) <= 1e-15 * Math.Abs(a));
        Assert.Equal([4.0, 1, 1e200, 3, 0, 1e200], x.PairwiseDistances(y, double.PositiveInfinity).ToArray());
        Assert.Equal([2, 5, 4, 3], tape.Variable([2, 1, 4, 2], new double[16]).PairwiseDistances(tape.Variable([5, 3, 2], new double[30])).Shape.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => x.PairwiseDistances(y, 3));
        Assert.Throws<ArgumentException>(() => x.PairwiseDistances(y.Transpose()));

        // At two equal points every p has its own Clarke set, which certificates know.
        foreach (double p in (double[])[1, 2, double.PositiveInfinity])
        {
            Objective f = Objective.OfTensor(v => v.Reshape(2, 2).PairwiseDistances(v.Tape.Constant([1, 2], [1.0, 1]), p).Sum());
            Assert.True(Clarke.Gradient(f, [1, 1, 2, 5]).Certificate.IsCertified);
        }
    }

    [Fact]
    public void OtherElementTypesTakeTheSameWay()
    {
        using Tape<Half> tape = new();
        Var<Half> x = tape.Variable([2, 3], [.. Enumerable.Range(0, 6).Select(i => (Half)i)]);
        Assert.Equal([2f, 1, 0, 5, 4, 3], x.Flip(1).ToArray().Select(element => (float)element));
        Assert.Equal([0f, 2, 5], x.Take(1, 0, -1).SegmentMax([1, 2], 3).Max(1).ToArray().Select(element => (float)element));
        Assert.Equal([0f, 0, 0, 3, 4, 0], x.LowerTriangle().ToArray().Select(element => (float)element));
    }

    private static Var<double> Counted(Tape<double> tape, params int[] shape)
    {
        Shape extents = new(shape);
        return tape.Variable(extents, [.. Enumerable.Range(0, extents.Count).Select(i => (double)i)]);
    }

    // ⟨w, A·x⟩ = ⟨Aᵀ·w, x⟩ for a linear operation.
    private static void AssertAdjoint(Shape[] shapes, Func<Var<double>[], Var<double>> program)
    {
        using Tape<double> tape = new();
        Var<double>[] x = [.. shapes.Select((shape, k) => tape.Variable(shape, Drawn(shape.Count, k)))];
        Var<double> y = program(x);
        double[] weights = Drawn(y.Shape.Count, 9);
        Gradients<double> gradients = tape.Backward((y * tape.Constant(y.Shape, weights)).Sum());
        double left = Dot(weights, y.ToArray()), right = x.Sum(input => Dot(gradients[input].ToArray(), input.ToArray()));
        Assert.Equal(left, right, 1e-12 * (1 + Math.Abs(left)));
        Assert.All(x, input => Assert.Contains(gradients[input].ToArray(), slope => slope != 0));
    }

    private static double[] Drawn(int count, int seed)
    {
        double[] drawn = new double[count];
        new Philox(5, (ulong)seed + 1).Uniform<double>(drawn, -2, 2);
        return drawn;
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();
}
