using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;
using ConservativeAD.Tests.Examples;

namespace ConservativeAD.Tests;

/// <summary>Programs whose Hessian is known.</summary>
public sealed class HessianTests : IDisposable
{
    private readonly Tape<double> tape = new();

    public void Dispose() => tape.Dispose();

    [Fact]
    public void AQuadraticFormGivesItsMatrix() => AssertQuadratic<double>();

    [Fact]
    public void AQuadraticFormGivesItsMatrixInFloat() => AssertQuadratic<float>();

    [Fact]
    public void AQuadraticFormGivesItsMatrixInHalf() => AssertQuadratic<Half>();

    [Fact]
    public void TheSaddleOfALinearNetworkHasItsHessian()
    {
        // (ab − 1)²/2 at the origin: gradient 0, Hessian [[0, −1], [−1, 0]].
        Var<double> a = tape.Variable([], [0.0]), b = tape.Variable([], [0.0]);
        Var<double> loss = (a * b - 1.0).Square() * 0.5;
        HessianVectorProduct<double> first = tape.HessianVectorProduct(loss, (a, [1]), (b, [0]));
        Assert.Equal((0, 0), (first.Gradients[a].GetScalar(), first.Gradients[b].GetScalar()));
        Assert.Equal((0, -1), (first.Product[a].GetScalar(), first.Product[b].GetScalar()));
        Assert.True(first.IsTwiceDifferentiable);
        HessianVectorProduct<double> second = tape.HessianVectorProduct(loss, (b, [1]));
        Assert.Equal((-1, 0), (second.Product[a].GetScalar(), second.Product[b].GetScalar()));
    }

    [Fact]
    public void WhatALeafIsNotUsedForDoesNotCurve()
    {
        Var<double> x = tape.Variable([2], [1.0, 2]), unused = tape.Variable([3], [1.0, 2, 3]);
        HessianVectorProduct<double> result = tape.HessianVectorProduct(x.Square().Sum(), (unused, [1, 1, 1]));
        Assert.Equal([0.0, 0], result.Product[x].ToArray());
        Assert.Equal([0.0, 0, 0], result.Product[unused].ToArray());
        Assert.Equal([2.0, 4], result.Gradients[x].ToArray());
    }

    [Fact]
    public void AParametersProductIsReadByItsName()
    {
        Parameter<double> weight = new("weight", tape.Device, [2], [1.0, 2]);
        Var<double> w = tape.Parameter(weight);
        HessianVectorProduct<double> result = tape.HessianVectorProduct((w * w * w).Sum(), (w, [1, -1]));
        Assert.Equal([3.0, 12], result.Gradients.Of(weight).ToArray());
        Assert.Equal([6.0, -12], result.Product.Of(weight).ToArray());
    }

    [Fact]
    public void TangentsGivenBeforeRecordingServeToo()
    {
        Var<double> x = tape.Variable([2], [1.0, 2]);
        tape.SetTangent(x, [1.0, 10]);
        Var<double> y = x.Exp().Sum();
        Assert.Equal([Math.E, 10 * Math.Exp(2)], tape.HessianVectorProduct(y).Product[x].ToArray().Select(value => value), (a, b) => Math.Abs(a - b) < 1e-13);
    }

    [Fact]
    public void SecondOrderLeavesFirstOrderAsItWas()
    {
        Var<double> x = tape.Variable([3], [0.5, 1, 2]);
        Var<double> y = (x.Tanh() * x).Sum();
        double[] before = tape.Backward(y)[x].ToArray();
        HessianVectorProduct<double> result = tape.HessianVectorProduct(y, (x, [1, 2, 3]));
        double[] product = result.Product[x].ToArray();
        Assert.Equal(before, result.Gradients[x].ToArray());
        Gradients<double> after = tape.Backward(y);
        Assert.Equal(before, after[x].ToArray());
        Assert.Contains("earlier reverse pass", Assert.Throws<InvalidOperationException>(() => result.Product[x]).Message, StringComparison.Ordinal);
        Assert.Equal(product, tape.HessianVectorProduct(y, (x, [1, 2, 3])).Product[x].ToArray());
        tape.Reset();
        Var<double> again = tape.Variable([3], [0.5, 1, 2]);
        Assert.Equal(product, tape.HessianVectorProduct((again.Tanh() * again).Sum(), (again, [1, 2, 3])).Product[again].ToArray());
    }

    [Fact]
    public void KinksThatTheOutputDependsOnAreNamed()
    {
        Var<double> x = tape.Variable([2], [0.0, 3]);
        Var<double> aside = x.Abs();
        Assert.True(tape.HessianVectorProduct(x.Square().Sum(), (x, [1, 1])).IsTwiceDifferentiable);
        HessianVectorProduct<double> result = tape.HessianVectorProduct(aside.Sum(), (x, [1, 1]));
        Assert.False(result.IsTwiceDifferentiable);
        Assert.Equal("abs", Assert.Single(result.Kinks.Operations).Operation.Name);
        Assert.Equal([0], result.Kinks.Operations[0].Positions);
    }

    [Fact]
    public void SlopesThatBendAreNamedThoughTheOperationIsSmooth()
    {
        AssertBend(x => x.Huber(1.5), "huber", [-1.5, 0, 1.5, 2], [0, 2]);
        AssertBend(x => x.Elu(), "elu", [-1, 0, 1], [1]);
        AssertBend(x => x.Pow(1.5), "pow", [0, 1], [0]);
        AssertBend(x => x.Power(x.Tape.Constant(1.5)), "power", [0, 1], [0]);
        foreach (Func<Var<double>, Var<double>> smooth in (Func<Var<double>, Var<double>>[])[x => x.Pow(2), x => x.Pow(3), x => x.Power(x.Tape.Constant(2.0)),
            x => x.Sigmoid(), x => x.Softplus(), x => x.LogSigmoid(), x => x.Silu(), x => x.Gelu(), x => x.Erf(), x => x.ExpM1(), x => x.LogP1(), x => x.Tanh(),
                x => x.Square()])
            AssertBend(smooth, null, [0, 0.46875, 1], []);
    }

    [Fact]
    public void FunctionsInPiecesAreSmoothAtTheSeam()
    {
        // The second derivatives at 0 in all directions.
        foreach (double direction in (ReadOnlySpan<double>)[1, -2])
        {
            Assert.Equal(0.25 * direction, SecondDerivative(x => x.Softplus(), 0, direction), 1e-15);
            Assert.Equal(-0.25 * direction, SecondDerivative(x => x.LogSigmoid(), 0, direction), 1e-15);
            Assert.Equal(0.5 * direction, SecondDerivative(x => x.Silu(), 0, direction), 1e-15);
            Assert.Equal(0, SecondDerivative(x => x.Sigmoid(), 0, direction), 1e-15);
            Assert.Equal(2 * 0.39894228040143267794 * direction, SecondDerivative(x => x.Gelu(), 0, direction), 1e-15);
            Assert.Equal(2 * direction, SecondDerivative(x => x.Pow(2), 0, direction), 1e-15);
            Assert.Equal(2 * direction, SecondDerivative(x => x.Power(x.Tape.Constant(2.0)), 0, direction), 1e-15);
        }
    }

    [Fact]
    public void AnExponentAtZeroCurvesWithItsBase()
    {
        // ∂²/∂x∂y of xʸ at y = 0 is 1/x.
        Var<double> x = tape.Variable([], [2.0]), y = tape.Variable([], [0.0]);
        Var<double> z = x.Power(y);
        Assert.Equal(0.5, tape.HessianVectorProduct(z, (y, [1])).Product[x].GetScalar(), 1e-15);
        Assert.Equal(0.5, tape.HessianVectorProduct(z, (x, [1])).Product[y].GetScalar(), 1e-15);
    }

    [Fact]
    public void ARuleThatDoesNotStateItsPullbackTangentIsNamed()
    {
        Var<double> x = tape.Variable([2], [1.0, 2]);
        Var<double> y = x.Apply(default(Cube)).Sum();
        string message = Assert.Throws<NotSupportedException>(() => tape.HessianVectorProduct(y, (x, [1, 1]))).Message;
        Assert.Contains("cube", message, StringComparison.Ordinal);
        Assert.Contains("PullbackTangent", message, StringComparison.Ordinal);

        // First order still works, and so does second order if the operation's input is constant.
        Assert.Equal([3.0, 12], tape.Backward(y)[x].ToArray());
        Var<double> other = tape.Variable([2], [1.0, 2]);
        Assert.Equal([2.0, 4], tape.HessianVectorProduct(y + other.Square().Sum(), (other, [1, 2])).Product[other].ToArray());
    }

    [Fact]
    public void AUsersElementwiseRuleNeedsNothingMore()
    {
        Var<double> x = tape.Variable([2], [0.5, 3]);
        Var<double> y = x.Apply(new UnaryOperation<double, TruncatedAbs>(new TruncatedAbs(2))).Square().Sum();
        Assert.Equal([2.0, 0], tape.HessianVectorProduct(y, (x, [1, 1])).Product[x].ToArray());
    }

    [Fact]
    public void TheDiagonalIsComputedOrEstimated()
    {
        double[] matrix = [4, 1, -0.5, 1, 3, 0.25, -0.5, 0.25, -2];
        Var<double> x = tape.Variable([3], [1.0, -2, 0.5]), y = tape.Variable([2], [0.5, 2]);
        Var<double> output = (x * tape.Constant([3, 3], matrix).MatMul(x)).Sum() * 0.5 + (y * y * y).Sum();
        HessianDiagonal<double> exact = tape.HessianDiagonal(output);
        Assert.Equal([4.0, 3, -2], exact.Elements[x]);
        Assert.Equal([3.0, 12], exact.Elements[y]);
        Assert.Null(exact.Draws);
        Assert.True(exact.IsTwiceDifferentiable);

        HessianDiagonal<double> estimate = tape.HessianDiagonal(output, 1000, 7);
        Assert.Equal(1000, estimate.Draws);
        Assert.Equal([3.0, 12], estimate.Elements[y], (a, b) => Math.Abs(a - b) < 1e-12);

        // The variance of an element is the sum of squares off the diagonal divided by the number of draws; the bound is five deviations.
        for (int i = 0; i < 3; i++)
            Assert.Equal(exact.Elements[x][i], estimate.Elements[x][i], 5 * Math.Sqrt((1 + 0.25) / 1000));
        Assert.NotEqual(4.0, estimate.Elements[x][0]);
        Assert.Equal(estimate.Elements[x], tape.HessianDiagonal(output, 1000, 7).Elements[x]);
        Assert.NotEqual(estimate.Elements[x], tape.HessianDiagonal(output, 1000, 8).Elements[x]);
        Assert.False(tape.HessianDiagonal((x - x).Relu().Sum(), 1).IsTwiceDifferentiable);
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.HessianDiagonal(output, 0));
    }

    [Fact]
    public void GradientsOfEachExampleAreThoseOfTheirLosses()
    {
        double[] inputs = new double[5 * 3], weights = new double[4 * 3];
        new Philox(1, 1).Normal<double>(inputs, 0, 1);
        new Philox(1, 2).Normal<double>(weights, 0, 1);
        int[] labels = [0, 3, 1, 2, 3];
        Var<double> w = tape.Variable([4, 3], weights), b = tape.Variable([4], [0.1, 0.2, 0.3, 0.4]);
        Var<double> losses = tape.Constant([5, 3], inputs).Linear(w, b).CrossEntropy(labels, LossReduction.None);
        NDArray<double> rows = tape.PerExampleGradients(losses);
        Assert.Equal([5, 16], rows.Shape);
        double[] biasFirst = tape.PerExampleGradients(losses, b, w).ToArray();
        for (int example = 0; example < 5; example++)
        {
            using Tape<double> alone = new();
            Var<double> itsW = alone.Variable([4, 3], weights), itsB = alone.Variable([4], [0.1, 0.2, 0.3, 0.4]);
            Gradients<double> gradients = alone.Backward(alone.Constant([1, 3], inputs.AsSpan(3 * example, 3)).Linear(itsW, itsB)
                .CrossEntropy([labels[example]], LossReduction.Sum));
            double[] expected = [.. gradients[itsW].ToArray(), .. gradients[itsB].ToArray()];
            Assert.Equal(expected, rows.Slice(0, example, 1).ToArray(), (x, y) => Math.Abs(x - y) < 1e-14);
            Assert.Equal([.. expected[12..], .. expected[..12]], biasFirst[(16 * example)..(16 * (example + 1))], (x, y) => Math.Abs(x - y) < 1e-14);
        }

        Assert.Contains("[4, 3]", Assert.Throws<ArgumentException>(() => tape.PerExampleGradients(w)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tape.PerExampleGradients(tape.Constant([2], [1.0, 2])));
    }

    [Fact]
    public void WhatIsNoScalarOrHasNoVectorIsRefused()
    {
        Var<double> x = tape.Variable([2], [0.0, 1]);
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => tape.HessianVectorProduct(x.Square(), (x, [1, 1]))).Message,
            StringComparison.Ordinal);
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => tape.HessianDiagonal(x.Square())).Message, StringComparison.Ordinal);
        Assert.Contains("SetTangent", Assert.Throws<InvalidOperationException>(() => tape.HessianVectorProduct(x.Square().Sum())).Message,
            StringComparison.Ordinal);
        Assert.Contains("1 were given", Assert.Throws<ArgumentException>(() => tape.HessianVectorProduct(x.Square().Sum(), (x, [1]))).Message,
            StringComparison.Ordinal);
        Var<double> constant = tape.Constant(1.0);
        Assert.Contains("nothing to differentiate",
            Assert.Throws<InvalidOperationException>(() => tape.HessianVectorProduct(constant.Square(), (constant, [1]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnomaliesOfSecondOrderAreNamed()
    {
        tape.DetectAnomalies = true;
        Var<double> x = tape.Variable([1], [0.0]);
        Var<double> y = x.Pow(1.5).Sum();
        Assert.Contains("pow", Assert.Throws<ArithmeticException>(() => tape.HessianVectorProduct(y, (x, [1]))).Message, StringComparison.Ordinal);
        Assert.Equal([0.0], tape.Backward(y)[x].ToArray());
    }

    private static void AssertQuadratic<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] matrix = Array.ConvertAll([4, 1, -0.5, 1, 3, 0.25, -0.5, 0.25, -2], T.CreateTruncating);
        using Tape<T> own = new();
        Var<T> x = own.Variable([3], Array.ConvertAll([1, -2, 0.5], T.CreateTruncating));
        HessianVectorProduct<T> result = own.HessianVectorProduct((x * own.Constant([3, 3], matrix).MatMul(x)).Sum()
            .Scale(0.5), (x, Array.ConvertAll([1.0, 2, -4], T.CreateTruncating)));
        Assert.Equal([4 + 2 + 2, 1 + 6 - 1, -0.5 + 0.5 + 8], result.Product[x].ToArray().Select(double.CreateTruncating));
        Assert.Equal([4 - 2 - 0.25, 1 - 6 + 0.125, -0.5 - 0.5 - 1], result.Gradients[x].ToArray().Select(double.CreateTruncating));
    }

    private void AssertBend(Func<Var<double>, Var<double>> program, string? operation, double[] point, int[] positions)
    {
        tape.Reset();
        Var<double> x = tape.Variable([point.Length], point);
        HessianVectorProduct<double> result = tape.HessianVectorProduct(program(x).Sum(), (x, new double[point.Length]));
        if (operation is null)
            Assert.True(result.IsTwiceDifferentiable, result.Kinks.ToString());
        else
            Assert.Equal((operation, string.Join(" ", positions)),
                (Assert.Single(result.Kinks.Operations).Operation.Name, string.Join(" ", result.Kinks.Operations[0].Positions)));
    }

    private double SecondDerivative(Func<Var<double>, Var<double>> program, double at, double direction)
    {
        tape.Reset();
        Var<double> x = tape.Variable([1], [at]);
        return tape.HessianVectorProduct(program(x).Sum(), (x, [direction])).Product[x].GetScalar();
    }

    /// <summary>x³, with first derivatives only.</summary>
    private readonly struct Cube : IRule<double>
    {
        public static OperationFacts Facts { get; } = new("cube", TameClass.SemiAlgebraic);

        public NDArray<double> Value(in Recording<double> recording)
        {
            NDArray<double> y = recording.Rent(recording.Input(0).Shape);
            y.CopyFrom(Array.ConvertAll(recording.Input(0).ToArray(), x => x * x * x));
            return y;
        }

        public void Pullback(in PullbackContext<double> context) => Write(context.Input(0), context.Cotangent, context.InputCotangent(0, out _));

        public void Tangent(in TangentContext<double> context) => Write(context.Input(0), context.Tangent(0), context.OutputTangent);

        public NDArray<double> Kinks(in KinkContext<double> context) => default;

        private static void Write(in NDArray<double> x, in NDArray<double> factor, in NDArray<double> target) =>
            target.CopyFrom(x.ToArray().Zip(factor.ToArray(), (a, b) => 3 * a * a * b).ToArray());
    }
}
