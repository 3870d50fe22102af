using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The processor's own conversions between Half and float (F16C: VCVTPH2PS and VCVTPS2PH, eight numbers at a time), which .NET 10 does not offer. Two loops of
/// machine code are written to memory once per process.
/// </summary>
/// <remarks>
/// They are used on x86-64 with AVX2 and F16C, in processes that compile code when they run, and where the system gives memory that can be executed. Elsewhere,
/// or with the switch <c>ConservativeAD.Kernels.DisableMachineCode</c> of <see cref="AppContext"/>, <see cref="HalfConversion"/> converts with integer
/// arithmetic. The bits are the same.
/// </remarks>
internal static unsafe partial class HalfInstructions
{
    /// <summary>The numbers of one turn of a loop.</summary>
    public const int Group = 16;

    /// <summary>The switch that turns machine code off.</summary>
    public const string Switch = "ConservativeAD.Kernels.DisableMachineCode";

    // Leaf 1 of CPUID tells of F16C in bit 29 of ECX.
    private const int FeatureLeaf = 1;
    private const int FeatureBit = 29;

    private const nuint PageBytes = 4096;
    private const nuint SecondLoop = PageBytes / 2;

    private static readonly byte* Code = Write();

    /// <summary>Whether the loops can be called.</summary>
    public static readonly bool IsSupported = Code != null && ConvertsRight();

    /// <summary>Widens groups of sixteen.</summary>
    /// <param name="source">Halves, as bits.</param>
    /// <param name="destination">As many floats.</param>
    /// <param name="groups">The number of groups, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(ushort* source, float* destination, nint groups) =>
        ((delegate* unmanaged[SuppressGCTransition]<ushort*, float*, nint, void>)Code)(source, destination, groups);

    /// <summary>Narrows groups of sixteen, rounding to nearest even.</summary>
    /// <param name="source">Floats.</param>
    /// <param name="destination">As many halves, as bits.</param>
    /// <param name="groups">The number of groups, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(float* source, ushort* destination, nint groups) =>
        ((delegate* unmanaged[SuppressGCTransition]<float*, ushort*, nint, void>)(Code + SecondLoop))(source, destination, groups);

    // Both loops take the source, the destination and the number of groups in RDI, RSI and RDX; Windows passes them in RCX, RDX and R8.
    private static ReadOnlySpan<byte> WidenLoop =>
    [
        0xc4, 0xe2, 0x7d, 0x13, 0x07,             // vcvtph2ps ymm0, [rdi]
        0xc4, 0xe2, 0x7d, 0x13, 0x4f, 0x10,       // vcvtph2ps ymm1, [rdi + 16]
        0xc5, 0xfc, 0x11, 0x06,                   // vmovups [rsi], ymm0
        0xc5, 0xfc, 0x11, 0x4e, 0x20,             // vmovups [rsi + 32], ymm1
        0x48, 0x83, 0xc7, 0x20,                   // add rdi, 32
        0x48, 0x83, 0xc6, 0x40,                   // add rsi, 64
        0x48, 0xff, 0xca,                         // dec rdx
        0x75, 0xdf,                               // jnz to the beginning
        0xc5, 0xf8, 0x77,                         // vzeroupper
        0xc3,                                     // ret
    ];

    private static ReadOnlySpan<byte> NarrowLoop =>
    [
        0xc5, 0xfc, 0x10, 0x07,                   // vmovups ymm0, [rdi]
        0xc5, 0xfc, 0x10, 0x4f, 0x20,             // vmovups ymm1, [rdi + 32]
        0xc4, 0xe3, 0x7d, 0x1d, 0x06, 0x00,       // vcvtps2ph [rsi], ymm0, to nearest even
        0xc4, 0xe3, 0x7d, 0x1d, 0x4e, 0x10, 0x00, // vcvtps2ph [rsi + 16], ymm1, to nearest even
        0x48, 0x83, 0xc7, 0x40,                   // add rdi, 64
        0x48, 0x83, 0xc6, 0x20,                   // add rsi, 32
        0x48, 0xff, 0xca,                         // dec rdx
        0x75, 0xdd,                               // jnz to the beginning
        0xc5, 0xf8, 0x77,                         // vzeroupper
        0xc3,                                     // ret
    ];

    private static ReadOnlySpan<byte> WidenLoopOnWindows =>
    [
        0xc4, 0xe2, 0x7d, 0x13, 0x01,             // vcvtph2ps ymm0, [rcx]
        0xc4, 0xe2, 0x7d, 0x13, 0x49, 0x10,       // vcvtph2ps ymm1, [rcx + 16]
        0xc5, 0xfc, 0x11, 0x02,                   // vmovups [rdx], ymm0
        0xc5, 0xfc, 0x11, 0x4a, 0x20,             // vmovups [rdx + 32], ymm1
        0x48, 0x83, 0xc1, 0x20,                   // add rcx, 32
        0x48, 0x83, 0xc2, 0x40,                   // add rdx, 64
        0x49, 0xff, 0xc8,                         // dec r8
        0x75, 0xdf,                               // jnz to the beginning
        0xc5, 0xf8, 0x77,                         // vzeroupper
        0xc3,                                     // ret
    ];

    private static ReadOnlySpan<byte> NarrowLoopOnWindows =>
    [
        0xc5, 0xfc, 0x10, 0x01,                   // vmovups ymm0, [rcx]
        0xc5, 0xfc, 0x10, 0x49, 0x20,             // vmovups ymm1, [rcx + 32]
        0xc4, 0xe3, 0x7d, 0x1d, 0x02, 0x00,       // vcvtps2ph [rdx], ymm0, to nearest even
        0xc4, 0xe3, 0x7d, 0x1d, 0x4a, 0x10, 0x00, // vcvtps2ph [rdx + 16], ymm1, to nearest even
        0x48, 0x83, 0xc1, 0x40,                   // add rcx, 64
        0x48, 0x83, 0xc2, 0x20,                   // add rdx, 32
        0x49, 0xff, 0xc8,                         // dec r8
        0x75, 0xdd,                               // jnz to the beginning
        0xc5, 0xf8, 0x77,                         // vzeroupper
        0xc3,                                     // ret
    ];

    // Memory with both loops that can be read and executed; null if there is none.
    private static byte* Write()
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !Avx2.IsSupported
            || (X86Base.CpuId(FeatureLeaf, 0).Ecx & (1 << FeatureBit)) == 0 || (AppContext.TryGetSwitch(Switch, out bool off) && off))
            return null;
        try
        {
            return OperatingSystem.IsWindows() ? WriteOnWindows() : WriteOnUnix();
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static byte* WriteOnWindows()
    {
        byte* page = VirtualAlloc(null, PageBytes, CommitAndReserve, PageReadWrite);
        if (page == null)
            return null;
        Place(WidenLoopOnWindows, NarrowLoopOnWindows, page);
        return VirtualProtect(page, PageBytes, PageExecuteRead, out _) != 0 ? page : null;
    }

    private static byte* WriteOnUnix()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return null;
        nint page = Map(null, PageBytes, ReadWrite, MapPrivate | (OperatingSystem.IsLinux() ? MapAnonymousOnLinux : MapAnonymousElsewhere), -1, 0);
        if (page == -1)
            return null;
        Place(WidenLoop, NarrowLoop, (byte*)page);
        return Protect((void*)page, PageBytes, ReadExecute) == 0 ? (byte*)page : null;
    }

    private static void Place(ReadOnlySpan<byte> widen, ReadOnlySpan<byte> narrow, byte* page)
    {
        widen.CopyTo(new Span<byte>(page, (int)SecondLoop));
        narrow.CopyTo(new Span<byte>(page + SecondLoop, (int)SecondLoop));
    }

    // A few numbers of each kind, so that a surprising processor or emulator is not trusted.
    private static bool ConvertsRight()
    {
        ReadOnlySpan<float> numbers =
        [
            0, -0f, 1, -1, 65504, 65519.996f, 65520, -65520, float.PositiveInfinity, float.NegativeInfinity, 6.1e-5f, 5.9604645e-8f, 2.9802322e-8f,
            2.9802326e-8f, 1.00048828f, 1.00146484f,
        ];
        ushort* halves = stackalloc ushort[Group];
        float* back = stackalloc float[Group];
        fixed (float* first = numbers)
            Narrow(first, halves, 1);
        Widen(halves, back, 1);
        for (int i = 0; i < Group; i++)
        {
            Half right = (Half)numbers[i];
            if (halves[i] != BitConverter.HalfToUInt16Bits(right) || BitConverter.SingleToUInt32Bits(back[i]) != BitConverter.SingleToUInt32Bits((float)right))
                return false;
        }

        return true;
    }

    private const int ReadWrite = 0x1 | 0x2;
    private const int ReadExecute = 0x1 | 0x4;
    private const int MapPrivate = 0x2;
    private const int MapAnonymousOnLinux = 0x20;
    private const int MapAnonymousElsewhere = 0x1000;
    private const uint CommitAndReserve = 0x3000;
    private const uint PageReadWrite = 0x4;
    private const uint PageExecuteRead = 0x20;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("kernel32")]
    private static partial byte* VirtualAlloc(void* address, nuint length, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(void* address, nuint length, uint protection, out uint before);
}
