using System.Text;
using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Distributed;

/// <content>Messages from one rank to another.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>The largest tag of a program's own messages; larger ones are the library's.</summary>
    public const int LargestTag = 9999;

    /// <summary>The tags of the library's own messages.</summary>
    internal const int CollectiveTag = 10000, ReductionTag = 10001;

    /// <summary>Sends elements. It returns when they may be overwritten.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="elements">The elements.</param>
    /// <param name="to">The rank that receives them, another than this.</param>
    /// <param name="tag">A number by which the receiver asks for the message, from 0 to <see cref="LargestTag"/>.</param>
    public void Send<T>(ReadOnlySpan<T> elements, int to, int tag = 0)
        where T : unmanaged
    {
        CheckMessage(to, tag);
        fixed (T* data = elements)
            Exchange((byte*)data, (long)elements.Length * sizeof(T), to, null, 0, to, tag);
    }

    /// <summary>Receives elements, as many as were sent.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="elements">The place for them.</param>
    /// <param name="from">The rank that sends them, another than this.</param>
    /// <param name="tag">The message's tag.</param>
    /// <exception cref="MpiException">Another number of elements was sent.</exception>
    public void Receive<T>(Span<T> elements, int from, int tag = 0)
        where T : unmanaged
    {
        CheckMessage(from, tag);
        fixed (T* data = elements)
            Exchange(null, 0, from, (byte*)data, (long)elements.Length * sizeof(T), from, tag);
    }

    /// <summary>Sends bytes whose number the receiver need not know; it takes them with <see cref="ReceiveBytes(int, int)"/>.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="to">The rank that receives them.</param>
    /// <param name="tag">The message's tag, from 0 to <see cref="LargestTag"/>.</param>
    public void SendBytes(ReadOnlySpan<byte> bytes, int to, int tag = 0)
    {
        CheckMessage(to, tag);
        long length = bytes.Length;
        Exchange((byte*)&length, sizeof(long), to, null, 0, to, tag);
        fixed (byte* data = bytes)
            Exchange(data, length, to, null, 0, to, tag);
    }

    /// <summary>Receives bytes that were sent by <see cref="SendBytes"/>.</summary>
    /// <param name="from">The rank that sends them.</param>
    /// <param name="tag">The message's tag.</param>
    public byte[] ReceiveBytes(int from, int tag = 0)
    {
        CheckMessage(from, tag);
        return TakeBytes(from, tag);
    }

    /// <summary>Receives the bytes of whichever rank sends first by <see cref="SendBytes"/>.</summary>
    /// <param name="tag">The message's tag.</param>
    /// <param name="from">The rank that sent them.</param>
    public byte[] ReceiveBytesFromAny(int tag, out int from)
    {
        Patience patience = default;
        while (!HasMessage(tag, out from))
            patience.Wait();
        return TakeBytes(from, tag);
    }

    /// <summary>Whether a message with a tag waits to be received.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="from">The rank that sent it; -1 if none waits.</param>
    public bool HasMessage(int tag, out int from)
    {
        Enter();
        CheckTag(tag);
        from = -1;
        return mpi is not null && mpi.Waits(-1, tag, out from);
    }

    /// <summary>Sends text, which the receiver takes with <see cref="ReceiveText"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="to">The rank that receives it.</param>
    /// <param name="tag">The message's tag, from 0 to <see cref="LargestTag"/>.</param>
    public void SendText(string text, int to, int tag = 0) => SendBytes(Encoding.UTF8.GetBytes(text), to, tag);

    /// <summary>Receives text that was sent by <see cref="SendText"/>.</summary>
    /// <param name="from">The rank that sends it.</param>
    /// <param name="tag">The message's tag.</param>
    public string ReceiveText(int from, int tag = 0) => Encoding.UTF8.GetString(ReceiveBytes(from, tag));

    private byte[] TakeBytes(int from, int tag)
    {
        long length;
        Exchange(null, 0, from, (byte*)&length, sizeof(long), from, tag);
        if (length < 0 || length > Array.MaxLength)
            throw new MpiException($"Rank {Rank} received a message of rank {from} with tag {tag} that was not sent as bytes or text; its length is {length}.");
        byte[] bytes = new byte[length];
        fixed (byte* data = bytes)
            Exchange(null, 0, from, data, length, from, tag);
        return bytes;
    }

    // Sends to one rank while receiving from one, in parts that MPI can count. A length of 0 sends or receives nothing.
    private void Exchange(byte* sent, long sentBytes, int to, byte* received, long receivedBytes, int from, int tag)
    {
        for (long at = 0; at < Math.Max(sentBytes, receivedBytes); at += MpiBinding.LargestPart)
        {
            int leaving = (int)Math.Clamp(sentBytes - at, 0, MpiBinding.LargestPart), coming = (int)Math.Clamp(receivedBytes - at, 0, MpiBinding.LargestPart);
            nint receiving = coming > 0 ? mpi!.BeginReceive(received + at, coming, from, tag) : 0;
            nint sending = leaving > 0 ? mpi!.BeginSend(sent + at, leaving, to, tag) : 0;
            Patience patience = default;
            while (leaving > 0 && !mpi!.HasLeft(ref sending))
                patience.Wait();
            int came = 0;
            while (coming > 0 && !mpi!.HasCome(ref receiving, out _, out came))
                patience.Wait();
            if (came != coming)
                throw new MpiException($"Rank {Rank} expected {coming} bytes of rank {from} with tag {tag}, and {came} came: the two ranks do not run the same "
                    + "calls in the same order.");
        }
    }

    private void CheckMessage(int other, int tag)
    {
        Enter();
        CheckTag(tag);
        if (other < 0 || other >= Size || other == Rank)
            throw new ArgumentOutOfRangeException(nameof(other), other, Size == 1
                ? "There is one rank, and none to exchange messages with."
                : $"Rank {Rank} exchanges messages with the other ranks from 0 to {Size - 1}; {other} was given.");
    }

    private static void CheckTag(int tag)
    {
        if (tag is < 0 or > LargestTag)
            throw new ArgumentOutOfRangeException(nameof(tag), tag, $"A tag is a number from 0 to {LargestTag}; {tag} was given.");
    }
}
