using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>The first argument, or NaN if the second is NaN.</summary>
public readonly struct Beside : IBinaryRule<Beside>
{
    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("beside", TameClass.Polynomial) { Curvature = Curvature.Affine, Monotonicity = Monotonicity.Increasing };

    /// <inheritdoc/>
    public L Value<L>(L x, L y)
        where L : struct, ILane<L> => Lane.UnlessNaN(y, x);

    /// <inheritdoc/>
    public L SlopeOfFirst<L>(L x, L y)
        where L : struct, ILane<L> => Lane.UnlessNaN(y, L.Constant(1));

    /// <inheritdoc/>
    public L SlopeOfSecond<L>(L x, L y)
        where L : struct, ILane<L> => Lane.UnlessNaN(y, L.Constant(0));
}
