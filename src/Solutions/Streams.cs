namespace ConservativeAD.Solutions;

/// <summary>All random streams of this library. Each has its own block of streams, so no two uses of one seed draw the same numbers.</summary>
internal enum Streams : uint
{
    /// <summary>Weights of the values of an equation.</summary>
    ImplicitWeights = 0,

    /// <summary>Directions of the parameters.</summary>
    ImplicitDirections = 1,

    /// <summary>Points beside a solution.</summary>
    ImplicitProbes = 2,

    /// <summary>Samples of an expectation, one stream each.</summary>
    ExpectationNoise = 3,

    /// <summary>Directions of smoothing, one stream each.</summary>
    SmoothingDirections = 4,
}
