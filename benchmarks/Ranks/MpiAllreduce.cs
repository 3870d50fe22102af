using ConservativeAD.Distributed;
using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Benchmarks.Ranks;

/// <summary>MPI's own sum over ranks, whose order of addition depends on their number.</summary>
internal sealed unsafe class MpiAllreduce
{
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, int> call;
    private readonly nint world, single, sum;

    public MpiAllreduce(MpiBinding mpi)
    {
        call = (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)mpi.Export("MPI_Allreduce");
        world = mpi.World;
        (single, sum) = mpi.Flavor switch
        {
            MpiFlavor.OpenMpi => (mpi.Export("ompi_mpi_float"), mpi.Export("ompi_mpi_op_sum")),
            MpiFlavor.Standard => (0x210, 0x21),
            _ => (0x4c00040a, 0x58000003),
        };
    }

    /// <summary>Sums the elements of all ranks.</summary>
    public void Run(ReadOnlySpan<float> elements, Span<float> sums)
    {
        fixed (float* source = elements, target = sums)
        {
            int code = call(source, target, elements.Length, single, sum, world);
            if (code != 0)
                throw new MpiException($"MPI_Allreduce failed with code {code}.");
        }
    }
}
