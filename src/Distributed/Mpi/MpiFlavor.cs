namespace ConservativeAD.Distributed.Mpi;

/// <summary>The binary interfaces of MPI, which differ in handles and constants.</summary>
internal enum MpiFlavor
{
    /// <summary>Open MPI: handles are addresses of objects that the library exports.</summary>
    OpenMpi,

    /// <summary>MPICH and what keeps its interface (Intel MPI, MVAPICH, Cray MPI, MS-MPI): handles are integers.</summary>
    Mpich,

    /// <summary>The interface that version 5 of the MPI standard fixes (chapter 20).</summary>
    Standard,
}
