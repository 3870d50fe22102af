using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD;

/// <summary>½x² for |x| ≤ δ, δ(|x| − ½δ) beyond: Huber's loss (Ann. Math. Statist. 1964). C¹: its slope is x cut to [−δ, δ].</summary>
/// <param name="delta">δ, above 0.</param>
public readonly struct Huber(double delta) : IUnaryRule<Huber>
{
    private readonly double delta = delta;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("huber", TameClass.SemiAlgebraic) { Curvature = Curvature.Convex };

    /// <inheritdoc/>
    public static SlopeReads Reads => SlopeReads.Argument;

    /// <inheritdoc/>
    public L Value<L>(L x)
        where L : struct, ILane<L>
    {
        L d = L.Broadcast(delta), magnitude = L.Abs(x);
        return L.IfGreater(magnitude, d, d * (magnitude - (L.Constant(0.5) * d)), L.Constant(0.5) * (x * x));
    }

    /// <inheritdoc/>
    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => L.Min(L.Max(x, L.Broadcast(-delta)), L.Broadcast(delta));
}

/// <content>huber.</content>
public static partial class Operations
{
    /// <summary>½x² for |x| ≤ δ, δ(|x| − ½δ) beyond, elementwise: Huber's loss of residuals.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument, of any shape.</param>
    /// <param name="delta">δ, above 0.</param>
    public static Var<T> Huber<T>(this Var<T> x, double delta)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new UnaryOperation<T, Huber>(new Huber(Selections.Positive(delta))));
}
