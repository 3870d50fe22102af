using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Common;

/// <summary>A common interface for maps with any number of arguments, so that one driver runs them all.</summary>
internal interface IMapBody
{
    /// <summary>The number of arguments, 1 to 4.</summary>
    static abstract int Arity { get; }

    /// <summary>Whether the map only selects.</summary>
    static abstract bool OnlySelects { get; }

    /// <summary>The operation of arithmetic that the map is, if it is one.</summary>
    static virtual ArithmeticOperation ArithmeticOperation => ArithmeticOperation.Other;

    L Invoke<L>(L x, L y, L z, L w)
        where L : struct, ILane<L>;
}

internal readonly struct UnaryBody<TMap>(TMap map) : IMapBody
    where TMap : struct, IUnaryMap
{
    public static int Arity => 1;

    public static bool OnlySelects => TMap.OnlySelects;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Invoke<L>(L x, L y, L z, L w)
        where L : struct, ILane<L> => map.Invoke(x);
}

internal readonly struct BinaryBody<TMap>(TMap map) : IMapBody
    where TMap : struct, IBinaryMap
{
    public static int Arity => 2;

    public static bool OnlySelects => TMap.OnlySelects;

    public static ArithmeticOperation ArithmeticOperation => TMap.ArithmeticOperation;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Invoke<L>(L x, L y, L z, L w)
        where L : struct, ILane<L> => map.Invoke(x, y);
}

internal readonly struct TernaryBody<TMap>(TMap map) : IMapBody
    where TMap : struct, ITernaryMap
{
    public static int Arity => 3;

    public static bool OnlySelects => TMap.OnlySelects;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Invoke<L>(L x, L y, L z, L w)
        where L : struct, ILane<L> => map.Invoke(x, y, z);
}

internal readonly struct QuaternaryBody<TMap>(TMap map) : IMapBody
    where TMap : struct, IQuaternaryMap
{
    public static int Arity => 4;

    public static bool OnlySelects => TMap.OnlySelects;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public L Invoke<L>(L x, L y, L z, L w)
        where L : struct, ILane<L> => map.Invoke(x, y, z, w);
}
