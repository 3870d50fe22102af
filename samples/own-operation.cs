#:project ../src/AutoDiff
using ConservativeAD;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;

// An operation of your own with a selection of its own: the loss of support vector regression, max(|x| − width, 0).
using Tape<double> tape = new();
Var<double> x = tape.Variable([5], [-2, -1, 0, 1, 2]);
Var<double> loss = Insensitive(x).Sum();
Console.WriteLine(tape.Census());
Console.WriteLine(Text(tape.Backward(loss)));
Console.WriteLine(Text(tape.Backward(loss, Selections.PyTorch.With(EpsilonInsensitive.AtWidth, 1))));
Console.WriteLine(Clarke.Subdifferential(Objective.OfTensor(t => Insensitive(t).Sum()), [1]));

static Var<double> Insensitive(Var<double> x) => x.Apply(new UnaryOperation<double, EpsilonInsensitive>(new EpsilonInsensitive(1)));
string Text(Gradients<double> gradients) => string.Join(" ", gradients[x].ToArray());

public readonly struct EpsilonInsensitive(double width, double atWidth = 0.5) : IUnaryRule<EpsilonInsensitive>
{
    private readonly double width = width;
    private readonly double atWidth = atWidth;

    public static SelectionKey<double> AtWidth { get; } = new("ε-insensitive at ±ε", 0.5)
    {
        Meaning = "the part of the outer slope, from 0 to 1",
        MinimalNorm = new(0, "that of the flat side"),
    };

    public static OperationFacts Facts { get; } = new("ε-insensitive", TameClass.SemiAlgebraic)
    {
        IsSmooth = false,
        Curvature = Curvature.Convex,
    };

    public static EpsilonInsensitive Select(EpsilonInsensitive rule, Selections selections) => new(rule.width, selections.GetValue(AtWidth));

    public static L Kink<L>(EpsilonInsensitive rule, L x)
        where L : struct, ILane<L> => L.IfEqual(L.Abs(x), L.Broadcast(rule.width), L.Constant(1), L.Constant(0));

    public static L DirectionalSlope<L>(EpsilonInsensitive rule, L x, L value, L tangent)
        where L : struct, ILane<L> => rule.SlopeOr(L.IfGreater(Lane.Sign(x) * tangent, L.Constant(0), Lane.Sign(x), L.Constant(0)), x);

    public L Value<L>(L x)
        where L : struct, ILane<L> => L.Max(L.Abs(x) - L.Broadcast(width), L.Constant(0));

    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => SlopeOr(L.Broadcast(atWidth) * Lane.Sign(x), x);

    private L SlopeOr<L>(L atKink, L x)
        where L : struct, ILane<L> =>
        L.IfEqual(L.Abs(x), L.Broadcast(width), atKink, L.IfGreater(L.Abs(x), L.Broadcast(width), Lane.Sign(x), L.Constant(0)));
}

// prints:
// ε-insensitive (node 1): 2 of 5
// -1 -0.5 0 0.5 1
// -1 -1 0 1 1
// hull{0, 1}
