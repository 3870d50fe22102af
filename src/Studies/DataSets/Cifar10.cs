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
    private const long LongestFile = 1L << 30;

    public static ImageSet Train(string folder) => Read(folder, [.. Enumerable.Range(1, 5).Select(batch => $"data_batch_{batch}.bin")]);

    public static ImageSet Test(string folder) => Read(folder, ["test_batch.bin"]);

    private static ImageSet Read(string folder, string[] names)
    {
        List<byte[]> files = [];
        foreach (string name in names)
        {
            string path = Path.Combine(folder, Subfolder, name);
            if (!File.Exists(path))
                throw new FileNotFoundException($"{path} is missing; put the binary version of CIFAR-10 there.", path);
            long length = new FileInfo(path).Length;
            if (length == 0 || length % Record != 0 || length > LongestFile)
                throw new InvalidDataException($"{path} has {length} bytes, which are no whole number of records of {Record}. Fetch it again.");
            byte[] file = File.ReadAllBytes(path);
            for (int record = 0; record < file.Length; record += Record)
            {
                if (file[record] >= Classes)
                    throw new InvalidDataException($"{path} holds the label {file[record]} at byte {record}; labels go from 0 to {Classes - 1}. Fetch it again.");
            }

            files.Add(file);
        }

        int count = files.Sum(file => file.Length / Record), image = 0;
        byte[] pixels = new byte[count * ImageSize];
        int[] labels = new int[count];
        foreach (byte[] file in files)
        {
            for (int record = 0; record < file.Length; record += Record, image++)
            {
                labels[image] = file[record];
                file.AsSpan(record + 1, ImageSize).CopyTo(pixels.AsSpan(image * ImageSize));
            }
        }

        return new ImageSet("CIFAR-10", false, Channels, Side, Classes, pixels, labels);
    }
}
