namespace ConservativeAD.Studies;

/// <summary>
/// All random streams that studies draw from with a user's seed. Each has its own block of streams, so no two uses of one seed draw the same numbers.
/// </summary>
internal enum Streams : uint
{
    /// <summary>Parameters of networks, one stream each.</summary>
    Networks = 0,

    /// <summary>The order of images in training, one stream per epoch.</summary>
    TrainingOrder = 1,

    /// <summary>Seeds of networks with max pooling.</summary>
    PooledNetworks = 2,

    /// <summary>Seeds of networks of any kind.</summary>
    KinkNetworks = 3,

    /// <summary>The orders in which they see the images.</summary>
    KinkOrders = 4,

    /// <summary>Starts around a saddle.</summary>
    EscapeStarts = 6,

    /// <summary>Seeds of the weights of models of ONNX, one stream for each network.</summary>
    ModelWeights = 5,

    /// <summary>A start around the given one.</summary>
    StartSpread = 7,

    /// <summary>Points and starts of the lecture, one stream each.</summary>
    LecturePoints = 8,

    /// <summary>Seeds of networks trained with several slopes of relu at 0.</summary>
    ReluNetworks = 9,
}
