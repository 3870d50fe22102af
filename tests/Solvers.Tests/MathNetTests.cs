using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace ConservativeAD.Solvers.Tests;

/// <summary>MathNet's minimisers on objectives, and its vectors and matrices on tapes.</summary>
public class MathNetTests
{
    private static readonly Objective Rosenbrock = Objective.OfScalars(x =>
    {
        Active rise = x[1] - (x[0] * x[0]), rest = 1 - x[0];
        return (100 * rise * rise) + (rest * rest);
    });

    [Fact]
    public void MinimisersFindTheMinimum()
    {
        Vector<double> start = Vector<double>.Build.Dense([-1.2, 1]);
        foreach (Vector<double> found in (Vector<double>[])
            [
                new BfgsMinimizer(1e-8, 1e-10, 1e-10).FindMinimum(Rosenbrock.ToMathNet(), start).MinimizingPoint,
                new NewtonMinimizer(1e-8, 1000).FindMinimum(Rosenbrock.ToMathNet(), start).MinimizingPoint,
            ])
        {
            Assert.Equal(1, found[0], 1e-6);
            Assert.Equal(1, found[1], 1e-6);
        }
    }

    [Fact]
    public void AnObjectiveIsReadWhereItWasEvaluated()
    {
        IObjectiveFunction function = Rosenbrock.ToMathNet();
        Assert.Throws<InvalidOperationException>(() => function.Value);
        Vector<double> point = Vector<double>.Build.Dense([2, 3]);
        function.EvaluateAt(point);
        point[0] = 7;
        Assert.Equal([2, 3], function.Point.ToArray());
        Assert.Equal(101, function.Value);
        Assert.Equal([802, -200], function.Gradient.ToArray());
        Assert.Equal([3602, -800, -800, 200], function.Hessian.ToRowMajorArray());
        IObjectiveFunction fork = function.Fork();
        fork.EvaluateAt(Vector<double>.Build.Dense([1, 1]));
        Assert.Equal((0, 101), (fork.Value, function.Value));
        Assert.Equal((true, true), (function.IsGradientSupported, function.CreateNew().IsHessianSupported));
    }

    [Fact]
    public void VectorsAndMatricesGoInAndOut()
    {
        Matrix<double> matrix = Matrix<double>.Build.DenseOfArray(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Vector<double> vector = Vector<double>.Build.Dense([1, -1, 2]);
        using Tape<double> tape = new();
        Var<double> a = tape.Variable(matrix), v = tape.Variable(vector);
        Var<double> product = a.MatMul(tape.Constant(vector).Reshape(3, 1)).Reshape(2) * tape.Constant(matrix).Slice(1, 0, 1).Reshape(2);
        Assert.Equal([5, 44], product.Value.ToMathNetVector().ToArray());
        Assert.Equal(matrix, a.Value.ToMathNetMatrix());
        Assert.Equal(vector, v.Value.ToMathNetVector());
        using Tape<float> single = new();
        Assert.Equal([1f, 2f], single.Variable(Vector<float>.Build.Dense([1f, 2f])).Value.ToMathNetVector().ToArray());
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => a.Value.ToMathNetVector()).Message, StringComparison.Ordinal);
        Assert.Contains("[3]", Assert.Throws<ArgumentException>(() => v.Value.ToMathNetMatrix()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SparseDerivativesAreSparseMatrices()
    {
        Matrix<double> hessian = Rosenbrock.SparseHessian([2, 3]).ToMathNet();
        Assert.Equal([3602, -800, -800, 200], hessian.ToRowMajorArray());
        Matrix<double> jacobian = Jacobian.Compressed(x => [x[0] * x[1], x[2], 4.0], [2, 3, 5]).ToMathNet();
        Assert.Equal([3, 2, 0, 0, 0, 1, 0, 0, 0], jacobian.ToRowMajorArray());
    }
}
