namespace ConservativeAD;

/// <summary>All random streams of this library. Each has its own block of numbers, so that no two uses of the same seed share numbers.</summary>
internal enum Streams : uint
{
    /// <summary>Directions of <see cref="Tape{T}.ClarkeGradient"/>, one stream per leaf.</summary>
    LeafDirections = 0,

    /// <summary>Signs for an estimated Hessian diagonal, one stream per leaf.</summary>
    HutchinsonSigns = 1,

    /// <summary>The direction of a Clarke gradient.</summary>
    ClarkeDirection = 2,

    /// <summary>Directions of the points in a Goldstein ball.</summary>
    GoldsteinDirections = 3,

    /// <summary>Distances of the points in a Goldstein ball.</summary>
    GoldsteinDistances = 4,

    /// <summary>Directions next to a kink along which a program is examined.</summary>
    LooksBeside = 5,

    /// <summary>Directions from which a search for cells starts.</summary>
    CellDirections = 6,

    /// <summary>Directions at kinks of curved pieces.</summary>
    CurvedDirections = 7,

    /// <summary>Weights of outputs in a conservativity check.</summary>
    OutputWeights = 8,

    /// <summary>Starts of the paths of a conservativity check.</summary>
    PathStarts = 9,

    /// <summary>Ends of the paths of a conservativity check.</summary>
    PathEnds = 10,

    /// <summary>Middles of the paths of a conservativity check.</summary>
    PathMiddles = 11,

    /// <summary>Starts of paths inside kinks.</summary>
    StratumStarts = 12,

    /// <summary>Which of their coordinates are tied.</summary>
    StratumTieFates = 13,

    /// <summary>Which other coordinates those are tied with.</summary>
    StratumTiePartners = 14,

    /// <summary>Starts of paths that leave kinks.</summary>
    LeavingStarts = 15,

    /// <summary>Which of their coordinates are tied.</summary>
    LeavingTieFates = 16,

    /// <summary>Which other coordinates those are tied with.</summary>
    LeavingTiePartners = 17,

    /// <summary>Ends of paths that leave kinks.</summary>
    LeavingEnds = 18,

    /// <summary>Combinations of directions inside a kink.</summary>
    StratumMixtures = 19,

    /// <summary>Simple directions inside a kink.</summary>
    StratumDirections = 20,

    /// <summary>Cotangents for checks of single operations.</summary>
    OperationCotangents = 21,

    /// <summary>The direction that measures how much a lost derivative matters.</summary>
    LossDirections = 22,

    /// <summary>Random numbers that mark the rows of a matrix that is known by its products only.</summary>
    RowMarks = 23,
}
