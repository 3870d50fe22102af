using System.Text;
using ConservativeAD.Distributed;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Ranks;

/// <summary>The ranks of the job that runs a command, of which rank 0 prints and writes for all.</summary>
/// <param name="communicator">The ranks.</param>
internal sealed class JobRanks(Communicator communicator)
{
    private bool hasBegun;

    /// <summary>The messages between them.</summary>
    public Communicator Communicator { get; } = communicator;

    /// <summary>Whether this is rank 0.</summary>
    public bool IsFirst => Communicator.IsFirst;

    /// <summary>Their number.</summary>
    public int Count => Communicator.Size;

    // Libraries go on to tell when and where they were built.
    private string? Library => Communicator.Library?.Split(',', '\n')[0];

    /// <summary>The ranks of a job in a sentence.</summary>
    /// <param name="ranks">The ranks; null if there is no job.</param>
    public static string DescriptionOf(JobRanks? ranks) => ranks is { Count: > 1 } ? $"{ranks.Count} ranks compute by {ranks.Library}."
        : ranks?.Library is { } library ? $"The job of {library} has one rank, which computes alone."
        : "One rank computes alone: no launcher of MPI started this process. mpirun -n 4 before the command starts four.";

    /// <summary>Begins the work, when rank 0 has found that it can be done; what fails before on others, too, is said by rank 0 alone.</summary>
    /// <param name="header">The study as this rank understands it.</param>
    /// <param name="state">On rank 0 what the others need to know; not called on them.</param>
    /// <returns>The state of rank 0.</returns>
    /// <exception cref="UsageException">This rank would do something else than rank 0, or its units would have other bits.</exception>
    public byte[] Begin(JournalHeader header, Func<byte[]> state)
    {
        byte[]? own = IsFirst ? state() : null;
        if (Count == 1)
            return own!;
        string line = JournalLine.Of("", header.Content);
        byte[] first = Communicator.BroadcastBytes(IsFirst ? Encoding.UTF8.GetBytes(line) : null);
        hasBegun = true;
        JournalHeader asked = JournalHeader.Read(first.AsMemory(0, first.Length - 1), "what rank 0 sent", "start the job again");
        if (asked.DifferenceFrom(header) is { } difference)
            throw new UsageException($"it is not set up as rank 0 is: {difference}. Give all ranks the same program, options, data and kind of processor.");
        return Communicator.BroadcastBytes(own);
    }

    /// <summary>Waits until rank 0 has begun or ended the job, where this rank failed before.</summary>
    public void AwaitBeginning()
    {
        if (!hasBegun)
            Communicator.BroadcastBytes(null);
        hasBegun = true;
    }

    /// <summary>Throws what happened to all ranks at the same place, so that rank 0 says it and ends the job.</summary>
    /// <param name="failure">What happened.</param>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public void FailTogether(Exception failure)
    {
        if (!IsFirst)
            Communicator.Barrier();
        throw failure;
    }
}
