namespace ConservativeAD.Scalars;

/// <summary>The second partial derivatives of an operation with respect to its two inputs.</summary>
internal struct ScalarCurvature
{
    public double OfFirst;
    public double Mixed;
    public double OfSecond;
}
