using ConservativeAD.Scalars;
using Xunit;

namespace ConservativeAD.AutoDiff.Tests.Scalars;

/// <summary>A preaccumulated statement gives the same gradient as a recorded one, with fewer nodes.</summary>
public class PreaccumulationTests
{
    [Fact]
    public void TheGradientIsThatOfTheRecordedStatements()
    {
        (double value, double[] gradient, int nodes) = Run(false);
        (double shortValue, double[] shortGradient, int shortNodes) = Run(true);
        Assert.Equal(value, shortValue);
        for (int i = 0; i < gradient.Length; i++)
            Assert.Equal(gradient[i], shortGradient[i], 1e-12 * (1 + Math.Abs(gradient[i])));
        Assert.True(shortNodes < nodes / 4, $"{shortNodes} nodes in place of {nodes}.");

        static (double Value, double[] Gradient, int Nodes) Run(bool preaccumulates)
        {
            using ScalarTape tape = new();
            Active[] x = [.. Enumerable.Range(0, 5).Select(i => tape.Variable(0.3 + (0.2 * i)))];
            Active sum = 0;
            for (int term = 0; term < 40; term++)
            {
                Active a = x[term % 5], b = x[(term + 2) % 5], before = sum;
                Active Term() => before + (Active.Exp(a * b) * Active.Sin(a - (0.1 * term)) / (1 + (b * b))) + Active.Sqrt(a + Active.Log(1 + (b * a)));
                sum = preaccumulates ? tape.Preaccumulate(Term) : Term();
            }

            return (sum.Value, tape.Gradient(sum), tape.Count);
        }
    }

    [Fact]
    public void ManyInputsConstantsKinksAndShortStatementsStayAsTheyAre()
    {
        using ScalarTape tape = new();
        Active[] x = [.. Enumerable.Range(0, 40).Select(i => tape.Variable(i))];
        Active all = tape.Preaccumulate(() => x.Aggregate((a, b) => a + b));
        Assert.Equal(Enumerable.Repeat(1.0, 40), tape.Gradient(all));
        Assert.True(tape.Preaccumulate(() => 3).IsConstant);
        Assert.Equal(tape.Gradient(x[3])[3], tape.Gradient(tape.Preaccumulate(() => x[3]))[3]);
        int before = tape.Count;
        Active product = tape.Preaccumulate(() => x[1] * x[2]);
        Assert.Equal(before + 1, tape.Count);
        Assert.Equal(2, tape.Gradient(product)[1]);
        Active kink = tape.Preaccumulate(() => Active.Relu(x[0]) + (x[1] * x[1] * x[1]));
        Assert.Single(tape.Census().Operations);
        Assert.Equal((0.0, 3.0), (tape.Gradient(kink)[0], tape.Gradient(kink)[1]));
    }

    [Fact]
    public void BadStatementsAreRefused()
    {
        using ScalarTape tape = new(), other = new();
        Active foreign = other.Variable(1);
        Assert.Throws<ArgumentNullException>(() => tape.Preaccumulate(null!));
        Assert.Throws<InvalidOperationException>(() => tape.Preaccumulate(() => foreign));
        Assert.Throws<InvalidOperationException>(() => tape.Preaccumulate(() => tape.Variable(1) * 2));
    }
}
