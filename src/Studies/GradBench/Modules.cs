using ConservativeAD.Studies.GradBench.Evals;

namespace ConservativeAD.Studies.GradBench;

/// <summary>The modules that the program implements.</summary>
internal static class Modules
{
    /// <summary>All of them, in the order of their names.</summary>
    public static IReadOnlyList<Module> All { get; } =
    [
        BundleAdjustment.Module,
        Determinant.Module,
        GaussianMixture.Module,
        Hello.Module,
        HandTracking.Module,
        KMeans.Module,
        LeastSquares.Module,
        LogSumExp.Module,
        Lstm.Module,
        OrdinaryDifferentialEquation.Module,
        Particle.Module,
        Saddle.Module,
    ];
}
