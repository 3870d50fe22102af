namespace ConservativeAD.Studies.DataSets;

/// <summary>A data set in files like the four of MNIST: images of 28 × 28 and labels, for training and testing, compressed by gzip or not.</summary>
/// <param name="Name">The name of the data set.</param>
/// <param name="Subfolder">The subfolder of the data folder.</param>
internal sealed record IdxImages(string Name, string Subfolder)
{
    private const int Classes = 10;
    private const int Side = 28;
    private const int MaximumImages = (1 << 30) / (Side * Side);

    /// <summary>The training images.</summary>
    /// <param name="folder">The data folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is invalid; the message names it, the byte and the remedy.</exception>
    public ImageSet Train(string folder) => Read(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte");

    /// <summary>The test images.</summary>
    /// <param name="folder">The data folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is invalid; the message names it, the byte and the remedy.</exception>
    public ImageSet Test(string folder) => Read(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    private ImageSet Read(string folder, string imagesName, string labelsName)
    {
        string imagesPath = Find(folder, imagesName), labelsPath = Find(folder, labelsName);
        // Reads labels first, because they are small and limit the number of images.
        (_, byte[] labels) = IdxFile.Read(labelsPath, 1, extents => CheckCount(labelsPath, extents[0]));
        (_, byte[] pixels) = IdxFile.Read(imagesPath, 3, extents =>
        {
            if (extents[1] != Side || extents[2] != Side)
                throw new InvalidDataException(
                    $"{imagesPath} holds images of {extents[1]} × {extents[2]} pixels (bytes 8 to 15), not {Side} × {Side}. Fetch it again.");
            if (extents[0] != labels.Length)
                throw new InvalidDataException(
                    $"{imagesPath} holds {extents[0]} images (bytes 4 to 7) and {labelsPath} {labels.Length} labels. Fetch both again.");
        });
        int wrong = Array.FindIndex(labels, label => label >= Classes);
        if (wrong >= 0)
            throw new InvalidDataException(
                $"{labelsPath} holds the label {labels[wrong]} at byte {8 + wrong}; labels go from 0 to {Classes - 1}. Fetch it again.");
        return new ImageSet(Name, false, 1, Side, Classes, pixels, Array.ConvertAll(labels, label => (int)label));
    }

    private static void CheckCount(string path, int count)
    {
        if (count > MaximumImages)
            throw new InvalidDataException(
                $"{path} claims {count} labels at byte 4; at most {MaximumImages} images of {Side} × {Side} pixels are read. Fetch it again.");
    }

    private string Find(string folder, string name)
    {
        string plain = Path.Combine(folder, Subfolder, name), compressed = plain + ".gz";
        if (File.Exists(compressed))
            return compressed;
        return File.Exists(plain)
            ? plain
            : throw new FileNotFoundException(
                $"{compressed} is missing; put the four files of {Name} there, or give --data-set stand-in for images drawn by the program.", compressed);
    }
}
