using System.Numerics;
using System.Runtime.CompilerServices;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>A sortable element: an unsigned key with the order of the floating-point number that it encodes, and that number's place.</summary>
internal interface ISortKey<TSelf>
    where TSelf : unmanaged, ISortKey<TSelf>
{
    /// <summary>The element's place in the input. Places are distinct, so pairs of key and place are totally ordered, and any sort by both is stable.</summary>
    uint Place { get; }

    /// <summary>The key.</summary>
    ulong Key { get; }

    /// <summary>Joins a key and a place.</summary>
    static abstract TSelf Make(ulong key, uint place);

    /// <summary>Whether this element sorts ahead of another, by key and then by place.</summary>
    bool IsBefore(TSelf other);

    /// <summary>The digit of the key that a pass of a radix sort reads.</summary>
    int Digit(int pass);
}

/// <summary>A key of at most 32 bits in the high half and its place in the low half of one word (float, Half).</summary>
internal readonly struct PackedKey : ISortKey<PackedKey>
{
    private readonly ulong word;

    private PackedKey(ulong word) => this.word = word;

    /// <inheritdoc/>
    public uint Place => (uint)word;

    /// <inheritdoc/>
    public ulong Key => word >> 32;

    /// <inheritdoc/>
    public static PackedKey Make(ulong key, uint place) => new(key << 32 | place);

    /// <inheritdoc/>
    public bool IsBefore(PackedKey other) => word < other.word;

    /// <inheritdoc/>
    public int Digit(int pass) => (int)(word >> (32 + (pass * SortKeys.DigitBits))) & (SortKeys.Digits - 1);
}

/// <summary>A key of 64 bits and its place, in separate fields (double).</summary>
internal readonly struct WideKey : ISortKey<WideKey>
{
    private WideKey(ulong key, uint place)
    {
        Key = key;
        Place = place;
    }

    /// <inheritdoc/>
    public ulong Key { get; }

    /// <inheritdoc/>
    public uint Place { get; }

    /// <inheritdoc/>
    public static WideKey Make(ulong key, uint place) => new(key, place);

    /// <inheritdoc/>
    public bool IsBefore(WideKey other) => Key < other.Key || (Key == other.Key && Place < other.Place);

    /// <inheritdoc/>
    public int Digit(int pass) => (int)(Key >> (pass * SortKeys.DigitBits)) & (SortKeys.Digits - 1);
}

/// <summary>Unsigned keys with the order of floating-point numbers: −0 and +0 have the same key, and all NaN have the largest.</summary>
internal static class SortKeys
{
    /// <summary>The number of bits in a radix digit. 32 bits take four passes, and the 256 places that a pass writes to stay in the first-level
    /// cache.</summary>
    public const int DigitBits = 8;

    /// <summary>The number of passes for the longest keys, those of double.</summary>
    public const int MaximumPasses = 64 / DigitBits;

    /// <summary>Values of a radix digit.</summary>
    public const int Digits = 1 << DigitBits;

    /// <summary>The number of radix passes for the keys of a type.</summary>
    public static int Passes<T>() => ((8 * Unsafe.SizeOf<T>()) + DigitBits - 1) / DigitBits;

    /// <summary>Decodes the number from a key, except for a zero, whose sign is not in the key, and for NaN, whose bits are not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryNumber<T>(ulong key, bool descending, out T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int signBit = (8 * Unsafe.SizeOf<T>()) - 1;
        ulong sign = 1ul << signBit, all = sign | (sign - 1);
        bool isNumber = key != all;
        if (descending)
            key = ~key & all;
        isNumber &= key != sign;
        ulong bits = (key & sign) != 0 ? key & ~sign : ~key & all;
        value = typeof(T) == typeof(float)
            ? Unsafe.BitCast<uint, T>((uint)bits)
            : typeof(T) == typeof(Half) ? Unsafe.BitCast<ushort, T>((ushort)bits)
            : Unsafe.BitCast<ulong, T>(bits);
        return isNumber;
    }

    /// <summary>The key of a number. NaN comes last in both directions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of<T>(T value, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
            return Of(Unsafe.BitCast<T, uint>(value), 31, 0x7F800000, descending);
        if (typeof(T) == typeof(Half))
            return Of(Unsafe.BitCast<T, ushort>(value), 15, 0x7C00, descending);
        return Of(Unsafe.BitCast<T, ulong>(value), 63, 0x7FF0000000000000, descending);
    }

    // Positive numbers have the order of their bits; negative numbers come below and have the reverse order of their bits. Neither direction uses the key of
    // all ones, because the bits of NaN lie between it and the infinities.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Of(ulong bits, int signBit, ulong infinity, bool descending)
    {
        ulong sign = 1ul << signBit;
        ulong all = sign | (sign - 1);
        ulong magnitude = bits & (sign - 1);
        if (magnitude > infinity)
            return all;
        ulong key = (bits & sign) == 0 || magnitude == 0 ? magnitude | sign : ~bits & all;
        return descending ? ~key & all : key;
    }
}
