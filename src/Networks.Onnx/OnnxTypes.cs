namespace ConservativeAD.Networks;

/// <summary>Facts of element types.</summary>
internal static class OnnxTypes
{
    /// <summary>Whether a type is one of floating point, whose values stand on the tape.</summary>
    public static bool IsReal(this OnnxType type) => type is OnnxType.Float or OnnxType.Double or OnnxType.Half or OnnxType.BFloat16;

    /// <summary>The number of bytes of an element; 0 for types that are not read.</summary>
    public static int Size(this OnnxType type) => type switch
    {
        OnnxType.UInt8 or OnnxType.Int8 or OnnxType.Bool => 1,
        OnnxType.UInt16 or OnnxType.Int16 or OnnxType.Half or OnnxType.BFloat16 => 2,
        OnnxType.Float or OnnxType.Int32 or OnnxType.UInt32 => 4,
        OnnxType.Double or OnnxType.Int64 or OnnxType.UInt64 => 8,
        _ => 0,
    };

    /// <summary>An integer as a type keeps it: its low bits. Booleans are 0 or 1. Unsigned 64-bit integers are kept in the bits of signed ones.</summary>
    public static long Wrap(this OnnxType type, long value) => type switch
    {
        OnnxType.UInt8 => unchecked((byte)value),
        OnnxType.Int8 => unchecked((sbyte)value),
        OnnxType.UInt16 => unchecked((ushort)value),
        OnnxType.Int16 => unchecked((short)value),
        OnnxType.Int32 => unchecked((int)value),
        OnnxType.UInt32 => unchecked((uint)value),
        OnnxType.Bool => value == 0 ? 0 : 1,
        _ => value,
    };

    /// <summary>The name of a type by its number in a file.</summary>
    public static string NameOf(int type) => type switch
    {
        8 => "string",
        14 or 15 => "complex",
        _ => Enum.IsDefined((OnnxType)type) ? ((OnnxType)type).ToString() : $"number {type}",
    };
}
