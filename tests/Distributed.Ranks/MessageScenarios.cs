using System.Globalization;

namespace ConservativeAD.Distributed.Ranks;

/// <summary>Messages whose contents every rank can check.</summary>
internal static class MessageScenarios
{
    public static int Hello(Communicator communicator)
    {
        communicator.Barrier();
        if (communicator.IsFirst)
            Console.WriteLine($"{communicator.Size} ranks, {communicator.Library ?? "without MPI"}");
        return 0;
    }

    /// <summary>Every call, from every root, with lengths from nothing to more than MPI sends at once without an agreement.</summary>
    public static int All(Communicator communicator)
    {
        int rank = communicator.Rank, size = communicator.Size;
        foreach (int length in (int[])[0, 1, 7, 1000, 300_001])
        {
            long[] mine = [.. Enumerable.Range(0, length).Select(i => ((long)rank << 32) + i)];
            Check(Numbers(mine, rank, length), "own");
            long[] all = new long[size * length];
            communicator.AllGather<long>(mine, all);
            CheckAll(all, size, length, "all-gather");
            for (int root = 0; root < size; root++)
            {
                Array.Clear(all);
                communicator.Gather<long>(mine, rank == root ? all : [], root);
                if (rank == root)
                    CheckAll(all, size, length, "gather");
                long[] part = new long[length];
                communicator.Scatter<long>(rank == root ? all : [], part, root);
                Check(Numbers(part, rank, length), "scatter");
                long[] given = rank == root ? mine : new long[length];
                communicator.Broadcast<long>(given, root);
                Check(Numbers(given, root, length), "broadcast");
                Check(communicator.BroadcastText(rank == root ? $"å{root}" : null, root) == $"å{root}", "text");
                byte[][] bytes = communicator.GatherBytes(BytesOf(rank, length), root);
                if (rank == root)
                    Check(bytes.Select((one, of) => one.AsSpan().SequenceEqual(BytesOf(of, length))).All(same => same), "gather of bytes");
            }

            byte[][] gathered = communicator.AllGatherBytes(BytesOf(rank, length));
            Check(gathered.Length == size && gathered.Select((one, of) => one.AsSpan().SequenceEqual(BytesOf(of, length))).All(same => same),
                "all-gather of bytes");
            Around(communicator, mine);
        }

        Units(communicator);
        communicator.Barrier();
        if (communicator.IsFirst)
            Console.WriteLine("all messages");
        return 0;
    }

    /// <summary>Ranks that do not agree on a length are told so.</summary>
    public static int Mismatch(Communicator communicator)
    {
        if (communicator.Rank == 1)
            communicator.Send<int>([1, 2, 3], 0, 7);
        else if (communicator.IsFirst)
            communicator.Receive<int>(new int[5], 1, 7);
        communicator.Barrier();
        return 0;
    }

    /// <summary>A message of more than 2³¹ bytes, in parts. It takes 5 GB on a machine with both ranks.</summary>
    public static int Large(Communicator communicator)
    {
        const int Length = 300_000_001;
        long[] numbers = new long[Length];
        if (communicator.IsFirst)
        {
            for (int i = 0; i < Length; i++)
                numbers[i] = i;
            communicator.Send<long>(numbers, 1);
            communicator.Barrier();
            Console.WriteLine("sent");
        }
        else if (communicator.Rank == 1)
        {
            communicator.Receive<long>(numbers, 0);
            Check(Numbers(numbers, 0, Length), "large");
            communicator.Barrier();
        }

        return 0;
    }

    public static int AllocateNothing(Communicator communicator)
    {
        int rank = communicator.Rank, size = communicator.Size;
        double[] mine = new double[5000], all = new double[5000 * size];
        void Once()
        {
            communicator.Barrier();
            communicator.AllGather<double>(mine, all);
            communicator.Broadcast<double>(mine, size - 1);
            communicator.Gather<double>(mine, all);
            communicator.Scatter<double>(all, mine);
            if (rank == 0)
                communicator.Send<double>(mine, size - 1, 5);
            else if (rank == size - 1)
                communicator.Receive<double>(mine, 0, 5);
        }

        // All ranks go as many rounds. Code that is not fully optimised yet allocates now and then; what a call allocates itself it does every time.
        long bytes = long.MaxValue;
        for (int round = 0; round < 300; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Once();
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        communicator.Barrier();
        long[] ofAll = new long[size];
        communicator.AllGather<long>([bytes], ofAll);
        if (communicator.IsFirst)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ofAll.Max()} bytes"));
        return 0;
    }

    // From each rank to the next, the odd ones first receiving.
    private static void Around(Communicator communicator, long[] mine)
    {
        int rank = communicator.Rank, size = communicator.Size;
        if (size == 1)
            return;
        long[] received = new long[mine.Length];
        int next = (rank + 1) % size, last = (rank + size - 1) % size;
        if (rank == 0)
        {
            communicator.Send<long>(mine, next, 3);
            communicator.Receive<long>(received, last, 3);
        }
        else
        {
            communicator.Receive<long>(received, last, 3);
            communicator.Send<long>(mine, next, 3);
        }

        Check(Numbers(received, last, mine.Length), "around");
    }

    // Rank 0 hands out numbers to whoever asks, as studies do with their units.
    private static void Units(Communicator communicator)
    {
        const int Count = 40, Ask = 1, Give = 2;
        if (communicator.Size == 1)
            return;
        if (communicator.IsFirst)
        {
            int next = 0, sum = 0;
            for (int open = communicator.Size - 1; open > 0;)
            {
                sum += BitConverter.ToInt32(communicator.ReceiveBytesFromAny(Ask, out int from));
                if (next == Count)
                    open--;
                communicator.SendText(next < Count ? next.ToString(CultureInfo.InvariantCulture) : "", from, Give);
                next = Math.Min(next + 1, Count);
            }

            Check(sum == Enumerable.Range(0, Count).Sum(unit => unit * unit), "units");
            return;
        }

        int done = 0;
        while (true)
        {
            communicator.SendBytes(BitConverter.GetBytes(done), 0, Ask);
            if (communicator.ReceiveText(0, Give) is not { Length: > 0 } unit)
                return;
            done = int.Parse(unit, CultureInfo.InvariantCulture) * int.Parse(unit, CultureInfo.InvariantCulture);
        }
    }

    // Each rank has another number of bytes.
    private static byte[] BytesOf(int rank, int length) => [.. Enumerable.Range(0, length + (3 * rank)).Select(i => (byte)(i + rank))];

    private static void CheckAll(long[] all, int size, int length, string what)
    {
        for (int rank = 0; rank < size; rank++)
            Check(Numbers(all.AsSpan(rank * length, length), rank, length), what);
    }

    private static bool Numbers(ReadOnlySpan<long> numbers, int rank, int length)
    {
        bool isRight = numbers.Length == length;
        for (int i = 0; i < numbers.Length; i++)
            isRight &= numbers[i] == ((long)rank << 32) + i;
        return isRight;
    }

    private static void Check(bool isRight, string what)
    {
        if (!isRight)
            throw new InvalidOperationException($"Wrong numbers came by {what}.");
    }
}
