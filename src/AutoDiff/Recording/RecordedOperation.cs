namespace ConservativeAD;

/// <summary>An operation, variable or constant of a recorded run.</summary>
/// <param name="Node">Its index on the tape.</param>
/// <param name="Facts">The facts of the operation.</param>
/// <param name="Inputs">The indices of its inputs.</param>
/// <param name="IsLeaf">Whether it is a variable or constant.</param>
/// <param name="IsConstant">Whether it depends on no variable.</param>
internal sealed record RecordedOperation(int Node, OperationFacts Facts, IReadOnlyList<int> Inputs, bool IsLeaf, bool IsConstant)
{
    /// <summary>The curvature, given the operation's attributes.</summary>
    public Curvature Curvature { get; init; } = Facts.Curvature;

    /// <summary>The monotonicity, given the operation's attributes.</summary>
    public Monotonicity Monotonicity { get; init; } = Facts.Monotonicity;

    /// <summary>Whether each element of its value depends on the elements of its inputs at that position only.</summary>
    public bool IsElementwise { get; init; }

    /// <summary>
    /// The common sign of the elements of a constant factor that multiplies the other input of a product or quotient; 0 if the signs differ or no input is
    /// constant.
    /// </summary>
    public int HeldSign { get; init; }

    /// <summary>
    /// The common sign of all slopes with respect to an input, over all choices at kinks; null if they may have either.
    /// </summary>
    /// <param name="index">The index of the input.</param>
    public int? SlopeSign(int index) => Curvature switch
    {
        // A third input is an offset that is added to the product.
        Curvature.Product when index == 2 => 1,
        Curvature.Product => HeldSign == 0 ? null : HeldSign,
        Curvature.Quotient => HeldSign == 0 || index != 0 ? null : HeldSign,
        _ => Monotonicity switch
        {
            Monotonicity.Increasing => 1,
            Monotonicity.Decreasing => -1,
            Monotonicity.Difference => index == 0 ? 1 : -1,
            _ => null,
        },
    };
}
