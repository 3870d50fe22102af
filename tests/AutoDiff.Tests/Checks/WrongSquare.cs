using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Tests.Checks;

/// <summary>x², with the slope of x·|x|.</summary>
internal readonly struct WrongSquare : IUnaryRule<WrongSquare>
{
    public static OperationFacts Facts { get; } = new("wrong square", TameClass.Polynomial);

    public L Value<L>(L x)
        where L : struct, ILane<L> => x * x;

    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => L.Constant(2) * L.Abs(x);
}
