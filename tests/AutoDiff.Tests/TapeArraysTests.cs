using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests;

/// <summary>.NET's arrays and tensor spans on tapes and back.</summary>
public class TapeArraysTests
{
    [Fact]
    public void MatricesAndRowsGoInAndOut()
    {
        using Tape<double> tape = new();
        double[,] matrix = { { 1, 2, 3 }, { 4, 5, 6 } };
        double[][] rows = [[1, 2, 3], [4, 5, 6]];
        foreach (Var<double> value in (Var<double>[])[tape.Variable(matrix), tape.Constant(matrix), tape.Variable(rows), tape.Constant(rows)])
        {
            Assert.Equal(Shape.Of(2, 3), value.Shape);
            Assert.Equal(matrix, value.ToMatrix());
            Assert.Equal(rows, value.ToRows());
        }

        Var<double> variable = tape.Variable(matrix);
        matrix[0, 0] = 100;
        Assert.Equal(21, variable.Sum().GetScalar());
        Assert.Equal(new double[,] { { 1, 1, 1 }, { 1, 1, 1 } }, tape.Backward(variable.Sum())[variable].ToMatrix());
        Assert.Equal((0, 3), (tape.Constant(new double[0, 3]).ToMatrix().GetLength(0), tape.Constant(new double[0, 3]).ToMatrix().GetLength(1)));
        Assert.Contains("Row 1 has 1", Assert.Throws<ArgumentException>(() => tape.Variable((double[][])[[1, 2], [3]])).Message, StringComparison.Ordinal);
        Assert.Contains("[6]", Assert.Throws<ArgumentException>(() => variable.Reshape(6).ToMatrix()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PlainArraysAreEnough()
    {
        using Tape<float> tape = new();
        int[] shape = [2, 2];
        float[] elements = [1, 2, 3, 4];
        Assert.Equal(shape, tape.TensorVariable(shape, elements).Shape.ToArray());
        Assert.Equal(10, (tape.TensorConstant(shape, elements) * tape.TensorVariable(shape, [1, 1, 1, 1])).Sum().GetScalar());
        Assert.Equal(30, (tape.VectorVariable(elements) * tape.VectorConstant(elements)).Sum().GetScalar());
        Assert.Throws<ArgumentException>(() => tape.TensorVariable(shape, [1, 2]));
        Var<float> vector = tape.VectorVariable(elements);
        Assert.Equal(shape, vector.Reshape(shape).Shape.ToArray());
        Var<float>[] parts = [vector, vector];
        Assert.Equal((Shape.Of(4, 2), Shape.Of(8)), (parts.Stack(1).Shape, parts.Concatenate(0).Shape));
        Objective objective = Objective.OfScalars(x => x[0] * x[0] * x[1]);
        double[] point = [3, 2], along = [1, 0];
        Assert.Equal((18, 12), (PlainArrays.Value(objective, point), PlainArrays.Gradient(objective, point).Gradient[0]));
        Assert.Equal([4, 6], PlainArrays.HessianProduct(objective, point, along).Product);
        Assert.Equal(new double[,] { { 4, 6 }, { 6, 0 } }, PlainArrays.Hessian(objective, point).Products);
        Assert.Equal(new double[,] { { 4, 6 }, { 6, 0 } }, PlainArrays.SparseHessian(objective, point).ToDense());
        using ScalarTape numbers = new();
        Active number = numbers.Variable(3);
        Active[] outputs = [number * number, number];
        Assert.Equal(new double[,] { { 6 }, { 1 } }, PlainArrays.Gradients(numbers, outputs));
    }

    [Fact]
    public void TensorSpansOfAnyStridesGoInAndOut()
    {
        using Tape<double> tape = new();
        double[] memory = [1, 2, 3, 4, 5, 6];
        ReadOnlyTensorSpan<double> whole = new(memory, [2, 3]), turned = new(memory, [3, 2], [1, 3]);
        Var<double> x = tape.Variable(whole), y = tape.Constant(turned);
        Assert.Equal(memory, x.ToArray());
        Assert.Equal([1, 4, 2, 5, 3, 6], y.ToArray());
        double[] into = new double[6];
        y.CopyTo(new TensorSpan<double>(into, [3, 2], [1, 3]));
        Assert.Equal(memory, into);
        Assert.Contains("[6]", Assert.Throws<ArgumentException>(() => y.CopyTo(new TensorSpan<double>(new double[6], [6]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ValuesOnTheProcessorAreSpansWithoutACopy()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2, 2], [1, 2, 3, 4]);
        NDArray<double> squares = (x * x).Value;
        ReadOnlyTensorSpan<double> span = squares.AsTensorSpan();
        Assert.Equal((9, 4), (span[1, 0], (int)span.FlattenedLength));
        Assert.Equal([1, 4, 9, 16], squares.AsSpan().ToArray());
        Assert.Equal(30, x.Square().Sum().Value.AsTensorSpan()[0]);
        Assert.Throws<InvalidOperationException>(() => { _ = squares.Transpose(0, 1).AsSpan().Length; });
        tape.Reset();
        Assert.Throws<InvalidOperationException>(() => { _ = squares.AsSpan().Length; });
    }
}
