using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The stored form of a number in device memory, and the lane that computes with it.</summary>
/// <typeparam name="E">The element itself.</typeparam>
/// <typeparam name="L">The lane.</typeparam>
internal interface IElement<E, L>
    where E : unmanaged, IElement<E, L>
    where L : unmanaged, IThreadLane<L>
{
    /// <summary>The number for computing.</summary><param name="element">The element.</param>
    static abstract L Load(E element);

    /// <summary>The element nearest to a number.</summary><param name="lane">The number.</param>
    static abstract E Store(L lane);

    /// <summary>A key with the order of the numbers, NaN last, in the low <see cref="KeyBits"/> bits.</summary>
    /// <param name="element">The element.</param>
    static abstract ulong Key(E element);

    /// <summary>The number of bits in a key.</summary>
    static abstract int KeyBits { get; }
}

/// <summary>A float.</summary>
internal readonly struct SingleElement(float value) : IElement<SingleElement, SingleLane>
{
    private readonly float value = value;

    public static int KeyBits => 32;

    public static SingleLane Load(SingleElement element) => new(element.value);

    public static SingleElement Store(SingleLane lane) => new(lane.Value);

    public static ulong Key(SingleElement element) => SortKey.Of(element.value);
}

/// <summary>A double.</summary>
internal readonly struct DoubleElement(double value) : IElement<DoubleElement, DoubleLane>
{
    private readonly double value = value;

    public static int KeyBits => 64;

    public static DoubleLane Load(DoubleElement element) => new(element.value);

    public static DoubleElement Store(DoubleLane lane) => new(lane.Value);

    public static ulong Key(DoubleElement element) => SortKey.Of(element.value);
}

/// <summary>The 16 bits of a Half; arithmetic is in float, rounded once.</summary>
internal readonly struct HalfElement(ushort bits) : IElement<HalfElement, SingleLane>
{
    private readonly ushort bits = bits;

    public static int KeyBits => 32;

    public static SingleLane Load(HalfElement element) => new(HalfBits.ToSingle(element.bits));

    public static HalfElement Store(SingleLane lane) => new(HalfBits.FromSingle(lane.Value));

    public static ulong Key(HalfElement element) => SortKey.Of(HalfBits.ToSingle(element.bits));
}
