namespace ConservativeAD.Studies.DataSets;

/// <summary>Fashion-MNIST: four IDX files of the names of MNIST's in the subfolder fashion-mnist.</summary>
internal static class FashionMnist
{
    public const string Subfolder = "fashion-mnist";

    private static readonly IdxImages Files = new("Fashion-MNIST", Subfolder);

    /// <inheritdoc cref="IdxImages.Train"/>
    public static ImageSet Train(string folder) => Files.Train(folder);

    /// <inheritdoc cref="IdxImages.Test"/>
    public static ImageSet Test(string folder) => Files.Test(folder);
}
