using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Volume;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Volume;

/// <summary>The command that measures how many networks per minute the volume study tests, compared with the published procedure written with
/// libtorch.</summary>
internal static class VolumeSpeedCommand
{
    private const int Depth = 3;
    private const ulong Seed = 1;

    public static Command Create()
    {
        Option<int[]> threads = new("--threads")
        {
            Description = "Numbers of threads to measure at.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 2]
        };
        Option<int> pairs = new("--pairs")
        {
            Description = "Interleaved pairs; in each, both engines test as many networks as there are threads.",
            DefaultValueFactory = _ => 9
        };
        Option<int?> samples = new("--samples") { Description = "Training images; all if not given." };
        Command command = new("volume",
            $"Networks a minute of the volume study (float32, depth {Depth}, width {PublishedTable.Width}), in turn with the published procedure written "
                + $"with libtorch. Images from {ImageSource.Variable}, or drawn.") { threads, pairs, samples };
        command.SetAction(parsed =>
        {
            string? whyNot = LibTorchProbe.WhyNot();
            if (whyNot is not null)
                Console.Error.WriteLine($"Only this library is measured. {whyNot}");
            ImageSet images = ImageSource.Load(null, parsed.GetValue(samples)).Train;
            Console.WriteLine($"{images.Count} images of {images.Name}, mini-batches of {PublishedTable.Batch}.");
            Console.WriteLine();
            Console.WriteLine("| threads | ours, networks a minute | libtorch, networks a minute | ratio | in the zone, ours | libtorch |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
            foreach (int count in parsed.GetValue(threads)!)
                Console.WriteLine(Row(images, count, parsed.GetValue(pairs), whyNot is null));
            return 0;
        });
        return command;
    }

    private static string Row(ImageSet images, int threads, int pairs, bool withPeer)
    {
        using Device device = Device.Cpu(1);
        NDArray<float> pixels = images.PixelsOn<float>(device);
        NDArray<int> labels = images.LabelsOn(device);
        ScreenedImages<float> screened = ScreenedImages<float>.Of(device, pixels, PublishedTable.Batch,
            ScreenedImages<float>.LeavesZerosOut(PublishedTable.Width));
        BifurcationTest<float>[] tests = [.. Enumerable.Range(0, threads)
            .Select(_ => new BifurcationTest<float>(device, images.ImageSize, images.Classes, Depth, PublishedTable.Width, screened))];
        TorchBifurcationTest? peer = null;
        if (withPeer)
        {
            torch.set_num_threads(threads);
            peer = new TorchBifurcationTest(
                torch.tensor(pixels.ToArray(), images.Count, images.ImageSize), torch.tensor([.. images.Labels.Select(label => (long)label)]),
                    PublishedTable.Batch, Depth, new RandomPerceptron<float>(device, images.ImageSize, images.Classes, Depth, PublishedTable.Width));
        }

        double[] ours = new double[pairs], theirs = new double[pairs];
        NetworkOutcome found = default, foundByPeer = default;
        for (int pair = -1; pair < pairs; pair++)
        {
            NetworkOutcome[] outcomes = new NetworkOutcome[threads];
            long start = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
                outcomes[thread] = tests[thread]
                .Test(Seed, ((pair + 1) * threads) + thread, pixels, labels, PublishedTable.Batch, BifurcationProcedure.ExactZerosFirst,
                    CancellationToken.None));
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            NetworkOutcome peers = default;
            for (int network = 0; peer is not null && network < threads; network++)
                peers += peer.Test(Seed, ((pair + 1) * threads) + network);
            if (pair < 0)
                continue;
            (ours[pair], theirs[pair]) = (60 * threads / seconds, 60 * threads / Stopwatch.GetElapsedTime(start).TotalSeconds);
            found = outcomes.Aggregate(found, (sum, outcome) => sum + outcome);
            foundByPeer += peers;
        }

        foreach (BifurcationTest<float> test in tests)
            test.Dispose();
        string row = string.Create(CultureInfo.InvariantCulture, $"| {threads} | {Interleaved.Median(ours):0.0} |");
        return row + (withPeer
            ? string.Create(CultureInfo.InvariantCulture,
                $" {Interleaved.Median(theirs):0.0} | **{Interleaved.Median([.. ours.Zip(theirs, (mine, their) => mine / their)]):0.0}** | "
                    + $"{found.Hits}/{found.Networks} | {foundByPeer.Hits}/{foundByPeer.Networks} |")
            : $" – | – | {found.Hits}/{found.Networks} | – |");
    }
}
