using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Distributed;
using ConservativeAD.Distributed.Reduction;

namespace ConservativeAD.Benchmarks.Ranks;

/// <summary>Times the sum along the tree, with copies in and out, in turn with MPI_Allreduce, both on the same numbers in one run.</summary>
internal static class RankSums
{
    /// <summary>Measures vectors of one length.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="length">Elements.</param>
    /// <param name="pairs">Interleaved pairs of samples.</param>
    /// <param name="bucket">The elements of a bucket.</param>
    /// <returns>A line with the milliseconds of the slowest rank, as medians and least, and the median ratio of a pair.</returns>
    public static string Measure(Communicator communicator, int length, int pairs, int bucket)
    {
        float[] elements = [.. Enumerable.Range(0, length).Select(i => ((i % 1000) * 0.001f) + communicator.Rank)], sums = new float[length];
        Parameter<float> parameter = new("all", Kernels.Device.Default, [length]);
        ParameterLayout<float> layout = new([parameter]);
        Segment[][] segments = layout.EvenSegments(communicator.Size, bucket);
        using TreeExchange<float> tree = new(communicator, communicator.Size, segments, true);
        MpiAllreduce allreduce = new(communicator.Mpi!);
        double[] ofTree = new double[pairs], ofMpi = new double[pairs];
        double[] slowest = new double[communicator.Size];
        for (int pair = -3; pair < pairs; pair++)
        {
            double treeTime = Slowest(() => SumByTree(tree, segments, elements, sums)), mpiTime = Slowest(() => allreduce.Run(elements, sums));
            if (pair >= 0)
                (ofTree[pair], ofMpi[pair]) = (treeTime, mpiTime);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{length} floats, buckets of {bucket}: {Median(ofTree):F2} ms along the tree (least "
            + $"{ofTree.Min():F2}), {Median(ofMpi):F2} ms MPI_Allreduce (least {ofMpi.Min():F2}), median ratio of a pair "
            + $"{Median([.. ofTree.Zip(ofMpi, (ours, theirs) => ours / theirs)]):F2}");

        double Slowest(Action action)
        {
            communicator.Barrier();
            long began = Stopwatch.GetTimestamp();
            action();
            double own = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            communicator.AllGather<double>([own], slowest);
            return slowest.Max();
        }
    }

    /// <summary>The median microseconds of a barrier, and of a message of one way and back, by its bytes, between the first two ranks.</summary>
    public static void PrintMessages(Communicator communicator, int rounds)
    {
        double[] times = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            long began = Stopwatch.GetTimestamp();
            communicator.Barrier();
            times[round] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }

        if (communicator.IsFirst)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"barrier: {Median(times):F2} µs"));
        foreach (int bytes in (int[])[8, 4096, 1 << 16, 1 << 20, 1 << 24])
        {
            byte[] message = new byte[bytes];
            for (int round = 0; round < rounds; round++)
            {
                communicator.Barrier();
                long began = Stopwatch.GetTimestamp();
                if (communicator.Rank == 0)
                {
                    communicator.Send<byte>(message, 1);
                    communicator.Receive<byte>(message, 1);
                }
                else if (communicator.Rank == 1)
                {
                    communicator.Receive<byte>(message, 0);
                    communicator.Send<byte>(message, 0);
                }

                times[round] = Stopwatch.GetElapsedTime(began).TotalMicroseconds / 2;
            }

            if (communicator.IsFirst)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"message of {bytes} bytes: {Median(times):F2} µs, {bytes / Median(times) / 1000:F2} GB/s"));
        }
    }

    private static void SumByTree(TreeExchange<float> tree, Segment[][] segments, float[] elements, float[] sums)
    {
        tree.Begin();
        for (int bucket = segments.Length - 1; bucket >= 0; bucket--)
        {
            (int start, int end) = ((int)segments[bucket][0].Start, (int)segments[bucket][^1].End);
            tree.Take<float>(bucket, start, elements.AsSpan(start, end - start), 1);
            tree.CompleteMicroBatch(bucket);
        }

        tree.Finish();
        tree.Sums(0, sums.Length).CopyTo(sums);
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
