namespace ConservativeAD.Studies.DataSets;

/// <summary>CIFAR-10 in its binary version, in the subfolder cifar-10: records of a label and 3 × 32 × 32 pixels.</summary>
internal static class Cifar10
{
    public const string Subfolder = "cifar-10";

    private const int Classes = 10;
    private const int Channels = 3;
    private const int Side = 32;
    private const int ImageSize = Channels * Side * Side;
    private const int Record = 1 + ImageSize;

    /// <summary>The training images.</summary>
    /// <param name="folder">The data folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is invalid; the message names it, the byte and the remedy.</exception>
    public static ImageSet Train(string folder) => Read(folder, [.. Enumerable.Range(1, 5).Select(batch => $"data_batch_{batch}.bin")]);

    /// <summary>The test images.</summary>
    /// <param name="folder">The data folder.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is invalid; the message names it, the byte and the remedy.</exception>
    public static ImageSet Test(string folder) => Read(folder, ["test_batch.bin"]);

    private static ImageSet Read(string folder, string[] names)
    {
        string[] paths = [.. names.Select(name => Path.Combine(folder, Subfolder, name))];
        foreach (string path in paths)
        {
            if (!File.Exists(path))
                throw new FileNotFoundException($"{path} is missing; put the binary version of CIFAR-10 there.", path);
        }

        List<Stream> files = [];
        try
        {
            foreach (string path in paths)
                files.Add(File.OpenRead(path));
            return Read([.. files.Zip(paths)]);
        }
        finally
        {
            files.ForEach(file => file.Dispose());
        }
    }

    /// <summary>Reads files one after another. Their lengths are checked before memory is allocated.</summary>
    /// <param name="files">The files and their names for messages.</param>
    internal static ImageSet Read(IReadOnlyList<(Stream File, string Path)> files)
    {
        long count = 0;
        foreach ((Stream file, string path) in files)
        {
            if (file.Length == 0 || file.Length % Record != 0)
                throw new InvalidDataException(
                    $"{path} has {file.Length} bytes, which are no whole number of records of {Record}; it ends at byte "
                        + $"{file.Length % Record} of one. Fetch it again.");
            count += file.Length / Record;
        }

        if (count * ImageSize > Array.MaxLength)
            throw new InvalidDataException(
                $"{files[0].Path} and its like hold {count} images, more than {Array.MaxLength / ImageSize}. CIFAR-10 has 60 000; fetch it again.");
        byte[] pixels = new byte[count * ImageSize];
        int[] labels = new int[count];
        int image = 0;
        foreach ((Stream file, string path) in files)
        {
            long records = file.Length / Record;
            for (long record = 0; record < records; record++, image++)
            {
                int label = file.ReadByte();
                if (label is < 0 or >= Classes)
                    throw new InvalidDataException(
                        $"{path} holds the label {label} at byte {record * Record}; labels go from 0 to {Classes - 1}. Fetch it again.");
                labels[image] = label;
                Span<byte> target = pixels.AsSpan(image * ImageSize, ImageSize);
                if (file.ReadAtLeast(target, ImageSize, throwOnEndOfStream: false) < ImageSize)
                    throw new InvalidDataException($"{path} became shorter while it was read, at byte {record * Record}. Read it when nobody writes it.");
            }
        }

        return new ImageSet("CIFAR-10", false, Channels, Side, Classes, pixels, labels);
    }
}
