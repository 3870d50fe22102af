using ConservativeAD.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Optimizers;
using ConservativeAD.Scalars;

namespace ConservativeAD.Diagnostics.Tests;

/// <summary>Tangent kernels.</summary>
public class TangentKernelTests
{
    private static readonly Shape[] Shapes = [Shape.Of(3, 8), Shape.Of(8, 2)];

    private static Func<Var<double>[], Var<double>> Network(int examples)
    {
        double[] inputs = Draw(examples * 3, 9);
        return leaves => leaves[0].Tape.Constant(Shape.Of(examples, 3), inputs).MatMul(leaves[0]).Tanh().MatMul(leaves[1]);
    }

    private static double[] Draw(int count, ulong seed)
    {
        double[] values = new double[count];
        new Philox(seed, 0).Normal<double>(values, 0, 1);
        return values;
    }

    [Fact]
    public void TheKernelOfALinearMapIsThatOfItsMatrix()
    {
        TangentKernel kernel = TangentKernel.Of(new double[,] { { 1, 0, 0 }, { 0, 2, 0 } });
        Assert.Equal([1, 4], kernel.Eigenvalues);
        Assert.Equal(new double[,] { { 1, 0 }, { 0, 4 } }, kernel.Matrix);
        TangentKernel program = TangentKernel.Of((Active[] x) => [x[0], 2 * x[1]], [3, 4, 5]);
        Assert.Equal([1, 4], program.Eigenvalues);
    }

    [Fact]
    public void ProductsAndRowsGiveOneSpectrum()
    {
        double[] point = Draw(40, 1);
        TangentKernel rows = TangentKernel.Of(Shapes, Network(12), point, cancellation: TestContext.Current.CancellationToken),
            products = TangentKernel.Of(Shapes, Network(12), point, mostRows: 1, cancellation: TestContext.Current.CancellationToken);
        Assert.Null(products.Matrix);
        Assert.Equal(24, rows.Outputs);
        for (int i = 0; i < 24; i++)
            Assert.Equal(rows.Eigenvalues[i], products.Eigenvalues[i], 1e-9);
        TangentKernel few = TangentKernel.Of(Shapes, Network(60), point, mostRows: 1, options: new SpectrumOptions { Products = 45 },
            cancellation: TestContext.Current.CancellationToken);
        TangentKernel all = TangentKernel.Of(Shapes, Network(60), point, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(all.Largest, few.Largest, few.ErrorBound + 1e-8);
        Assert.Throws<InvalidOperationException>(() => products.DriftFrom(rows));
    }

    [Fact]
    public void LeastSquaresGradientsAreAtLeastWhatTheKernelPromises()
    {
        double[] targets = Draw(12, 4), point = Draw(40, 2);
        Func<Var<double>[], Var<double>> model = Network(6);
        Objective loss = Objective.OfTensors(Shapes, leaves => (model(leaves) - leaves[0].Tape.Constant(Shape.Of(6, 2), targets)).Square().Sum());
        (double value, double[] gradient) = loss.Gradient(point);
        TangentKernel kernel = TangentKernel.Of(Shapes, model, point, cancellation: TestContext.Current.CancellationToken);
        (double squared, double bound, bool holds) = kernel.LeastSquares(value, Math.Sqrt(gradient.Sum(g => g * g)));
        Assert.True(holds && bound > 0 && squared >= bound);
        // Equality holds if the residual is an eigenvector: H is linear with one parameter per output.
        (squared, bound, _) = TangentKernel.Of((Active[] x) => [x[0], x[1]], [1, 2]).LeastSquares(5, Math.Sqrt(4 * 5));
        Assert.Equal(squared, bound, 1e-9);
        Assert.False(kernel.LeastSquares(value, 0).Holds);
    }

    [Fact]
    public void ALinearModelIsLazyAndATrainedNetworkMoves()
    {
        TangentKernel first = TangentKernel.Of((Active[] x) => [x[0] + x[1], x[1]], [1, 1]),
            later = TangentKernel.Of((Active[] x) => [x[0] + x[1], x[1]], [4, 5]);
        LazyTraining lazy = LazyTraining.Of([1, 1], first, [4, 5], later);
        Assert.Equal((0, 5), (lazy.KernelDrift, lazy.Distance));
        Assert.Equal(5 / Math.Sqrt(2), lazy.ParameterDrift, 1e-12);
        double[] a = Draw(40, 1), b = Draw(40, 2);
        Assert.True(LazyTraining.Of(a, TangentKernel.Of(Shapes, Network(5), a, cancellation: TestContext.Current.CancellationToken), b,
            TangentKernel.Of(Shapes, Network(5), b, cancellation: TestContext.Current.CancellationToken)).KernelDrift > 0.1);
        // φ(t) = √(t/λ).
        Assert.Equal(2 * Math.Sqrt(3 / 0.5), LazyTraining.TrapRadius(3, 0.5), 1e-12);
    }

    [Fact]
    public void ALinearModelHasTheLossesOfItsLinearisation()
    {
        Objective loss = Objective.OfScalars(x => (((x[0] + x[1] - 3) * (x[0] + x[1] - 3)) + ((x[1] - 1) * (x[1] - 1))));
        Trajectory run = Trajectory.Descend(loss, [1, -2], new ConstantStepSize(0.1), 30, cancellation: TestContext.Current.CancellationToken);
        TangentKernel kernel = TangentKernel.Of((Active[] x) => [x[0] + x[1], x[1]], [1, -2]);
        double[] losses = kernel.LinearizedLosses([-4, -3], 0.1, 30);
        for (int k = 0; k <= 30; k++)
            Assert.Equal(run.Values[k], losses[k], 1e-11);
        Assert.Contains("3", Assert.Throws<ArgumentException>(() => kernel.LinearizedLosses([1, 2, 3], 0.1, 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongValuesAreNamed()
    {
        Assert.Contains("40",
            Assert.Throws<ArgumentException>(() =>
                TangentKernel.Of(Shapes, Network(5), new double[7], cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => TangentKernel.Of(new double[0, 0]));
        Assert.ThrowsAny<ArgumentException>(() => LazyTraining.TrapRadius(1, 0));
    }
}
