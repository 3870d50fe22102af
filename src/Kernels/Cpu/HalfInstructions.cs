using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The processor's own conversions between Half and float (F16C: VCVTPH2PS and VCVTPS2PH, eight numbers at a time), which .NET 10 does not offer, alone and
/// around the operations of arithmetic. Loops of machine code are written to memory once per process.
/// </summary>
/// <remarks>
/// They are used on x86-64 with AVX2 and F16C, in processes that compile code when they run, and where the system gives memory that can be executed. Elsewhere,
/// or with the switch <c>ConservativeAD.Kernels.DisableMachineCode</c> of <see cref="AppContext"/>, <see cref="HalfConversion"/> converts with integer
/// arithmetic, and arithmetic is done on floats in memory. The bits are the same, except those of NaN.
/// </remarks>
internal static unsafe partial class HalfInstructions
{
    /// <summary>The numbers of one turn of a loop.</summary>
    public const int Group = 16;

    /// <summary>The groups that one call of a loop takes at most, a microsecond or two, because the garbage collector waits for it.</summary>
    public const int GroupsOfCall = 1024;

    /// <summary>The switch that turns machine code off.</summary>
    public const string Switch = "ConservativeAD.Kernels.DisableMachineCode";

    // Leaf 1 of CPUID tells of F16C in bit 29 of ECX.
    private const int FeatureLeaf = 1;
    private const int FeatureBit = 29;

    private const nuint PageBytes = 4096;

    // Where the loops stand in the page.
    private const int LoopBytes = 256;
    private const int AtNarrow = LoopBytes, AtAdd = 2 * LoopBytes, AtArithmetic = 3 * LoopBytes;

    // Where the operation stands in the loop of arithmetic, twice.
    private const int FirstOperation = 24, SecondOperation = 28;

    private static readonly byte* Code = Write();

    /// <summary>Whether the loops can be called.</summary>
    public static readonly bool IsSupported = Code != null && ConvertsRight() && ComputesRight();

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
        ((delegate* unmanaged[SuppressGCTransition]<float*, ushort*, nint, void>)(Code + AtNarrow))(source, destination, groups);

    /// <summary>Adds pairs of groups of sixteen to four vectors of eight floats.</summary>
    /// <param name="source">Halves, as bits.</param>
    /// <param name="totals">Thirty-two floats; the element i is added to the one with the number i mod 32.</param>
    /// <param name="pairs">The number of pairs of groups, at least 1, at most half of <see cref="GroupsOfCall"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ushort* source, float* totals, nint pairs) =>
        ((delegate* unmanaged[SuppressGCTransition]<ushort*, float*, nint, void>)(Code + AtAdd))(source, totals, pairs);

    /// <summary>Computes groups of sixteen in float, rounding to nearest even.</summary>
    /// <param name="operation">An operation of arithmetic.</param>
    /// <param name="x">Halves, as bits.</param>
    /// <param name="y">As many.</param>
    /// <param name="destination">As many.</param>
    /// <param name="groups">The number of groups, at least 1, at most <see cref="GroupsOfCall"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute(ArithmeticOperation operation, ushort* x, ushort* y, ushort* destination, nint groups) =>
        ((delegate* unmanaged[SuppressGCTransition]<ushort*, ushort*, ushort*, nint, void>)(Code + AtArithmetic + (((int)operation - 1) * LoopBytes)))(
            x, y, destination, groups);

    // The second bytes of VADDPS, VSUBPS, VMULPS and VDIVPS, in the order of ArithmeticOperation.
    private static ReadOnlySpan<byte> Operations => [0x58, 0x5c, 0x59, 0x5e];

    // The loops take their arguments in RDI, RSI, RDX and RCX; Windows passes them in RCX, RDX, R8 and R9.
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

    private static ReadOnlySpan<byte> AddLoop =>
    [
        0xc5, 0xfc, 0x10, 0x06,                   // vmovups ymm0, [rsi]
        0xc5, 0xfc, 0x10, 0x4e, 0x20,             // vmovups ymm1, [rsi + 32]
        0xc5, 0xfc, 0x10, 0x56, 0x40,             // vmovups ymm2, [rsi + 64]
        0xc5, 0xfc, 0x10, 0x5e, 0x60,             // vmovups ymm3, [rsi + 96]
        0xc4, 0xe2, 0x7d, 0x13, 0x27,             // vcvtph2ps ymm4, [rdi]
        0xc5, 0xfc, 0x58, 0xc4,                   // vaddps ymm0, ymm0, ymm4
        0xc4, 0xe2, 0x7d, 0x13, 0x6f, 0x10,       // vcvtph2ps ymm5, [rdi + 16]
        0xc5, 0xf4, 0x58, 0xcd,                   // vaddps ymm1, ymm1, ymm5
        0xc4, 0xe2, 0x7d, 0x13, 0x67, 0x20,       // vcvtph2ps ymm4, [rdi + 32]
        0xc5, 0xec, 0x58, 0xd4,                   // vaddps ymm2, ymm2, ymm4
        0xc4, 0xe2, 0x7d, 0x13, 0x6f, 0x30,       // vcvtph2ps ymm5, [rdi + 48]
        0xc5, 0xe4, 0x58, 0xdd,                   // vaddps ymm3, ymm3, ymm5
        0x48, 0x83, 0xc7, 0x40,                   // add rdi, 64
        0x48, 0xff, 0xca,                         // dec rdx
        0x75, 0xd0,                               // jnz to the first conversion
        0xc5, 0xfc, 0x11, 0x06,                   // vmovups [rsi], ymm0
        0xc5, 0xfc, 0x11, 0x4e, 0x20,             // vmovups [rsi + 32], ymm1
        0xc5, 0xfc, 0x11, 0x56, 0x40,             // vmovups [rsi + 64], ymm2
        0xc5, 0xfc, 0x11, 0x5e, 0x60,             // vmovups [rsi + 96], ymm3
        0xc5, 0xf8, 0x77,                         // vzeroupper
        0xc3,                                     // ret
    ];

    private static ReadOnlySpan<byte> ArithmeticLoop =>
    [
        0xc4, 0xe2, 0x7d, 0x13, 0x07,             // vcvtph2ps ymm0, [rdi]
        0xc4, 0xe2, 0x7d, 0x13, 0x4f, 0x10,       // vcvtph2ps ymm1, [rdi + 16]
        0xc4, 0xe2, 0x7d, 0x13, 0x16,             // vcvtph2ps ymm2, [rsi]
        0xc4, 0xe2, 0x7d, 0x13, 0x5e, 0x10,       // vcvtph2ps ymm3, [rsi + 16]
        0xc5, 0xfc, 0x00, 0xc2,                   // the operation on ymm0, ymm0, ymm2
        0xc5, 0xf4, 0x00, 0xcb,                   // the operation on ymm1, ymm1, ymm3
        0xc4, 0xe3, 0x7d, 0x1d, 0x02, 0x00,       // vcvtps2ph [rdx], ymm0, to nearest even
        0xc4, 0xe3, 0x7d, 0x1d, 0x4a, 0x10, 0x00, // vcvtps2ph [rdx + 16], ymm1, to nearest even
        0x48, 0x83, 0xc7, 0x20,                   // add rdi, 32
        0x48, 0x83, 0xc6, 0x20,                   // add rsi, 32
        0x48, 0x83, 0xc2, 0x20,                   // add rdx, 32
        0x48, 0xff, 0xc9,                         // dec rcx
        0x75, 0xc4,                               // jnz to the beginning
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

    private static ReadOnlySpan<byte> AddLoopOnWindows =>
    [
        0xc5, 0xfc, 0x10, 0x02,                   // vmovups ymm0, [rdx]
        0xc5, 0xfc, 0x10, 0x4a, 0x20,             // vmovups ymm1, [rdx + 32]
        0xc5, 0xfc, 0x10, 0x52, 0x40,             // vmovups ymm2, [rdx + 64]
        0xc5, 0xfc, 0x10, 0x5a, 0x60,             // vmovups ymm3, [rdx + 96]
        0xc4, 0xe2, 0x7d, 0x13, 0x21,             // vcvtph2ps ymm4, [rcx]
        0xc5, 0xfc, 0x58, 0xc4,                   // vaddps ymm0, ymm0, ymm4
        0xc4, 0xe2, 0x7d, 0x13, 0x69, 0x10,       // vcvtph2ps ymm5, [rcx + 16]
        0xc5, 0xf4, 0x58, 0xcd,                   // vaddps ymm1, ymm1, ymm5
        0xc4, 0xe2, 0x7d, 0x13, 0x61, 0x20,       // vcvtph2ps ymm4, [rcx + 32]
        0xc5, 0xec, 0x58, 0xd4,                   // vaddps ymm2, ymm2, ymm4
        0xc4, 0xe2, 0x7d, 0x13, 0x69, 0x30,       // vcvtph2ps ymm5, [rcx + 48]
        0xc5, 0xe4, 0x58, 0xdd,                   // vaddps ymm3, ymm3, ymm5
        0x48, 0x83, 0xc1, 0x40,                   // add rcx, 64
        0x49, 0xff, 0xc8,                         // dec r8
        0x75, 0xd0,                               // jnz to the first conversion
        0xc5, 0xfc, 0x11, 0x02,                   // vmovups [rdx], ymm0
        0xc5, 0xfc, 0x11, 0x4a, 0x20,             // vmovups [rdx + 32], ymm1
        0xc5, 0xfc, 0x11, 0x52, 0x40,             // vmovups [rdx + 64], ymm2
        0xc5, 0xfc, 0x11, 0x5a, 0x60,             // vmovups [rdx + 96], ymm3
        0xc5, 0xf8, 0x77,                         // vzeroupper
        0xc3,                                     // ret
    ];

    private static ReadOnlySpan<byte> ArithmeticLoopOnWindows =>
    [
        0xc4, 0xe2, 0x7d, 0x13, 0x01,             // vcvtph2ps ymm0, [rcx]
        0xc4, 0xe2, 0x7d, 0x13, 0x49, 0x10,       // vcvtph2ps ymm1, [rcx + 16]
        0xc4, 0xe2, 0x7d, 0x13, 0x12,             // vcvtph2ps ymm2, [rdx]
        0xc4, 0xe2, 0x7d, 0x13, 0x5a, 0x10,       // vcvtph2ps ymm3, [rdx + 16]
        0xc5, 0xfc, 0x00, 0xc2,                   // the operation on ymm0, ymm0, ymm2
        0xc5, 0xf4, 0x00, 0xcb,                   // the operation on ymm1, ymm1, ymm3
        0xc4, 0xc3, 0x7d, 0x1d, 0x00, 0x00,       // vcvtps2ph [r8], ymm0, to nearest even
        0xc4, 0xc3, 0x7d, 0x1d, 0x48, 0x10, 0x00, // vcvtps2ph [r8 + 16], ymm1, to nearest even
        0x48, 0x83, 0xc1, 0x20,                   // add rcx, 32
        0x48, 0x83, 0xc2, 0x20,                   // add rdx, 32
        0x49, 0x83, 0xc0, 0x20,                   // add r8, 32
        0x49, 0xff, 0xc9,                         // dec r9
        0x75, 0xc4,                               // jnz to the beginning
        0xc5, 0xf8, 0x77,                         // vzeroupper
        0xc3,                                     // ret
    ];

    // Memory with all loops that can be read and executed; null if there is none.
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
        Place(WidenLoopOnWindows, NarrowLoopOnWindows, AddLoopOnWindows, ArithmeticLoopOnWindows, page);
        return VirtualProtect(page, PageBytes, PageExecuteRead, out _) != 0 ? page : null;
    }

    private static byte* WriteOnUnix()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return null;
        nint page = Map(null, PageBytes, ReadWrite, MapPrivate | (OperatingSystem.IsLinux() ? MapAnonymousOnLinux : MapAnonymousElsewhere), -1, 0);
        if (page == -1)
            return null;
        Place(WidenLoop, NarrowLoop, AddLoop, ArithmeticLoop, (byte*)page);
        return Protect((void*)page, PageBytes, ReadExecute) == 0 ? (byte*)page : null;
    }

    private static void Place(ReadOnlySpan<byte> widen, ReadOnlySpan<byte> narrow, ReadOnlySpan<byte> add, ReadOnlySpan<byte> arithmetic, byte* page)
    {
        Place(widen, page, 0);
        Place(narrow, page, AtNarrow);
        Place(add, page, AtAdd);
        for (int i = 0; i < Operations.Length; i++)
        {
            int at = AtArithmetic + (i * LoopBytes);
            Place(arithmetic, page, at);
            page[at + FirstOperation] = page[at + SecondOperation] = Operations[i];
        }
    }

    private static void Place(ReadOnlySpan<byte> loop, byte* page, int at) => loop.CopyTo(new Span<byte>(page + at, LoopBytes));

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

    // Every operation, and sums, on a few numbers.
    private static bool ComputesRight()
    {
        ushort* x = stackalloc ushort[2 * Group];
        ushort* y = stackalloc ushort[Group];
        ushort* result = stackalloc ushort[Group];
        float* totals = stackalloc float[2 * Group];
        for (int i = 0; i < 2 * Group; i++)
        {
            x[i] = BitConverter.HalfToUInt16Bits((Half)(i - 7.5f));
            y[i % Group] = BitConverter.HalfToUInt16Bits((Half)(3.25f - i));
            totals[i] = 0.25f * i;
        }

        Add(x, totals, 1);
        bool isRight = true;
        for (int i = 0; i < 2 * Group; i++)
            isRight &= totals[i] == (1.25f * i) - 7.5f;
        for (ArithmeticOperation operation = ArithmeticOperation.Sum; operation <= ArithmeticOperation.Quotient; operation++)
        {
            Compute(operation, x, y, result, 1);
            for (int i = 0; i < Group; i++)
            {
                float first = (float)BitConverter.UInt16BitsToHalf(x[i]), second = (float)BitConverter.UInt16BitsToHalf(y[i]);
                float right = operation switch
                {
                    ArithmeticOperation.Sum => first + second,
                    ArithmeticOperation.Difference => first - second,
                    ArithmeticOperation.Product => first * second,
                    _ => first / second,
                };
                isRight &= result[i] == BitConverter.HalfToUInt16Bits((Half)right);
            }
        }

        return isRight;
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
