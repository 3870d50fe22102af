namespace ConservativeAD.Studies.DataSets;

/// <summary>MNIST: four IDX files in the subfolder mnist.</summary>
internal static class Mnist
{
    public const string Name = "MNIST";

    public const string Subfolder = "mnist";

    private static readonly IdxImages Files = new(Name, Subfolder);

    /// <inheritdoc cref="IdxImages.Train"/>
    public static ImageSet Train(string folder) => Files.Train(folder);

    /// <inheritdoc cref="IdxImages.Test"/>
    public static ImageSet Test(string folder) => Files.Test(folder);
}
