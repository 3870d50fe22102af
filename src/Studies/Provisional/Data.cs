using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.DataSets
{
    internal sealed record ImageSet(string Name, bool IsStandIn, int Count, int Classes, byte[] Pixels, int[] Labels)
    {
        public NDArray<T> PixelsOn<T>(Device device)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            device.Array<T>(Shape.Of(Count, Pixels.Length / Count), Array.ConvertAll(Pixels, p => T.CreateTruncating(p / 255.0)));

        public NDArray<int> LabelsOn(Device device) => device.Array<int>(Shape.Of(Count), Labels);
    }

    internal static class TrainingImages
    {
        public static ImageSet Load(string? folder, int? samples)
        {
            folder ??= Environment.GetEnvironmentVariable("CONSERVATIVEAD_DATA");
            if (!string.IsNullOrEmpty(folder))
            {
                byte[] images = Read(Path.Combine(folder, "mnist", "train-images-idx3-ubyte.gz")), labels = Read(Path.Combine(folder, "mnist", "train-labels-idx1-ubyte.gz"));
                int all = labels.Length - 8, taken = Math.Min(all, samples ?? all);
                return new ImageSet("MNIST", false, taken, 10, images[16..(16 + (taken * 784))], Array.ConvertAll(labels[8..(8 + taken)], l => (int)l));
            }

            int n = samples ?? 1000;
            Random r = new(1);
            byte[] p = new byte[n * 784];
            r.NextBytes(p);
            return new ImageSet("stand-in digits", true, n, 10, p, [.. Enumerable.Range(0, n).Select(_ => r.Next(10))]);
        }

        public static (ImageSet Train, ImageSet Test) LoadBoth(string? folder, int? samples)
        {
            ImageSet train = Load(folder, samples);
            if (train.IsStandIn)
                return (train, Load(folder, 100));
            folder ??= Environment.GetEnvironmentVariable("CONSERVATIVEAD_DATA");
            byte[] images = Read(Path.Combine(folder!, "mnist", "t10k-images-idx3-ubyte.gz")), labels = Read(Path.Combine(folder!, "mnist", "t10k-labels-idx1-ubyte.gz"));
            return (train, new ImageSet("MNIST", false, labels.Length - 8, 10, images[16..], Array.ConvertAll(labels[8..], l => (int)l)));
        }

        private static byte[] Read(string path)
        {
            using System.IO.Compression.GZipStream stream = new(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress);
            using MemoryStream memory = new();
            stream.CopyTo(memory);
            return memory.ToArray();
        }
    }
}

namespace ConservativeAD.Studies.Reports
{
    internal sealed record MachineFacts(string System, int Processors)
    {
        public static MachineFacts Current { get; } = new(Environment.OSVersion.ToString(), Environment.ProcessorCount);
    }

    internal static class AtomicFile
    {
        public static void WriteText(string path, string text) => WriteBytes(path, global::System.Text.Encoding.UTF8.GetBytes(text));

        public static void WriteBytes(string path, byte[] bytes)
        {
            string temporary = path + ".tmp";
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, true);
        }
    }

    internal static class ResultsFolder
    {
        public static void Create(string folder) => Directory.CreateDirectory(folder);
    }
}
