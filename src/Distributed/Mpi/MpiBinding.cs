using System.Runtime.InteropServices;
using System.Text;

namespace ConservativeAD.Distributed.Mpi;

/// <summary>
/// The calls of MPI that are needed, as addresses in the library that was found. Bytes, the world communicator and messages between two ranks are enough; all
/// that takes part of more ranks is made of these, so that it is the same with every library.
/// </summary>
internal sealed unsafe class MpiBinding
{
    /// <summary>The largest part of a message, since MPI counts in int.</summary>
    public const int LargestPart = 1 << 30;

    private const int StatusBytes = 64, LongestText = 8192, Success = 0;

    private readonly nint handle;
    private readonly nint world, bytes;
    private readonly int anySource, sourceAt;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> send;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> receive;
    private readonly delegate* unmanaged<nint*, int*, byte*, int> test;
    private readonly delegate* unmanaged<int, int, nint, int*, byte*, int> probe;
    private readonly delegate* unmanaged<byte*, nint, int*, int> count;
    private readonly delegate* unmanaged<nint, int, int> abort;

    private MpiBinding(nint handle, string name)
    {
        (this.handle, Name) = (handle, name);
        Flavor = FlavorOf(handle);
        (world, bytes, anySource, sourceAt) = Flavor switch
        {
            MpiFlavor.OpenMpi => (Export("ompi_mpi_comm_world"), Export("ompi_mpi_byte"), -1, 0),
            MpiFlavor.Standard => (0x101, 0x247, -1, 0),
            _ => (0x44000000, 0x4c00010d, -2, 2),
        };
        send = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        receive = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        test = (delegate* unmanaged<nint*, int*, byte*, int>)Export("MPI_Test");
        probe = (delegate* unmanaged<int, int, nint, int*, byte*, int>)Export("MPI_Iprobe");
        count = (delegate* unmanaged<byte*, nint, int*, int>)Export("MPI_Get_count");
        abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
    }

    /// <summary>The name under which the library was loaded.</summary>
    public string Name { get; }

    /// <summary>The library's binary interface.</summary>
    public MpiFlavor Flavor { get; }

    /// <summary>The library's name and version in its own words, its first line.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The number of this process.</summary>
    public int Rank { get; private set; }

    /// <summary>The number of processes.</summary>
    public int Size { get; private set; }

    /// <summary>The world communicator, for the calls of a library that are not bound here.</summary>
    internal nint World => world;

    /// <summary>Loads the library and starts MPI; only the calling thread may use it.</summary>
    /// <param name="launcher">How the process was started.</param>
    /// <exception cref="MpiException">There is no library, it cannot be started, or it is not the launcher's.</exception>
    public static MpiBinding Start(MpiLauncher launcher)
    {
        (nint handle, string name) = MpiLibrary.Load(launcher);
        MpiBinding mpi = new(handle, name);
        Patience.SharesCores = launcher.LocalSize > Environment.ProcessorCount;
        mpi.Initialize(launcher);
        return mpi;
    }

    /// <summary>Begins to send bytes, at most <see cref="LargestPart"/>; they must stay where they are until the request is complete.</summary>
    public nint BeginSend(byte* data, int length, int to, int tag)
    {
        nint request = 0;
        Check(send(data, length, bytes, to, tag, world, &request), "MPI_Isend");
        return request;
    }

    /// <summary>Begins to receive bytes, at most <see cref="LargestPart"/>.</summary>
    /// <param name="data">Where they go.</param>
    /// <param name="length">How many there is room for.</param>
    /// <param name="from">The rank that sends them; negative for any.</param>
    /// <param name="tag">The message's tag.</param>
    public nint BeginReceive(byte* data, int length, int from, int tag)
    {
        nint request = 0;
        Check(receive(data, length, bytes, from < 0 ? anySource : from, tag, world, &request), "MPI_Irecv");
        return request;
    }

    /// <summary>Whether a sent message has left, which may become so by this call; the request is gone then.</summary>
    public bool HasLeft(ref nint request)
    {
        byte* status = stackalloc byte[StatusBytes];
        int isDone = 0;
        fixed (nint* place = &request)
            Check(test(place, &isDone, status), "MPI_Test");
        return isDone != 0;
    }

    /// <summary>Whether a message has come, which may become so by this call; the request is gone then.</summary>
    /// <param name="request">The request.</param>
    /// <param name="source">The rank that sent the message.</param>
    /// <param name="received">The bytes received.</param>
    public bool HasCome(ref nint request, out int source, out int received)
    {
        byte* status = stackalloc byte[StatusBytes];
        int isDone = 0, bytesReceived = 0;
        (source, received) = (-1, 0);
        fixed (nint* place = &request)
            Check(test(place, &isDone, status), "MPI_Test");
        if (isDone == 0)
            return false;
        Check(count(status, bytes, &bytesReceived), "MPI_Get_count");
        (source, received) = (((int*)status)[sourceAt], bytesReceived);
        return true;
    }

    /// <summary>Whether a message with a tag waits to be received.</summary>
    /// <param name="from">The rank that sent it; negative for any.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="source">The rank that sent it.</param>
    public bool Waits(int from, int tag, out int source)
    {
        byte* status = stackalloc byte[StatusBytes];
        int isThere = 0;
        Check(probe(from < 0 ? anySource : from, tag, world, &isThere, status), "MPI_Iprobe");
        source = isThere == 0 ? -1 : ((int*)status)[sourceAt];
        return isThere != 0;
    }

    /// <summary>Ends all processes of the job. It does not return.</summary>
    /// <param name="code">The exit code that the launcher is given.</param>
    public void Abort(int code) => _ = abort(world, code);

    /// <summary>Ends MPI, when all ranks do.</summary>
    public void Complete() => Check(((delegate* unmanaged<int>)Export("MPI_Finalize"))(), "MPI_Finalize");

    /// <summary>The address of a call of the library.</summary>
    /// <param name="symbol">Its name.</param>
    /// <exception cref="MpiException">The library has none of that name.</exception>
    public nint Export(string symbol) => NativeLibrary.TryGetExport(handle, symbol, out nint address)
        ? address
        : throw new MpiException($"{Name} has no {symbol}, so it is no library of MPI 3 or later. Name another in {MpiLibrary.Variable}.");

    private static MpiFlavor FlavorOf(nint handle)
    {
        if (NativeLibrary.TryGetExport(handle, "ompi_mpi_comm_world", out _))
            return MpiFlavor.OpenMpi;
        if (!NativeLibrary.TryGetExport(handle, "MPI_Abi_get_version", out nint version))
            return MpiFlavor.Mpich;

        // A library may know the call and keep an interface of its own; it answers -1 then.
        int major = -1, minor = -1;
        int code = ((delegate* unmanaged<int*, int*, int>)version)(&major, &minor);
        return code == Success && major >= 1 ? MpiFlavor.Standard : MpiFlavor.Mpich;
    }

    private void Initialize(MpiLauncher launcher)
    {
        int funneled = Flavor == MpiFlavor.Standard ? 1024 : 1, provided, rank, size;
        Check(((delegate* unmanaged<void*, void*, int, int*, int>)Export("MPI_Init_thread"))(null, null, funneled, &provided), "MPI_Init_thread");
        nint returning = Flavor switch
        {
            MpiFlavor.OpenMpi => Export("ompi_mpi_errors_return"),
            MpiFlavor.Standard => 0x143,
            _ => 0x54000001,
        };
        Check(((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(world, returning), "MPI_Comm_set_errhandler");
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(world, &rank), "MPI_Comm_rank");
        Check(((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(world, &size), "MPI_Comm_size");
        (Rank, Size) = (rank, size);
        byte* text = stackalloc byte[LongestText];
        int length = 0;
        Check(((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version"))(text, &length), "MPI_Get_library_version");
        Version = Encoding.UTF8.GetString(text, length).TrimEnd('\0').Split('\n')[0].Trim().Replace("\t", " ", StringComparison.Ordinal);
        if (launcher.Size is { } started && started != size)
        {
            Complete();
            throw new MpiException($"The process was started by {launcher.Name} as one of {started}, but the MPI library {Name} ({Version}) knows {size}: it "
                + "is another MPI than the launcher's. Start the job with that library's own mpirun, or name the launcher's library in "
                + $"{MpiLibrary.Variable}.");
        }
    }

    private void Check(int code, string call)
    {
        if (code != Success)
            throw Failure(code, call);
    }

    private MpiException Failure(int code, string call)
    {
        byte* text = stackalloc byte[LongestText];
        int length = 0;
        bool isKnown = NativeLibrary.TryGetExport(handle, "MPI_Error_string", out nint describe)
            && ((delegate* unmanaged<int, byte*, int*, int>)describe)(code, text, &length) == Success;
        string reason = isKnown ? Encoding.UTF8.GetString(text, length).Trim('\0', '\n', ' ') : $"code {code}";
        return new MpiException(
            $"{call} failed on rank {Rank} of {Size}: {reason}. The library is {Name}{(Version.Length > 0 ? $" ({Version})" : "")}.");
    }
}
