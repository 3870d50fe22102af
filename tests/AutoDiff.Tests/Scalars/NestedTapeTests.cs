using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>Derivatives within programs that are differentiated themselves.</summary>
public class NestedTapeTests
{
    private static readonly double[] Points = [0.3, -0.6, 1.7, 2.5];

    public static TheoryData<string> Members => [.. NumberMember.All.Where(IsFunctionOfNumbers).Select(member => member.Name).Distinct()];

    [Theory]
    [MemberData(nameof(Members))]
    public void EveryMemberHasTheDerivativesOfAnOrdinaryTape(string name)
    {
        NumberMember member = NumberMember.All.First(candidate => candidate.Name == name);
        int count = member.Parameters.Length;
        Active Function(Active[] x) => (Active)member.OfActive([.. x.Select(number => (object)number)])!;
        foreach (double first in Points)
        {
            double[] at = [.. Enumerable.Range(0, count).Select(i => first + (0.37 * i))];
            if (!double.IsFinite((double)member.OfDouble([.. at.Select(number => (object)number)])!))
                continue;
            using ScalarTape plain = new(), outer = new();
            Active[] variables = Array.ConvertAll(at, value => outer.Variable(value));
            double[] expected = plain.Gradient(Function(Array.ConvertAll(at, value => plain.Variable(value))));
            Active[] gradient = NestedTape.Gradient(Function, variables);
            for (int i = 0; i < count; i++)
            {
                Active[] unit = new Active[count];
                unit[i] = 1;
                AssertClose(expected[i], gradient[i].Value, 1e-13);
                AssertClose(expected[i], NestedTape.DirectionalDerivative(Function, variables, unit).Value, 1e-13);
                HessianProduct second = Objective.OfScalars(Function).HessianProduct(at, [.. unit.Select(number => number.Value)]);
                if (!second.IsTwiceDifferentiable)
                    continue;
                double[] ofReverse = outer.Gradient(gradient[i]), ofForward = outer.Gradient(NestedTape.DirectionalDerivative(Function, variables, unit));
                for (int j = 0; j < count; j++)
                {
                    AssertClose(second.Product[j], ofReverse[j], 1e-11);
                    AssertClose(second.Product[j], ofForward[j], 1e-11);
                }
            }
        }
    }

    [Fact]
    public void TheOuterVariableMovesTheInnerPoint()
    {
        using ScalarTape tape = new();
        Active w = tape.Variable(2);
        Assert.Equal(24, tape.Gradient(w * NestedTape.Derivative(z => z * z, w * w))[0]);
        Assert.Equal(24, tape.Gradient(w * NestedTape.DirectionalDerivative(z => z[0] * z[0], [w * w], [1]))[0]);
    }

    [Fact]
    public void PerturbationsOfTwoLevelsAreNotConfused()
    {
        // d/dx (x · d/dy (x + y)) is 1; a confusion of x's and y's perturbations gives 2.
        Assert.Equal(1, NestedTape.Derivative(x => x * NestedTape.Derivative(y => x + y, 1), 1).Value);
        Assert.Equal(1, Forward(x => x * Forward(y => x + y, 1), 1).Value);
        Assert.Equal(1, NestedTape.Derivative(x => x * Forward(y => x + y, 1), 1).Value);
        Assert.Equal(1, Forward(x => x * NestedTape.Derivative(y => x + y, 1), 1).Value);
    }

    [Fact]
    public void AFunctionOfTheOuterNumberAloneHasNoInnerDerivative()
    {
        using ScalarTape tape = new();
        Active w = tape.Variable(3), slope = NestedTape.Derivative(_ => w * w, w);
        Assert.Equal(0, slope.Value);
        Assert.Equal([0.0], tape.Gradient(slope));
    }

    [Fact]
    public void SevenLevelsGiveTheSeventhDerivative()
    {
        // (sin x · eˣ)⁽ⁿ⁾ = 2^(n/2) eˣ sin(x + nπ/4).
        const double X = 0.7;
        for (int order = 0; order <= 7; order++)
        {
            double expected = Math.Pow(2, order / 2.0) * Math.Exp(X) * Math.Sin(X + (order * Math.PI / 4));
            Assert.Equal(expected, Derivative(x => Active.Sin(x) * Active.Exp(x), X, order).Value, 1e-11 * (1 + Math.Abs(expected)));
        }
    }

    [Fact]
    public void NumbersOfSeveralLevelsMeetInOneOperation()
    {
        using ScalarTape tape = new();
        Active w = tape.Variable(1.5);
        Active mixed = NestedTape.Derivative(x => NestedTape.Derivative(y => Active.Pow(x, y) * w * y, w) * w, w);

        // ∂/∂y (xʸ w y) = w xʸ (1 + y log x), then by x: w · w (y xʸ⁻¹ (1 + y log x) + xʸ⁻¹ y) at x = y = w.
        double Expected(double v) => v * v * Math.Pow(v, v) * (2 + (v * Math.Log(v)));
        Assert.Equal(Expected(1.5), mixed.Value, 1e-12);
        const double H = 1e-4;
        Assert.Equal((Expected(1.5 + H) - Expected(1.5 - H)) / (2 * H), tape.Gradient(mixed)[0], 1e-5);
    }

    [Fact]
    public void DirectionsDecideKinksInForwardMode() =>
        Assert.Equal(12, NestedTape.DirectionalDerivative(
            v => Active.Abs(v[0]) + Active.Max(v[0], v[1]) + Active.Hypot(v[0], v[1]), [0, 0], [-3, 4]).Value);

    [Fact]
    public void SlopesThatBendAreKinksOfTheSurroundingProgram()
    {
        ClarkeSubdifferential set = Clarke.Subdifferential(Objective.OfScalars(w => NestedTape.Derivative(z => z * Active.Abs(z), w[0])), [0]);
        Assert.Equal([-2.0, 2.0], set.Generators!.Select(vertex => vertex[0]).Order());
        set = Clarke.Subdifferential(Objective.OfScalars(w => NestedTape.Derivative(z => z.Apply(new Huber(1)), w[0])), [1]);
        Assert.Equal([0.0, 1.0], set.Generators!.Select(vertex => vertex[0]).Order());
    }

    [Theory]
    [InlineData("step")]
    [InlineData("step times a number that is 0")]
    [InlineData("branch")]
    [InlineData("norm")]
    [InlineData("second derivative of relu squared")]
    [InlineData("floor")]
    [InlineData("remainder")]
    [InlineData("root")]
    public void SlopesThatJumpAreNotCertified(string name)
    {
        (Func<Active[], Active> function, double[] at) = name switch
        {
            "step" => ((Func<Active[], Active>)(w => w[0] * NestedTape.Derivative(z => Active.Relu(z), w[1])), (double[])[1, 0]),
            "step times a number that is 0" => (w => w[0] * NestedTape.Derivative(z => Active.Relu(z), w[1]), [0, 0]),
            "branch" => (w => NestedTape.Derivative(z => z > w[1] ? z * z * z : w[1] * w[1] * z, w[0]), [1, 1]),
            "norm" => (w => NestedTape.Derivative(z => Active.Hypot(z, w[1]), w[0]), [0, 0]),
            "second derivative of relu squared" => (w => Derivative(z => Active.Relu(z) * Active.Relu(z), w[0], 2), [0]),
            "floor" => (w => NestedTape.Derivative(z => Active.Floor(z) * z, w[0]), [1]),
            "remainder" => (w => NestedTape.Derivative(z => (z % 1) * z, w[0]), [1]),
            _ => (w => w[0] * NestedTape.Derivative(z => Active.Sqrt(z), w[1]), [1, 0]),
        };
        Assert.False(Clarke.Gradient(Objective.OfScalars(function), at).Certificate.IsCertified);
    }

    [Fact]
    public void AZeroCotangentAbsorbsAnInfiniteSlope()
    {
        using ScalarTape tape = new();
        Active w = tape.Variable(0), z = tape.Variable(0);
        Active slope = NestedTape.Derivative(v => w * Active.Sqrt(v), z);
        Assert.Equal(0, slope.Value);
    }

    [Fact]
    public void SelectionsAreThoseOfTheNestedProgram()
    {
        Selections half = new() { ReluAtZero = 0.5 };
        Assert.Equal(0.5, NestedTape.Derivative(z => Active.Relu(z), 0, half).Value);
        Assert.Equal(0, NestedTape.Derivative(z => Active.Relu(z), 0).Value);
    }

    [Fact]
    public void ANumberThatOutlivesItsTapeIsRefused()
    {
        Active escaped = default;
        NestedTape.Derivative(z => escaped = z * z, 1);
        Assert.Throws<InvalidOperationException>(() => escaped + 1);
        using NestedTape tape = new();
        Active x = tape.Variable(1);
        tape.Reset();
        Assert.Throws<InvalidOperationException>(() => tape.Gradient(x));
    }

    [Fact]
    public void ALaterTapesNumberHasNoGradientOnAnEarlierOne()
    {
        using NestedTape first = new(), second = new();
        Active x = first.Variable(2), y = second.Variable(x);
        Active output = x * y;
        Assert.Throws<InvalidOperationException>(() => first.Gradient(output));
        Assert.Throws<InvalidOperationException>(() => first.Tangent(output));
        Assert.Equal(2, second.Gradient(output)[0].Value);
        Assert.Equal(4, first.Gradient(second.Surrounding(output))[0].Value);
    }

    [Fact]
    public void NumbersOfTwoOrdinaryTapesStillDoNotMix()
    {
        using ScalarTape one = new(), other = new();
        Active a = one.Variable(1), b = other.Variable(2);
        Assert.Throws<InvalidOperationException>(() => a * b);
        Assert.Throws<InvalidOperationException>(() => NestedTape.Derivative(z => z * a * b, 1));
    }

    [Fact]
    public void WrongArgumentsAreRefused()
    {
        Assert.Throws<ArgumentNullException>(() => NestedTape.Derivative(null!, 1));
        Assert.Throws<ArgumentNullException>(() => NestedTape.Gradient(x => x[0], null!));
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => NestedTape.DirectionalDerivative(x => x[0], [1, 2], [1]));
        Assert.Contains("2 numbers", thrown.Message, StringComparison.Ordinal);
    }

    private static Active Forward(Func<Active, Active> function, Active at) => NestedTape.DirectionalDerivative(x => function(x[0]), [at], [1]);

    private static Active Derivative(Func<Active, Active> function, Active at, int order) =>
        order == 0 ? function(at) : NestedTape.Derivative(x => Derivative(function, x, order - 1), at);

    private static bool IsFunctionOfNumbers(NumberMember member) =>
        !member.Name.Contains(".Create", StringComparison.Ordinal) && member.Returns == typeof(double)
            && member.Parameters.Length > 0 && member.Parameters.All(type => type == typeof(double));

    private static void AssertClose(double expected, double actual, double tolerance) =>
        Assert.True(expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance * (1 + Math.Abs(expected)), $"{actual} instead of {expected}");
}
