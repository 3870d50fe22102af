namespace ConservativeAD.Nonsmooth;

/// <summary>A part of Goldstein's ε-subdifferential: the hull of gradients at points drawn in a ball.</summary>
public sealed class GoldsteinSubdifferential : Subdifferential
{
    internal GoldsteinSubdifferential(IEnumerable<double[]> gradients, double radius, int points, int pointsLeftOut, int dimension)
        : base(gradients, dimension)
    {
        Radius = radius;
        Points = points;
        PointsLeftOut = pointsLeftOut;
    }

    /// <summary>False: points drawn in a ball show only a part of the set.</summary>
    public override bool IsExact => false;

    /// <summary>The ball's radius ε.</summary>
    public double Radius { get; }

    /// <summary>The number of points at which gradients were taken.</summary>
    public int Points { get; }

    /// <summary>The number of points that were left out because their gradient was not certified.</summary>
    public int PointsLeftOut { get; }
}
