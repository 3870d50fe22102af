namespace ConservativeAD.Studies.DataSets;

/// <summary>The data sets of images.</summary>
internal enum DataSetName
{
    /// <summary>Handwritten digits, 28 × 28.</summary>
    Mnist,

    /// <summary>Articles of clothing, 28 × 28.</summary>
    FashionMnist,

    /// <summary>Photographs in colour, 32 × 32.</summary>
    Cifar10,

    /// <summary>Images drawn by the program: digits, or coloured shapes for networks that take images in colour.</summary>
    StandIn,
}
