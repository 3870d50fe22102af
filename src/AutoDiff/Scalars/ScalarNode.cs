namespace ConservativeAD.Scalars;

/// <summary>
/// One operation on single numbers: two inputs and the partial derivatives with respect to them. A node that is its own input represents a constant.
/// </summary>
internal struct ScalarNode
{
    public double FirstSlope;
    public double SecondSlope;
    public int First;
    public int Second;
}
