namespace ConservativeAD.Distributed.Ranks;

/// <summary>Ways in which one rank ends while the others wait for it.</summary>
internal static class EndScenarios
{
    public static int Throw(Communicator communicator)
    {
        if (communicator.Rank == communicator.Size - 1)
            throw new InvalidOperationException("The last rank fails.");
        communicator.Barrier();
        return 0;
    }

    public static int ReturnACode(Communicator communicator)
    {
        if (communicator.Rank == communicator.Size - 1)
            return 3;
        communicator.Barrier();
        return 0;
    }

    public static int LeaveABlockByAnException()
    {
        try
        {
            using Communicator communicator = Communicator.Start();
            if (communicator.Rank == communicator.Size - 1)
                throw new InvalidOperationException("The last rank fails.");
            communicator.Barrier();
            communicator.Complete();
        }
        catch (InvalidOperationException exception)
        {
            Console.WriteLine($"caught {exception.Message}");
        }

        return 0;
    }

    public static int ExitEarly()
    {
        Communicator communicator = Communicator.Start();
        if (communicator.Rank == communicator.Size - 1)
            Environment.Exit(0);
        communicator.Barrier();
        communicator.Complete();
        return 0;
    }

    public static int ThrowOnAnotherThread()
    {
        Communicator communicator = Communicator.Start();
        if (communicator.Rank == communicator.Size - 1)
        {
            Thread thread = new(() => communicator.Barrier());
            thread.Start();
            thread.Join();
        }

        communicator.Barrier();
        communicator.Complete();
        return 0;
    }

    public static int StartTwice()
    {
        using Communicator communicator = Communicator.Start();
        string message = "";
        try
        {
            Communicator.Start();
        }
        catch (InvalidOperationException exception)
        {
            message = exception.Message;
        }

        communicator.Complete();
        try
        {
            communicator.Barrier();
        }
        catch (InvalidOperationException exception)
        {
            Console.WriteLine($"{message} | {exception.Message}");
        }

        return 0;
    }

    public static int CatchANullReference(Communicator communicator)
    {
        int caught = 0;
        try
        {
            caught = Unknown(communicator.Rank)!.Length;
        }
        catch (NullReferenceException)
        {
            caught = -1;
        }

        communicator.Barrier();
        if (communicator.IsFirst)
            Console.WriteLine(caught);
        return 0;
    }

    private static string? Unknown(int rank) => rank < 0 ? "" : null;
}
