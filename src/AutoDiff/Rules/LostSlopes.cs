namespace ConservativeAD.Rules;

/// <summary>
/// What of a slope or a product with it a number type cannot hold. Numbers below the smallest normal one are lost; so are the digits of slopes that are
/// computed as differences of numbers close to 1, such as 1 − tanh²(x) far from 0. A later operation with a large slope makes the loss matter.
/// </summary>
internal static class LostSlopes
{
    /// <summary>A cotangent that is smaller has lost digits, or all of them.</summary>
    /// <param name="smallest">The smallest normal number.</param>
    /// <param name="precision">The distance from 1 to the next number.</param>
    public static double Tiny(double smallest, double precision) => smallest / precision;

    /// <summary>The error of an operation's slopes near 0: the smallest number, or the rounding error of 1.</summary>
    public static double ErrorOf(OperationFacts facts, double smallest, double precision) => LevelsOff(facts) ? precision : smallest;

    /// <summary>Whether a slope may have lost all its digits.</summary>
    public static bool MayBe(OperationFacts facts, double slope, double smallest, double precision) =>
        IsCurved(facts) && Math.Abs(slope) < ShareLost(facts, smallest, precision);

    /// <summary>Slopes of a curved operation that are smaller may have lost all their digits.</summary>
    public static double ShareLost(OperationFacts facts, double smallest, double precision) => LevelsOff(facts) ? Math.Sqrt(precision) : smallest;

    /// <summary>Whether an operation's slopes vary, so that one of them may be too small for the number type. Those of a product are numbers of the
    /// program.</summary>
    public static bool IsCurved(OperationFacts facts) =>
        facts.IsSmooth && facts.Curvature is not (Curvature.Affine or Curvature.Product) && !facts.IsPolyhedral;

    // A smooth function that rises everywhere and is bounded has slopes above 0 everywhere.
    private static bool LevelsOff(OperationFacts facts) => facts.IsBounded && facts.Monotonicity is Monotonicity.Increasing or Monotonicity.Decreasing;
}
