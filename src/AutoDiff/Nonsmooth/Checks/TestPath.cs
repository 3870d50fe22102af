namespace ConservativeAD.Nonsmooth;

/// <summary>How a path was selected.</summary>
public enum PathKind
{
    /// <summary>A segment between random points.</summary>
    Segment,

    /// <summary>A random parabola.</summary>
    Curve,

    /// <summary>A segment along which operations stay at their kinks.</summary>
    Stratum,

    /// <summary>A segment that starts inside a kink and leaves it.</summary>
    Leaving,
}

/// <summary>A path γ(t) = start + t·velocity + t²·bend, for t from 0 to 1.</summary>
/// <param name="Kind">How the path was selected.</param>
/// <param name="Start">γ(0).</param>
/// <param name="Velocity">γ'(0).</param>
/// <param name="Bend">Half of γ''.</param>
public sealed record TestPath(PathKind Kind, IReadOnlyList<double> Start, IReadOnlyList<double> Velocity, IReadOnlyList<double> Bend)
{
    /// <summary>γ(t).</summary>
    /// <param name="t">From 0 to 1.</param>
    public double[] At(double t)
    {
        double[] point = new double[Start.Count];
        for (int i = 0; i < point.Length; i++)
            point[i] = Start[i] + (t * Velocity[i]) + (t * t * Bend[i]);
        return point;
    }

    /// <summary>γ'(t).</summary>
    /// <param name="t">From 0 to 1.</param>
    public double[] VelocityAt(double t)
    {
        double[] velocity = new double[Start.Count];
        for (int i = 0; i < velocity.Length; i++)
            velocity[i] = Velocity[i] + (2 * t * Bend[i]);
        return velocity;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string kind = Kind switch
        {
            PathKind.Segment => "a segment",
            PathKind.Curve => "a curve",
            PathKind.Leaving => "a segment out of a kink",
            _ => "a segment inside a kink",
        };
        return $"{kind} from {Text(Start)} to {Text(At(1))}";
    }

    private static string Text(IReadOnlyList<double> point) => point.Count == 1 ? $"({VectorText.Of(point)})" : VectorText.Of(point);
}
