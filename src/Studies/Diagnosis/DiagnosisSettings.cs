using ConservativeAD.Optimizers;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>The schedule of step sizes of a diagnosed run.</summary>
internal enum DiagnosisSchedule
{
    /// <summary>Constant for smooth programs and training runs, vanishing for the others.</summary>
    Automatic,

    /// <summary>One step size.</summary>
    Constant,

    /// <summary>Sum infinite, sum of squares finite.</summary>
    RobbinsMonro,
}

/// <summary>The settings of a diagnosis.</summary>
internal sealed record DiagnosisSettings
{
    /// <summary>θ₀; the program's own if null.</summary>
    public double[]? Start { get; init; }

    /// <summary>If above 0, the start is drawn from a normal distribution with this standard deviation around <see cref="Start"/>.</summary>
    public double StartSpread { get; init; }

    /// <summary>Steps of the run; the program's own number if null.</summary>
    public int? Steps { get; init; }

    /// <summary>The first step size; if null the program's own, else 1/L for constant steps.</summary>
    public double? StepSize { get; init; }

    /// <summary>The schedule of the step sizes.</summary>
    public DiagnosisSchedule Schedule { get; init; }

    /// <summary>The power of vanishing steps.</summary>
    public double Power { get; init; } = 0.75;

    /// <summary>The standard deviation of noise added to gradients.</summary>
    public double Noise { get; init; }

    /// <summary>The element of the subdifferential that is the gradient.</summary>
    public SubgradientChoice Gradient { get; init; } = SubgradientChoice.Conservative;

    /// <summary>F at the limit; if null, the program's own value, or otherwise a computed one.</summary>
    public double? Limit { get; init; }

    /// <summary>The inequality is fitted to points with gaps of at most this; to all points if null.</summary>
    public double? GreatestGap { get; init; }

    /// <summary>The length of the windows over which the run is compared with the flow.</summary>
    public double Window { get; init; } = 1;

    /// <summary>The number of starts around a saddle.</summary>
    public int SaddleStarts { get; init; } = 100;

    /// <summary>The pictures to draw; all that apply if empty.</summary>
    public IReadOnlyList<DiagnosisPicture> Pictures { get; init; } = [];

    /// <summary>The seed of everything random.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the instruments for a picture are needed.</summary>
    public bool Wants(DiagnosisPicture picture) => Pictures.Count == 0 || Pictures.Contains(picture);
}

/// <summary>The pictures.</summary>
internal enum DiagnosisPicture
{
    /// <summary>The gradient's norm against the gap, with the fitted inequality.</summary>
    Kl,

    /// <summary>The gap over steps.</summary>
    Rate,

    /// <summary>The length of the path over steps.</summary>
    Path,

    /// <summary>Distances from a saddle over steps.</summary>
    Saddle,

    /// <summary>The run compared with the flow.</summary>
    Flow,

    /// <summary>The tangent kernel along the run.</summary>
    Kernel,
}
