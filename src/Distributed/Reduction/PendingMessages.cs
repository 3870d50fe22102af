using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Distributed.Reduction;

/// <summary>Messages under way, each in as many parts as MPI needs.</summary>
/// <param name="mpi">The calls of MPI.</param>
internal sealed unsafe class PendingMessages(MpiBinding mpi)
{
    private nint[] requests = new nint[64];
    private int[] expected = new int[64];
    private int count;

    /// <summary>Begins to send bytes that stay where they are.</summary>
    /// <returns>The message.</returns>
    public Message Send(byte* data, long bytes, int to, int tag)
    {
        int first = count;
        for (long at = 0; at < bytes; at += MpiBinding.LargestPart)
            Add(mpi.BeginSend(data + at, (int)Math.Min(bytes - at, MpiBinding.LargestPart), to, tag), -1);
        return new Message(first, count - first);
    }

    /// <summary>Begins to receive bytes.</summary>
    /// <returns>The message.</returns>
    public Message Receive(byte* data, long bytes, int from, int tag)
    {
        int first = count;
        for (long at = 0; at < bytes; at += MpiBinding.LargestPart)
        {
            int part = (int)Math.Min(bytes - at, MpiBinding.LargestPart);
            Add(mpi.BeginReceive(data + at, part, from, tag), part);
        }

        return new Message(first, count - first);
    }

    /// <summary>Whether a message has left or come.</summary>
    public bool IsDone(Message message)
    {
        for (int part = message.First; part < message.First + message.Parts; part++)
        {
            if (!IsPartDone(part))
                return false;
        }

        return true;
    }

    /// <summary>Whether all messages are done; then they are forgotten.</summary>
    public bool AreAllDone()
    {
        for (int part = 0; part < count; part++)
        {
            if (!IsPartDone(part))
                return false;
        }

        count = 0;
        return true;
    }

    private bool IsPartDone(int part)
    {
        if (requests[part] == 0)
            return true;
        if (expected[part] < 0)
        {
            if (!mpi.HasLeft(ref requests[part]))
                return false;
        }
        else
        {
            if (!mpi.HasCome(ref requests[part], out int source, out int came))
                return false;
            if (came != expected[part])
                throw new MpiException($"A sum over ranks expected {expected[part]} bytes of rank {source}, and {came} came: the ranks do not sum the same "
                    + "parameters.");
        }

        requests[part] = 0;
        return true;
    }

    private void Add(nint request, int bytes)
    {
        if (count == requests.Length)
        {
            Array.Resize(ref requests, 2 * count);
            Array.Resize(ref expected, 2 * count);
        }

        (requests[count], expected[count]) = (request, bytes);
        count++;
    }
}

/// <summary>A message under way.</summary>
/// <param name="First">Its first part.</param>
/// <param name="Parts">The number of its parts.</param>
internal readonly record struct Message(int First, int Parts);
