namespace ConservativeAD.Tests.Accuracy;

/// <summary>An elementwise operation with its exact value and slope.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Rule">The operation on lanes.</param>
/// <param name="Value">The exact value; called only inside the domain.</param>
/// <param name="Slope">The exact slope.</param>
internal sealed record ElementaryFunction(string Name, IMeasuredRule Rule, Func<BigReal, BigReal> Value, Func<BigReal, BigReal> Slope)
{
    /// <summary>The domain of the function; outside, the value is NaN.</summary>
    public Func<double, bool> Domain { get; init; } = _ => true;

    /// <summary>Values and slopes that are limits: at poles and at infinity.</summary>
    public IReadOnlyDictionary<double, (double Value, double Slope)> Limits { get; init; } = new Dictionary<double, (double, double)>();

    /// <summary>Points near which many arguments are tested.</summary>
    public double[] Critical { get; init; } = [];

    /// <summary>Errors of the value are in units of the result, or of this number if it is larger, because cancelling terms cannot be more accurate.</summary>
    public Func<BigReal, BigReal>? ValueScale { get; init; }

    /// <summary>The same for the slope.</summary>
    public Func<BigReal, BigReal>? SlopeScale { get; init; }

    /// <summary>Arguments to skip: poles with two sides.</summary>
    public Func<double, bool> IsLeftOut { get; init; } = _ => false;

    /// <summary>Arguments for which GPU kernels return NaN, as documented.</summary>
    public Func<double, bool> IsLeftOutOnGpu { get; init; } = _ => false;

    /// <summary>Whether the slope is the same number everywhere, even at NaN.</summary>
    public bool HasConstantSlope { get; init; }

    /// <summary>Whether f(−0) is −0.</summary>
    public bool KeepsZero { get; init; }
}
