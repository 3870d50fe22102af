using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>
/// Maps that multiply a cotangent or tangent, either with the absorbing zero that their formulas use (<see cref="ILane{L}.Absorb"/>), or with plain products if
/// the selections say so.
/// </summary>
internal static class Carrying
{
    public static void Carry<T, TMap>(this Device device, Selections selections, TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : struct, IUnaryMap
    {
        if (selections.AbsorbingZero)
            device.Map(map, x, destination, accumulate);
        else
            device.Map(new Plain1<TMap>(map), x, destination, accumulate);
    }

    public static void Carry<T, TMap>(this Device device, Selections selections, TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination,
        bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : struct, IBinaryMap
    {
        if (selections.AbsorbingZero)
            device.Map2(map, x, y, destination, accumulate);
        else
            device.Map2(new Plain2<TMap>(map), x, y, destination, accumulate);
    }

    public static void Carry<T, TMap>(this Device device, Selections selections, TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z,
        in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : struct, ITernaryMap
    {
        if (selections.AbsorbingZero)
            device.Map3(map, x, y, z, destination, accumulate);
        else
            device.Map3(new Plain3<TMap>(map), x, y, z, destination, accumulate);
    }

    public static void Carry<T, TMap>(this Device device, Selections selections, TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w,
        in NDArray<T> destination, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : struct, IQuaternaryMap
    {
        if (selections.AbsorbingZero)
            device.Map4(map, x, y, z, w, destination, accumulate);
        else
            device.Map4(new Plain4<TMap>(map), x, y, z, w, destination, accumulate);
    }

    public static void CarryProduct<T>(this Device device, Selections selections, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination,
        CarriedOperand carried, bool accumulate = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (selections.AbsorbingZero)
            device.CarriedProduct(left, right, destination, carried, accumulate);
        else
            device.MatrixProduct(left, right, destination, accumulate);
    }

    internal readonly struct Plain1<TMap>(TMap map) : IUnaryMap
        where TMap : struct, IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => map.Invoke(new PlainLane<L>(x)).Value;
    }

    internal readonly struct Plain2<TMap>(TMap map) : IBinaryMap
        where TMap : struct, IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => map.Invoke(new PlainLane<L>(x), new PlainLane<L>(y)).Value;
    }

    internal readonly struct Plain3<TMap>(TMap map) : ITernaryMap
        where TMap : struct, ITernaryMap
    {
        public L Invoke<L>(L x, L y, L z)
            where L : struct, ILane<L> => map.Invoke(new PlainLane<L>(x), new PlainLane<L>(y), new PlainLane<L>(z)).Value;
    }

    internal readonly struct Plain4<TMap>(TMap map) : IQuaternaryMap
        where TMap : struct, IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => map.Invoke(new PlainLane<L>(x), new PlainLane<L>(y), new PlainLane<L>(z), new PlainLane<L>(w)).Value;
    }
}
