namespace ConservativeAD.Studies.DataSets;

/// <summary>The MNIST digits (LeCun, Cortes and Burges) in their four official IDX files, raw or gzip.</summary>
internal static class Mnist
{
    private const int Classes = 10;

    /// <summary>Reads the training images.</summary>
    /// <param name="folder">The folder with the files, or one whose subfolder <c>mnist</c> holds them.</param>
    public static ImageSet Train(string folder) => Read(folder, "train");

    /// <summary>Reads the test images.</summary>
    /// <param name="folder">The folder with the files, or one whose subfolder <c>mnist</c> holds them.</param>
    public static ImageSet Test(string folder) => Read(folder, "t10k");

    private static ImageSet Read(string folder, string part)
    {
        (int[] images, byte[] pixels) = IdxFile.Read(Find(folder, $"{part}-images-idx3-ubyte"), 3);
        string labelPath = Find(folder, $"{part}-labels-idx1-ubyte");
        (int[] extents, byte[] labels) = IdxFile.Read(labelPath, 1);
        if (extents[0] != images[0] || images[1] != images[2] || images[0] == 0)
            throw new InvalidDataException($"{labelPath} holds {extents[0]} labels for {images[0]} images of {images[1]} × {images[2]}; there must be one label per square image.");
        int wrong = Array.FindIndex(labels, label => label >= Classes);
        if (wrong >= 0)
            throw new InvalidDataException($"{labelPath} holds label {labels[wrong]} at offset {8 + wrong}; labels are 0 to {Classes - 1}.");
        return new ImageSet("MNIST", false, images[0], Classes, 1, images[1], pixels, Array.ConvertAll(labels, label => (int)label));
    }

    private static string Find(string folder, string name)
    {
        string[] candidates = [Path.Combine(folder, "mnist", name), Path.Combine(folder, "mnist", name + ".gz"), Path.Combine(folder, name), Path.Combine(folder, name + ".gz")];
        return Array.Find(candidates, File.Exists)
            ?? throw new FileNotFoundException($"{candidates[1]} is missing; put the four official MNIST files into the subfolder mnist of {folder}, or leave out --data and CONSERVATIVEAD_DATA to use the stand-in digits.", candidates[1]);
    }
}
