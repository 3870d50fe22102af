namespace ConservativeAD.Optimizers;

/// <summary>The clipping of gradients before a step. If both bounds are set, the norm is applied first.</summary>
public sealed record GradientClipping
{
    // The number that PyTorch's clip_grad_norm_ adds to the norm before dividing by it.
    private const double NormOffset = 1e-6;

    /// <summary>No bound.</summary>
    public static GradientClipping None { get; } = new();

    /// <summary>The largest Euclidean norm of all gradients together; no bound if null.</summary>
    public double? MaximumNorm { get; init => field = value is { } norm ? Demand.Positive(norm) : null; }

    /// <summary>The largest magnitude of a single component; no bound if null.</summary>
    public double? MaximumMagnitude { get; init => field = value is { } magnitude ? Demand.Positive(magnitude) : null; }

    /// <summary>Scales all gradients by min(1, <paramref name="maximum"/> / (norm + 10⁻⁶)).</summary>
    /// <param name="maximum">The largest norm of all gradients together, positive.</param>
    public static GradientClipping ByGlobalNorm(double maximum) => new() { MaximumNorm = maximum };

    /// <summary>Clips every component to [−<paramref name="maximum"/>, <paramref name="maximum"/>].</summary>
    /// <param name="maximum">The largest magnitude of a component, positive.</param>
    public static GradientClipping ByValue(double maximum) => new() { MaximumMagnitude = maximum };

    internal double FactorOf(double norm) => MaximumNorm is { } largest ? Math.Min(1, largest / (norm + NormOffset)) : 1;

    internal ClippedGradient Of(double norm) => new(FactorOf(norm), MaximumMagnitude ?? double.PositiveInfinity);

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
