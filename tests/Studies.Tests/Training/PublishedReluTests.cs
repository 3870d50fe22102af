using ConservativeAD.Kernels;
using ConservativeAD.Studies.Training;

namespace ConservativeAD.Studies.Tests.Training;

public class PublishedReluTests
{
    private static readonly double[] Points = [-2, 0, 3, 0, 0.5];
    private static readonly double[] Cotangent = [7, 5, 4, -3, 2];

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(10)]
    public void TheTwoRulesDifferAtZerosAloneWhereTheOneMultipliesAndTheOtherAssigns(double s)
    {
        double[] chain = Gradient(x => x.Relu(), s), published = Gradient(x => x.Apply(default(PublishedRelu<double>)), s);
        for (int i = 0; i < Points.Length; i++)
        {
            if (Points[i] == 0)
            {
                Assert.Equal(s * Cotangent[i], chain[i]);
                Assert.Equal(s, published[i]);
            }
            else
            {
                Assert.Equal(chain[i], published[i]);
            }
        }
    }

    [Fact]
    public void ValuesAndKinksAreThoseOfRelu()
    {
        using Tape<double> tape = new(Device.Default);
        Var<double> x = tape.Variable(Shape.Of(Points.Length), Points);
        Assert.Equal(x.Relu().ToArray(), x.Apply(default(PublishedRelu<double>)).ToArray());
        Assert.Equal([2, 2], tape.Census().Operations.Select(met => met.Count));
        Assert.Equal(4, tape.CountKinks());
    }

    private static double[] Gradient(Func<Var<double>, Var<double>> relu, double s)
    {
        using Tape<double> tape = new(Device.Default);
        Var<double> x = tape.Variable(Shape.Of(Points.Length), Points);
        NDArray<double> cotangent = Device.Default.Array<double>(Shape.Of(Points.Length), Cotangent);
        return tape.Backward(relu(x), cotangent, Selections.PyTorch with { ReluAtZero = s })[x].ToArray();
    }
}
