using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests;

/// <summary>Functions given by value and slope, and values without derivatives.</summary>
public class OwnFunctionTests
{
    private static readonly OperationFacts Smooth = new("lambert", TameClass.NotTame);

    [Fact]
    public void AnIterationIsDifferentiatedByItsSlope()
    {
        // w·eʷ = x has w' = w/(x(1 + w)).
        Objective tensors = Objective.OfTensor(x => x.Apply(Lambert, (v, w) => w / (v * (1 + w)), Smooth).Square().Sum());
        Objective numbers = Objective.OfScalars(x => Squared(x[0]) + Squared(x[1]));
        foreach (Objective objective in (Objective[])[tensors, numbers])
        {
            double[] gradient = objective.Gradient([1, Math.E]).Gradient;
            double omega = Lambert(1);
            Assert.Equal(2 * omega * omega / (1 + omega), gradient[0], 1e-12);
            Assert.Equal(1 / Math.E, gradient[1], 1e-12);
            Assert.True(Clarke.Gradient(objective, [1, Math.E]).Certificate.IsCertified);
        }

        Assert.Throws<NotSupportedException>(() => tensors.HessianProduct([1, 2], [1, 0]));

        static Active Squared(Active x)
        {
            Active w = x.Apply(Lambert, Slope, Smooth);
            return w * w;
        }
    }

    [Fact]
    public void SecondDerivativesFollowTheSlopesFormula()
    {
        const double X = 2;
        double w = Lambert(X), first = w / (X * (1 + w)), expected = -first * first * (2 + w) / (1 + w);
        Objective objective = Objective.OfScalars(x => x[0].Apply(Lambert, Slope, Smooth));
        Assert.Equal(expected, objective.HessianProduct([X], [1]).Product[0], 1e-12);
        using ScalarTape tape = new();
        Active x = tape.Variable(X);
        Assert.Equal(expected, tape.Gradient(NestedTape.Derivative(u => u.Apply(Lambert, Slope), x))[0], 1e-12);
        Assert.Equal(first, NestedTape.DirectionalDerivative(u => u[0].Apply(Lambert, Slope), [x], [1]).Value, 1e-12);
        Assert.Throws<NotSupportedException>(() => TaylorSeries.Of(u => u[0].Apply(Lambert, Slope), [X], [1], 2));
    }

    [Fact]
    public void NothingIsCertifiedWithoutFactsOrWithAWrongSlope()
    {
        OperationFacts claimed = new("claimed", TameClass.SemiAlgebraic);
        foreach ((Func<double, double> value, Func<double, double, double> slope, OperationFacts? facts, double at) in
            ((Func<double, double>, Func<double, double, double>, OperationFacts?, double)[])[
                (Math.Exp, (_, y) => y, null, 1), (Math.Abs, (v, _) => Math.Sign(v), claimed, 0), (v => v * v, (v, _) => v, claimed, 1),
                (v => v < 1 ? 0 : 1, (_, _) => 0, claimed, 1), (v => v > 1 ? double.NaN : v, (_, _) => 1, claimed, 1)])
        {
            Assert.False(Clarke.Gradient(Objective.OfTensor(x => x.Apply(value, slope, facts).Sum()), [at]).Certificate.IsCertified);
            Assert.False(Clarke.Gradient(Objective.OfScalars(x => x[0].Apply(value, (v, y) => slope(v.Value, y.Value), facts)), [at]).Certificate.IsCertified);
        }
    }

    [Fact]
    public void AZeroCotangentStaysZero()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [0, 1]);
        Var<double> y = x.Apply(Math.Sqrt, (_, root) => 0.5 / root).Slice(0, 1, 1).Sum();
        Assert.Equal([0, 0.5], tape.Backward(y)[x].ToArray());
    }

    [Fact]
    public void DetachedValuesAreConstantsToDerivatives()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [3, 4]), y = (x * x.Detach()).Sum();
        Assert.Equal([3.0, 4], tape.Backward(y)[x].ToArray());
        tape.SetTangent(x, [1, 0]);
        tape.CarryTangents();
        Assert.Equal(3, tape.TangentOf(y).GetScalar());

        using Tape<double> replayed = new();
        NDArray<double> point = replayed.Device.Array<double>([2], [3, 4]);
        Var<double> leaf = default;
        Replay<double> replay = new(replayed, recorded =>
        {
            leaf = recorded.Variable(point);
            return (leaf * leaf.Detach()).Sum();
        });
        Assert.Equal([3.0, 4], replay.Backward()[leaf].ToArray());
        point.CopyFrom([5, 6]);
        Assert.Equal([5.0, 6], replay.Backward()[leaf].ToArray());
        Assert.Equal((1, 1L, 61.0), (replay.Recordings, replay.Replays, replay.Run().GetScalar()));
        using ScalarTape numbers = new();
        Active a = numbers.Variable(3);
        Assert.Equal([3.0], numbers.Gradient(a * a.Detach()));
        Assert.Equal(3, NestedTape.Derivative(z => z * z.Detach(), a).Value);
        Assert.Equal([0.0], numbers.Gradient(NestedTape.Derivative(z => z * z.Detach(), a)));
    }

    [Fact]
    public void NothingIsCertifiedBehindADetachedValue()
    {
        Assert.False(Clarke.Gradient(Objective.OfTensor(x => (x * x.Detach()).Sum()), [3]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => x[0] * x[0].Detach()), [3]).Certificate.IsCertified);
        Assert.False(Clarke.Gradient(Objective.OfScalars(x => NestedTape.Derivative(z => z * x[0].Detach(), 1)), [3]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(Objective.OfScalars(x =>
        {
            _ = x[0].Detach();
            return x[0];
        }), [3]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(Objective.OfTensor(x => (x * x.Tape.Constant(2.0).Detach()).Sum()), [3]).Certificate.IsCertified);
    }

    [Fact]
    public void MissingFunctionsAreRefused()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1], [1]);
        Assert.Throws<ArgumentNullException>(() => x.Apply(null!, (_, y) => y));
        Assert.Throws<ArgumentNullException>(() => x.Apply(Math.Exp, null!));
        Assert.Throws<ArgumentNullException>(() => new Active(1).Apply(Math.Exp, null!));
    }

    private static Active Slope(Active x, Active w) => w / (x * (1 + w));

    // By Newton's method.
    private static double Lambert(double x)
    {
        double w = Math.Log(1 + x);
        for (int i = 0; i < 50; i++)
            w -= ((w * Math.Exp(w)) - x) / (Math.Exp(w) * (1 + w));
        return w;
    }
}
