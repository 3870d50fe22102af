using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Truth;

/// <summary>User-defined rules that declare less than they must.</summary>
public class RuleProbeTests
{
    [Fact]
    public void ARuleThatForgetsItsKinkIsRefused()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1], [0.0]);
        string message = Assert.Throws<InvalidOperationException>(() => x.Apply(new UnaryOperation<double, ForgetfulAbs>(default))).Message;
        Assert.Contains("forgetful abs states that it is smooth", message, StringComparison.Ordinal);
        Assert.Contains("jumps from -1 to 1 at 0", message, StringComparison.Ordinal);
        using ScalarTape numbers = new();
        Active y = numbers.Variable(1);
        Assert.Throws<InvalidOperationException>(() => y.Apply(default(ForgetfulAbs)));
        Assert.Throws<InvalidOperationException>(() => y.Apply(default(ForgetfulMaximum), y));
    }

    [Fact]
    public void ARuleThatSaysNothingIsLookedAt()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [0.0, 4]);
        Obstacle obstacle = Assert.Single(tape.ClarkeGradient((x.Apply(new UnaryOperation<double, SilentRoot>(default)) * 1.0).Sum()).Certificate.Obstacles);
        Assert.Equal((ObstacleKind.InfiniteSlope, 0), (obstacle.Kind, obstacle.Positions[0]));
        Assert.False(Clarke.Gradient(Objective.OfScalars(v => v[0].Apply(default(SilentRoot)) * v[1]), [0, 0]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(Objective.OfScalars(v => v[0].Apply(default(SilentRoot)) * v[1]), [1, 0]).Certificate.IsDifferentiable);
    }

    private readonly struct ForgetfulAbs : IUnaryRule<ForgetfulAbs>
    {
        public static OperationFacts Facts { get; } = new("forgetful abs", TameClass.SemiAlgebraic);

        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Abs(x);

        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.IfGreater(x, L.Constant(0), L.Constant(1), L.Constant(-1));
    }

    private readonly struct ForgetfulMaximum : IBinaryRule<ForgetfulMaximum>
    {
        public static OperationFacts Facts { get; } = new("forgetful maximum", TameClass.SemiAlgebraic);

        public L Value<L>(L x, L y)
            where L : struct, ILane<L> => L.Max(x, y);

        public L SlopeOfFirst<L>(L x, L y)
            where L : struct, ILane<L> => L.IfGreater(x, y, L.Constant(1), L.Constant(0));

        public L SlopeOfSecond<L>(L x, L y)
            where L : struct, ILane<L> => L.IfGreater(x, y, L.Constant(0), L.Constant(1));
    }

    private readonly struct SilentRoot : IUnaryRule<SilentRoot>
    {
        public static OperationFacts Facts { get; } = new("silent root", TameClass.SemiAlgebraic);

        public L Value<L>(L x)
            where L : struct, ILane<L> => L.Sqrt(x);

        public L Slope<L>(L x, L value)
            where L : struct, ILane<L> => L.Constant(0.5) / value;
    }
}
