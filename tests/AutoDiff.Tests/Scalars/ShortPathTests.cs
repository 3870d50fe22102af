using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>What a tape leaves out because it would not change a derivative, and what it may not leave out.</summary>
public sealed class ShortPathTests
{
    [Fact]
    public void AConstantAddedMakesNoNodeAndKeepsTheDerivative()
    {
        using ScalarTape tape = new();
        Active x = tape.Variable(2);
        Active[] shifted = [x + 3, 3 + x, x - 3, x + 0.0, Active.FusedMultiplyAdd(2, 3, x)];
        Assert.Equal(1, tape.Count);
        Assert.Equal([5, 5, -1, 2, 8], shifted.Select(y => y.Value));
        Assert.All(shifted, y => Assert.Equal([1.0], tape.Gradient(y)));
        Active z = (x + 3) * (x - 1) * (4 - x);
        Assert.Equal([((2 + 3 + 2 - 1) * 2) - 5.0], tape.Gradient(z));
        Assert.True(x < x + 1 && x + 1 > x && x + 1 != x && x - 1 <= x);
        double[,] gradients = tape.Gradients(x + 1, x * x, x + 2);
        Assert.Equal([1.0, 4, 1], gradients.Cast<double>());
    }

    [Fact]
    public void AProductByZeroIsConstantOnRequestUnlessAFactorIsNotFinite()
    {
        using ScalarTape tape = new() { LeavesOutZeros = true }, other = new();
        Assert.False(other.LeavesOutZeros || (other.Variable(1) * 0.0).IsConstant);
        Active x = tape.Variable(-2), infinite = tape.Variable(double.PositiveInfinity), missing = tape.Variable(double.NaN);
        Active zero = x * 0.0;
        Assert.True(zero.IsConstant && double.IsNegative(zero.Value));
        Assert.True((0.0 * x).IsConstant);
        Assert.Equal([0.0, 0, 0], tape.Gradient(zero));
        foreach (Active y in (Active[])[infinite * 0.0, 0.0 * infinite, missing * 0.0, 0.0 * missing])
            Assert.True(double.IsNaN(y.Value) && !y.IsConstant);

        // A variable of value 0 is no constant, and no product with one is.
        Active variable = tape.Variable(0);
        Assert.Equal([0.0, 0, 0, -2], tape.Gradient(variable * x));
        Assert.Equal([0.0, 0, 0, 3], tape.Gradient(3 * variable));
    }

    [Fact]
    public void TapesThatExamineStillSeeWhatIsLeftOutElsewhere()
    {
        Objective relu = Objective.OfScalars(x => Active.Relu(0.0 * x[0]) + Active.Abs(x[0] - 1));
        Assert.Equal(2, relu.Kinks([1]).Count);
        Objective root = Objective.OfScalars(x => Active.Sqrt(0.0 * x[0]));
        Assert.False(Clarke.Gradient(root, [1]).Certificate.IsCertified);
        Objective sum = Objective.OfScalars(x => (x[0] + 2) * (x[0] + 2));
        Assert.Equal([2.0], sum.HessianProduct([5], [1]).Product);
    }

    [Fact]
    public void ShiftsAndProductsByZeroRefuseNumbersThatAreNotTheirs()
    {
        ScalarTape tape = new();
        Active x = tape.Variable(1), other;
        tape.Reset();
        Func<Active, Active>[] operations =
        [
            y => y + 1, y => 1 + y, y => y - 1, y => 1 - y, y => y * 0.0, y => y * 2, y => y / 2, y => -y, y => Active.Abs(y - 5),
            y => Active.FusedMultiplyAdd(y, 2, y),
        ];
        foreach (Func<Active, Active> operation in operations)
        {
            Assert.Throws<InvalidOperationException>(() => operation(x));
            using ScalarTape careful = new(null, 1), fresh = new();
            other = careful.Variable(3, [1]);
            int before = careful.Count;
            operation(other);
            Assert.True(careful.Count > before);
        }

        tape.Dispose();
        Assert.Throws<InvalidOperationException>(() => x + 1);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void AGradientHasTheSameBitsWhereverOnTheTapeTheProgramIs(double shift)
    {
        double[]? first = null;
        for (int before = 0; before < 130; before++)
        {
            using ScalarTape tape = new() { LeavesOutZeros = true };
            Active[] x = [tape.Variable(0.3), tape.Variable(-0.7), tape.Variable(1.1)];
            Active unrelated = x[0];
            for (int i = 0; i < before; i++)
                unrelated *= x[1];
            Active y = x[0];
            for (int i = 0; i < 100; i++)
            {
                Active moved = y + (shift * i), scaled = (0.5 * moved) - x[i % 3];
                y = (Active.Sin(scaled) * x[(i + 1) % 3]) + (shift * moved) + (2 - scaled) + Active.FusedMultiplyAdd(scaled, 0.25, moved);
                y /= 3;
            }

            double[] gradient = tape.Gradient(y);
            Assert.Equal(first ??= gradient, gradient);
        }
    }

    [Fact]
    public void PassesOfAllKindsInTurnLeaveNothingBehind()
    {
        using ScalarTape tape = new();
        Active x = tape.Variable(0.4), y = tape.Variable(0.9), a = x * y, late = tape.Variable(2), b = Active.Exp(a) * late, c = (b * b) + 1, d = 2 * a;
        double[][] expected = [.. new[] { a, b, c, d, x, late }.Select(Once)];
        for (int round = 0; round < 3; round++)
        {
            Active[] outputs = [a, b, c, d, x, late];
            for (int i = 0; i < outputs.Length; i++)
            {
                Assert.Equal(expected[i], tape.Gradient(outputs[i]));
                tape.Push([1, 2, 3], [c]);
                tape.Pull([c, d], [1, -1], new double[3]);
                Assert.Equal(expected[i], tape.Gradient(outputs[i]));
                Active unused = tape.Preaccumulate(() => Active.Sin(c * d) * Active.Exp(c) * d);
                Assert.Equal(expected[i], tape.Gradient(outputs[i]));
            }
        }

        double[] Once(Active output)
        {
            using ScalarTape fresh = new();
            Active u = fresh.Variable(0.4), v = fresh.Variable(0.9), p = u * v, w = fresh.Variable(2), q = Active.Exp(p) * w, r = (q * q) + 1, s = 2 * p;
            Active[] mine = [p, q, r, s, u, w], theirs = [a, b, c, d, x, late];
            return fresh.Gradient(mine[Array.FindIndex(theirs, number => number.Value == output.Value)]);
        }
    }

    [Fact]
    public void ALoopOfShiftsCostsNoMemory()
    {
        using ScalarTape tape = new();
        Active x = tape.Variable(1), y = x * x;
        int count = tape.Count;
        for (int i = 0; i < 100_000; i++)
            y = 1 + (y - 1);
        Assert.Equal(count, tape.Count);
        Assert.Equal([2.0], tape.Gradient(y));
    }
}
