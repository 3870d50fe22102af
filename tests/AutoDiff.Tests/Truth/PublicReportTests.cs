using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Truth;

/// <summary>Programs of public reports on other engines, with the right answers. The programs are rewritten; the numbers are those of the reports.</summary>
public class PublicReportTests
{
    // CasADi 1805 and 1878: the side that is not taken must not make the derivative NaN, in first and second order.
    [Theory]
    [InlineData(-3, 0, 0)]
    [InlineData(-1, 0, 0)]
    [InlineData(1, 0.5, -0.25)]
    public void ARootOnTheSideNotTaken(double at, double slope, double curvature)
    {
        Objective root = Objective.OfTensor(x => Operations.Where(x.IsGreater(x.Tape.Constant([1], [0.0])), x.Sqrt(), x.Tape.Constant([1], [0.0])).Sum());
        ClarkeElement element = Clarke.Gradient(root, [at]);
        Assert.Equal((slope, true), (element.Gradient[0], element.Certificate.IsCertified));
        Assert.Equal([slope], root.Gradient([at]).Gradient);
        Assert.Equal([curvature], root.HessianProduct([at], [1]).Product);
        Assert.False(Clarke.Gradient(root, [0]).Certificate.IsCertified);
    }

    // CppAD 8: 1/x₁ at 0 on the side that is not taken; the derivative in x₀ is 1, in every order of nesting.
    [Fact]
    public void AQuotientOnTheSideNotTaken()
    {
        Objective branch = Objective.OfTensors([[1], [1]], x => Operations.Where(x[0].IsGreater(x[0].Tape.Constant([1], [1.0])), x[0] / x[1], x[0]).Sum());
        ClarkeElement element = Clarke.Gradient(branch, [0, 0]);
        Assert.Equal([1, 0], element.Gradient);
        Assert.True(element.Certificate.IsCertified);
        Assert.Equal([0, 0], branch.HessianProduct([0, 0], [1, 1]).Product);
        Assert.Equal([0.5, -0.5], Clarke.Gradient(branch, [2, 2]).Gradient);
    }

    // CppAD 92: a power above 1 has the slope 0 at 0, from the right; there is nothing to the left.
    [Fact]
    public void APowerAtTheEndOfItsDomain()
    {
        Objective power = Objective.OfTensor(x => x.Pow(1.875).Sum());
        Assert.Equal([0], power.Gradient([0]).Gradient);
        Assert.Contains(Clarke.Gradient(power, [0]).Certificate.Obstacles, obstacle => obstacle.Kind == ObstacleKind.OutsideDomain);
    }

    // autograd 586, CasADi 3898: the square of a norm is smooth, and its gradient at the origin is 0.
    [Fact]
    public void TheSquareOfANormAtTheOrigin()
    {
        Objective square = Objective.OfTensor(x => x.Norm2().Square());
        Assert.Equal([0, 0], square.Gradient([0, 0]).Gradient);
        ClarkeElement element = Clarke.Gradient(square, [0, 0]);
        Assert.Equal([0, 0], element.Gradient);
        Assert.True(element.Certificate.IsCertified);
        Objective half = Objective.OfTensor(y => 0.5 * (y - y.Tape.Constant([2], [0.25, 0.75])).Norm2().Square());
        Assert.Equal([0, 0], half.Gradient([0.25, 0.75]).Gradient);
    }

    // JuMP 855: a logarithm below its domain on the side that is not taken.
    [Fact]
    public void ALogarithmOnTheSideNotTaken()
    {
        Objective piecewise = Objective.OfScalars(x => x[0] <= 3 ? (x[0] - 2) * (x[0] - 2) : (2 * Active.Log(x[0] - 2)) + 1);
        Assert.Equal([-4], Clarke.Gradient(piecewise, [0]).Gradient);
        Assert.Equal([0], Clarke.Gradient(piecewise, [2]).Gradient);
        Assert.Equal([2], Clarke.Gradient(piecewise, [3]).Gradient);
        Assert.Single(Clarke.Subdifferential(piecewise, [3]).Generators);
    }
}
