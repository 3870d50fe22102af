using System.CommandLine;
using ConservativeAD.Distributed;

namespace ConservativeAD.Benchmarks.Ranks;

/// <summary>The command that measures sums over the ranks of an MPI job, which mpirun starts.</summary>
internal static class RanksCommand
{
    public static Command Create()
    {
        Option<int[]> lengths = new("--lengths")
        {
            Description = "Numbers of elements to sum.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1_000_000, 10_000_000],
        };
        Option<int> pairs = new("--pairs") { Description = "Interleaved pairs of samples.", DefaultValueFactory = _ => 21 };
        Option<int[]> buckets = new("--buckets")
        {
            Description = "Elements of a bucket.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [new DataParallelOptions { MicroBatches = 1 }.BucketElements],
        };
        Command command = new("ranks", "Measures the sum along the tree and MPI_Allreduce in turn; start it by mpirun -n 2.") { lengths, pairs, buckets };
        command.SetAction(parsed => Communicator.Run(communicator =>
        {
            if (communicator.Library is null || communicator.Size < 2)
            {
                Console.Error.WriteLine("Sums over ranks need at least two; start the program by mpirun -n 2.");
                return 2;
            }

            if (communicator.IsFirst)
                Console.WriteLine($"{communicator.Size} ranks, {communicator.Library}");
            RankSums.PrintMessages(communicator, 10 * parsed.GetValue(pairs));
            foreach (int length in parsed.GetValue(lengths)!)
            {
                foreach (int bucket in parsed.GetValue(buckets)!)
                {
                    string line = RankSums.Measure(communicator, length, parsed.GetValue(pairs), bucket);
                    if (communicator.IsFirst)
                        Console.WriteLine(line);
                }
            }

            return 0;
        }));
        return command;
    }
}
