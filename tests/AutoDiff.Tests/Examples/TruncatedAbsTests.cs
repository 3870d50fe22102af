using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Examples;

public class TruncatedAbsTests
{
    [Fact]
    public void ItsGradientIsTheSelectedOneAndItsTangentTheOneSidedOne()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([5], [-3, -1, 0, 0.5, 2]);
        tape.SetTangent(x, [1, 1, -1, 1, 1]);
        Var<double> y = x.Apply(new UnaryOperation<double, TruncatedAbs>(new TruncatedAbs(2)));
        Assert.Equal([2, 1, 0, 0.5, 2], y.ToArray());
        Assert.Equal([0, -1, 1, 1, 0], tape.TangentOf(y).ToArray());
        Assert.Equal([2, 4], tape.Census().Operations.Single().Positions);
        Gradients<double> gradients = tape.Backward(y.Sum(), Selections.PyTorch with { AbsAtZero = 0.25 });
        Assert.Equal([0, -1, 0.25, 1, 0], gradients[x].ToArray());
    }
}
