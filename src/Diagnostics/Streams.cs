namespace ConservativeAD.Diagnostics;

/// <summary>All random streams of this library. Each has its own block of streams, so no two uses of one seed draw the same numbers.</summary>
internal enum Streams : uint
{
    /// <summary>Noise added to gradients of a descent, one stream per step.</summary>
    GradientNoise = 1,

    /// <summary>Samples of the steps of a descent.</summary>
    Samples = 2,

    /// <summary>Starting vectors of the Lanczos method.</summary>
    LanczosStarts = 3,

    /// <summary>Points between iterates at which curvature is measured.</summary>
    CurvaturePoints = 4,

    /// <summary>Starts around a saddle.</summary>
    SaddleStarts = 5,
}
