using System.Text;

namespace ConservativeAD.Distributed;

/// <content>What all ranks do together. All of them make these calls, in the same order.</content>
public sealed unsafe partial class Communicator
{
    /// <summary>Waits until all ranks are here.</summary>
    public void Barrier()
    {
        Enter();
        byte sent = 1, received = 0;
        for (int distance = 1; distance < Size; distance *= 2)
            Exchange(&sent, 1, (Rank + distance) % Size, &received, 1, (Rank - distance + Size) % Size, CollectiveTag);
    }

    /// <summary>Gives the elements of one rank to all.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="elements">The elements on the root, and the place for as many on the others.</param>
    /// <param name="root">The rank that has them.</param>
    public void Broadcast<T>(Span<T> elements, int root = 0)
        where T : unmanaged
    {
        CheckRoot(root);
        fixed (T* data = elements)
            Broadcast((byte*)data, (long)elements.Length * sizeof(T), root);
    }

    /// <summary>Gives the bytes of one rank to all.</summary>
    /// <param name="bytes">The bytes on the root; not read on the others.</param>
    /// <param name="root">The rank that has them.</param>
    /// <returns>The root's bytes.</returns>
    public byte[] BroadcastBytes(byte[]? bytes, int root = 0)
    {
        CheckRoot(root);
        if (Rank == root)
            ArgumentNullException.ThrowIfNull(bytes);
        long length = Rank == root ? bytes!.Length : 0;
        Broadcast((byte*)&length, sizeof(long), root);
        byte[] all = Rank == root ? bytes! : new byte[length];
        fixed (byte* data = all)
            Broadcast(data, length, root);
        return all;
    }

    /// <summary>Gives the text of one rank to all.</summary>
    /// <param name="text">The text on the root; not read on the others.</param>
    /// <param name="root">The rank that has it.</param>
    /// <returns>The root's text.</returns>
    public string BroadcastText(string? text, int root = 0) =>
        Encoding.UTF8.GetString(BroadcastBytes(Rank == root && text is not null ? Encoding.UTF8.GetBytes(text) : null, root));

    /// <summary>Brings the elements of all ranks to one, as many of each.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="mine">This rank's elements.</param>
    /// <param name="all">On the root the place for those of all ranks, in their order; not written on the others.</param>
    /// <param name="root">The rank that gets them.</param>
    public void Gather<T>(ReadOnlySpan<T> mine, Span<T> all, int root = 0)
        where T : unmanaged
    {
        CheckRoot(root);
        long bytes = (long)mine.Length * sizeof(T);
        fixed (T* sent = mine)
        {
            if (Rank != root)
            {
                Exchange((byte*)sent, bytes, root, null, 0, root, CollectiveTag);
                return;
            }
        }

        CheckRoom(mine.Length, all.Length);
        mine.CopyTo(all[(Rank * mine.Length)..]);
        fixed (T* data = all)
        {
            for (int other = 0; other < Size; other++)
            {
                if (other != root)
                    Exchange(null, 0, other, (byte*)data + (other * bytes), bytes, other, CollectiveTag);
            }
        }
    }

    /// <summary>Brings bytes of all ranks, of any number each, to one.</summary>
    /// <param name="mine">This rank's bytes.</param>
    /// <param name="root">The rank that gets them.</param>
    /// <returns>On the root those of all ranks, in their order; none on the others.</returns>
    public byte[][] GatherBytes(ReadOnlySpan<byte> mine, int root = 0)
    {
        CheckRoot(root);
        long length = mine.Length;
        if (Rank != root)
        {
            fixed (byte* sent = mine)
            {
                Exchange((byte*)&length, sizeof(long), root, null, 0, root, CollectiveTag);
                Exchange(sent, length, root, null, 0, root, CollectiveTag);
            }

            return [];
        }

        byte[][] all = new byte[Size][];
        for (int other = 0; other < Size; other++)
            all[other] = other == root ? mine.ToArray() : TakeBytes(other, CollectiveTag);
        return all;
    }

    /// <summary>Gives every rank the elements of all, as many of each.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="mine">This rank's elements.</param>
    /// <param name="all">The place for those of all ranks, in their order.</param>
    public void AllGather<T>(ReadOnlySpan<T> mine, Span<T> all)
        where T : unmanaged
    {
        Enter();
        CheckRoom(mine.Length, all.Length);
        mine.CopyTo(all[(Rank * mine.Length)..]);
        long bytes = (long)mine.Length * sizeof(T);
        fixed (T* data = all)
            AllGather((byte*)data, bytes, default);
    }

    /// <summary>Gives every rank the bytes of all, of any number each.</summary>
    /// <param name="mine">This rank's bytes.</param>
    /// <returns>Those of all ranks, in their order.</returns>
    public byte[][] AllGatherBytes(ReadOnlySpan<byte> mine)
    {
        long[] starts = new long[Size + 1];
        AllGather([mine.Length], starts.AsSpan(1));
        for (int rank = 0; rank < Size; rank++)
            starts[rank + 1] += starts[rank];
        if (starts[Size] > Array.MaxLength)
            throw new ArgumentException($"The ranks have {starts[Size]} bytes together; at most {Array.MaxLength} fit into one array. Send them in parts.",
                nameof(mine));
        byte[] together = new byte[starts[Size]];
        mine.CopyTo(together.AsSpan((int)starts[Rank]));
        fixed (byte* data = together)
            AllGather(data, 0, starts);
        byte[][] all = new byte[Size][];
        for (int rank = 0; rank < Size; rank++)
            all[rank] = together[(int)starts[rank]..(int)starts[rank + 1]];
        return all;
    }

    /// <summary>Gives every rank its part of the elements of one, as many each.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="all">On the root the elements for all ranks, in their order; not read on the others.</param>
    /// <param name="mine">The place for this rank's elements.</param>
    /// <param name="root">The rank that has them.</param>
    public void Scatter<T>(ReadOnlySpan<T> all, Span<T> mine, int root = 0)
        where T : unmanaged
    {
        CheckRoot(root);
        long bytes = (long)mine.Length * sizeof(T);
        if (Rank != root)
        {
            fixed (T* received = mine)
                Exchange(null, 0, root, (byte*)received, bytes, root, CollectiveTag);
            return;
        }

        CheckRoom(mine.Length, all.Length);
        all.Slice(Rank * mine.Length, mine.Length).CopyTo(mine);
        fixed (T* data = all)
        {
            for (int other = 0; other < Size; other++)
            {
                if (other != root)
                    Exchange((byte*)data + (other * bytes), bytes, other, null, 0, other, CollectiveTag);
            }
        }
    }

    // The block of rank r are the elements from starts[r] to before starts[r + 1]; each rank has put its own there.
    internal void AllGatherBlocks<T>(Span<T> all, ReadOnlySpan<long> starts)
        where T : unmanaged
    {
        Enter();
        Span<long> bytes = stackalloc long[starts.Length];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = starts[i] * sizeof(T);
        fixed (T* data = all)
            AllGather((byte*)data, 0, bytes);
    }

    // Along a binomial tree from the root: a rank receives from where its lowest bit is cleared, and passes on to where lower bits are set.
    private void Broadcast(byte* data, long bytes, int root)
    {
        int place = (Rank - root + Size) % Size, bit = 1;
        for (; bit < Size; bit *= 2)
        {
            if ((place & bit) == 0)
                continue;
            int from = (Rank - bit + Size) % Size;
            Exchange(null, 0, from, data, bytes, from, CollectiveTag);
            break;
        }

        for (bit /= 2; bit > 0; bit /= 2)
        {
            if (place + bit >= Size)
                continue;
            int to = (Rank + bit) % Size;
            Exchange(data, bytes, to, null, 0, to, CollectiveTag);
        }
    }

    // By dissemination: after every round a rank has the blocks of twice as many ranks from its own on. Blocks are of one size, or begin where starts says.
    internal void AllGather(byte* data, long size, ReadOnlySpan<long> starts)
    {
        for (int held = 1; held < Size; held *= 2)
        {
            int count = Math.Min(held, Size - held), to = (Rank - held + Size) % Size, from = (Rank + held) % Size;

            // Blocks go on from the last rank to the first, and are two ranges then.
            int untilEnd = Math.Min(count, Size - Rank), comingUntilEnd = Math.Min(count, Size - from);
            (long sent, long sentEnd) = (StartOf(Rank, size, starts), StartOf(Rank + untilEnd, size, starts));
            (long received, long receivedEnd) = (StartOf(from, size, starts), StartOf(from + comingUntilEnd, size, starts));
            Exchange(data + sent, sentEnd - sent, to, data + received, receivedEnd - received, from, CollectiveTag);
            Exchange(data, StartOf(count - untilEnd, size, starts), to, data, StartOf(count - comingUntilEnd, size, starts), from, CollectiveTag);
        }
    }

    private static long StartOf(int rank, long size, ReadOnlySpan<long> starts) => starts.IsEmpty ? rank * size : starts[rank];

    private void CheckRoot(int root)
    {
        Enter();
        if (root < 0 || root >= Size)
            throw new ArgumentOutOfRangeException(nameof(root), root, $"The root is a rank from 0 to {Size - 1}; {root} was given.");
    }

    private void CheckRoom(int each, int all)
    {
        if (all != (long)each * Size)
            throw new ArgumentException($"{Size} ranks with {each} elements each take {(long)each * Size} in all; there is room for {all}.");
    }
}
