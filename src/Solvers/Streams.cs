namespace ConservativeAD.Solvers;

/// <summary>All random streams of this library. Each has its own block of streams, so no two uses of one seed draw the same numbers.</summary>
internal enum Streams : uint
{
    /// <summary>Points of gradient sampling.</summary>
    SampledPoints = 0,

    /// <summary>Steps of Goldstein descent.</summary>
    GoldsteinSteps = 1,

    /// <summary>Samples of a model-based method.</summary>
    Samples = 2,

    /// <summary>Points around a point of a constrained problem.</summary>
    Probes = 3,

    /// <summary>Steps by which stationarity is measured.</summary>
    StationaritySteps = 256,

    /// <summary>Points at which stationarity is measured.</summary>
    StationarityPoints = 512,
}
