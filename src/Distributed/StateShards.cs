using System.Numerics;
using ConservativeAD.Distributed.Reduction;
using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Distributed;

/// <summary>The states of an optimiser divided among ranks: each keeps those of the parameters it owns, steps them, and gives them to all.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed unsafe class StateShards<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Change = "DataParallelOptimizer.Step";

    private readonly Communicator communicator;
    private readonly ParameterLayout<T> layout;
    private readonly int[] owners;
    private readonly NativeBuffer<T> flat;
    private readonly long[] starts;

    /// <summary>Divides an optimiser's states.</summary>
    /// <exception cref="ArgumentException">The optimiser's states cannot be divided.</exception>
    public StateShards(Communicator communicator, ParameterLayout<T> layout, int[] owners, IOptimizer<T> optimizer)
    {
        (this.communicator, this.layout, this.owners) = (communicator, layout, owners);
        Optimizer<T>[] members = optimizer switch
        {
            Optimizer<T> one => [one],
            GroupedOptimizer<T> group => [.. group.Members],
            _ => throw new ArgumentException($"The states of {NameOf(optimizer)} are not sharded, since it keeps more than states by parameter; train without "
                + $"{nameof(DataParallelOptions.ShardsStates)}.", nameof(optimizer)),
        };
        if (Array.Find(members, member => member.WhyNotSharded is not null) is { } other)
        {
            throw new ArgumentException($"The states of {NameOf(other)} are not sharded, since {other.WhyNotSharded}; train without "
                + $"{nameof(DataParallelOptions.ShardsStates)}.", nameof(optimizer));
        }

        starts = new long[communicator.Size + 1];
        for (int i = 0; i < owners.Length; i++)
            starts[owners[i] + 1] = layout.Starts[i + 1] * sizeof(T);
        for (int rank = 0; rank < communicator.Size; rank++)
            starts[rank + 1] = Math.Max(starts[rank], starts[rank + 1]);
        flat = new NativeBuffer<T>(layout.Count);
        foreach (Optimizer<T> member in members)
            Divide(member);
    }

    /// <summary>Gives each rank's parameters to all.</summary>
    public void GatherParameters()
    {
        for (int i = 0; i < owners.Length; i++)
        {
            if (owners[i] == communicator.Rank)
                layout.Parameters[i].Value.CopyTo(Place(i));
        }

        communicator.AllGather((byte*)flat.Pointer, 0, starts);
        for (int i = 0; i < owners.Length; i++)
        {
            if (owners[i] == communicator.Rank)
                continue;
            NDArray<T> value = layout.Parameters[i].Value;
            value.CopyFrom(Place(i));
            value.Storage.NoteChange(Change);
        }
    }

    public void Dispose() => flat.Dispose();

    private Span<T> Place(int parameter) => new(flat.Pointer + layout.Starts[parameter], layout.Parameters[parameter].Shape.Count);

    private void Divide(Optimizer<T> member)
    {
        // A member's parameters stand in the layout's order, so those of one rank follow each other among its slots too.
        long[] slotStarts = new long[communicator.Size + 1];
        foreach (Parameter<T> parameter in member.Parameters)
            slotStarts[owners[layout.NumberOf(parameter)] + 1]++;
        for (int rank = 0; rank < communicator.Size; rank++)
            slotStarts[rank + 1] += slotStarts[rank];
        member.Shard(parameter => owners[layout.NumberOf(parameter)] == communicator.Rank,
            squares => communicator.AllGatherBlocks<double>(squares, slotStarts));
    }

    private static string NameOf(object optimizer) => optimizer.GetType().Name.Split('`')[0];
}
