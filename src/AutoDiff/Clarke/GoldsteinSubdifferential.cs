namespace ConservativeAD;

/// <summary>A part of Goldstein's ε-subdifferential: the hull of gradients at points drawn in a ball.</summary>
public sealed class GoldsteinSubdifferential : Subdifferential
{
    internal GoldsteinSubdifferential(IEnumerable<double[]> gradients, double radius, int points)
        : base(gradients)
    {
        Radius = radius;
        Points = points;
    }

    /// <summary>The ball's radius ε.</summary>
    public double Radius { get; }

    /// <summary>At how many points gradients were taken.</summary>
    public int Points { get; }
}
