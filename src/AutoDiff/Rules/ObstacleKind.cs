namespace ConservativeAD;

/// <summary>The reason why an element of an operation cannot be certified. Rules report it as a number, which lanes can hold.</summary>
public enum ObstacleKind
{
    /// <summary>No obstacle.</summary>
    None,

    /// <summary>
    /// The argument is at the edge of the domain or outside it, so that the function has no neighbourhood there. Examples are a square root below 0 and a
    /// fractional power at 0.
    /// </summary>
    OutsideDomain,

    /// <summary>The value jumps, such as floor at an integer or an angle across its branch cut.</summary>
    Jump,

    /// <summary>
    /// The slope is infinite or NaN while the value is finite, such as that of the square root at 0. The function is not locally Lipschitz there.
    /// </summary>
    InfiniteSlope,

    /// <summary>The value is infinite: a pole, or a value too large for the number type.</summary>
    InfiniteValue,

    /// <summary>The argument is so close to a singularity at 0 that it is subnormal and has lost precision.</summary>
    TooNearZero,

    /// <summary>A variable is NaN or infinite.</summary>
    VariableNotFinite,

    /// <summary>The gradient is NaN or infinite although no operation is an obstacle: it overflowed in the reverse pass.</summary>
    GradientNotFinite,

    /// <summary>An obstacle within a checkpointed segment, which the record does not show.</summary>
    WithinCheckpoint,

    /// <summary>A mask was made by comparing equal numbers, so it is unknown which side a nearby point falls on.</summary>
    TiedMask,

    /// <summary>
    /// The slope is too close to 0 for the number type (subnormal, or 0 itself), such as that of 1/x at 1e200. Products with it have lost precision.
    /// </summary>
    SlopeUnderflows,

    /// <summary>The program runs at the point but throws next to it.</summary>
    ProgramThrows,

    /// <summary>
    /// An intermediate number within the operation overflows and the value is lost, such as the variance of numbers close to the largest finite one.
    /// </summary>
    Overflows,

    /// <summary>The value is too close to 0 for the number type, and a kink or a branch depends on it.</summary>
    ValueUnderflows,

    /// <summary>
    /// A derivative became too small for the number type on the way back through the program, and the gradient depends on it. In |x|·1e300·1e300·1e-200·1e-200
    /// it is 1e-400 halfway.
    /// </summary>
    CotangentUnderflows,

    /// <summary>
    /// Eigenvalues or singular values are so close that rounding errors hide whether they meet, or have taken many digits of their vectors.
    /// </summary>
    MayMeet,

    /// <summary>
    /// Numbers that are normalised differ from their mean by little more than rounding errors: the mean of equal numbers may be rounded, and the result is then
    /// an error instead of 0.
    /// </summary>
    SpreadIsRounding,

    /// <summary>
    /// A function whose gradient the program contains has no second derivatives at the point: it is at a kink, or its slope bends, and its gradient may jump.
    /// </summary>
    KinkWithinGradient,

    /// <summary>The derivative was dropped on purpose, so the gradient is not that of the function.</summary>
    Detached,

    /// <summary>
    /// The program gave the function by value and slope, and did not state it smooth, or its slope is not that of the differences beside the point.
    /// </summary>
    Undeclared,

    /// <summary>The terms of a sum are so large that rounding errors hide how they compare, and the derivative depends on it.</summary>
    TermsAreRounded,

    /// <summary>A solution of an equation whose derivative is not certified: the equation is at a kink, or its derivative is singular.</summary>
    SolutionNotCertified,
}
