using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Tests.Gpu;

/// <summary>A map that is applied on a device.</summary>
internal interface IUnaryApplication
{
    void Apply<T>(Device device, in NDArray<T> x, in NDArray<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A map of two arguments that is applied on a device.</summary>
internal interface IBinaryApplication
{
    void Apply<T>(Device device, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A map for each function of lanes, by its name.</summary>
internal static class Maps
{
    public static Dictionary<string, IUnaryApplication> Unary { get; } = new()
    {
        ["Abs"] = new Unary<AbsMap>(),
        ["Acos"] = new Unary<AcosMap>(),
        ["Asin"] = new Unary<AsinMap>(),
        ["Atan"] = new Unary<AtanMap>(),
        ["Cos"] = new Unary<CosMap>(),
        ["Cosh"] = new Unary<CoshMap>(),
        ["Erf"] = new Unary<ErfMap>(),
        ["Exp"] = new Unary<ExpMap>(),
        ["ExpM1"] = new Unary<ExpM1Map>(),
        ["Floor"] = new Unary<FloorMap>(),
        ["Log"] = new Unary<LogMap>(),
        ["LogP1"] = new Unary<LogP1Map>(),
        ["Sigmoid"] = new Unary<SigmoidMap>(),
        ["Sin"] = new Unary<SinMap>(),
        ["Sinh"] = new Unary<SinhMap>(),
        ["Sqrt"] = new Unary<SqrtMap>(),
        ["Tan"] = new Unary<TanMap>(),
        ["Tanh"] = new Unary<TanhMap>(),
    };

    public static Dictionary<string, IBinaryApplication> Binary { get; } = new()
    {
        ["Absorb"] = new Binary<AbsorbMap>(),
        ["Max"] = new Binary<MaxMap>(),
        ["Min"] = new Binary<MinMap>(),
        ["Pow"] = new Binary<PowMap>(),
    };
}

internal sealed class Unary<TMap> : IUnaryApplication
    where TMap : struct, IUnaryMap
{
    public void Apply<T>(Device device, in NDArray<T> x, in NDArray<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => device.Map(default(TMap), x, destination);
}

internal sealed class Binary<TMap> : IBinaryApplication
    where TMap : struct, IBinaryMap
{
    public void Apply<T>(Device device, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => device.Map2(default(TMap), x, y, destination);
}

internal readonly struct AbsMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Abs(x);
}

internal readonly struct AcosMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Acos(x);
}

internal readonly struct AsinMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Asin(x);
}

internal readonly struct AtanMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Atan(x);
}

internal readonly struct CosMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Cos(x);
}

internal readonly struct CoshMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Cosh(x);
}

internal readonly struct ErfMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Erf(x);
}

internal readonly struct ExpMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Exp(x);
}

internal readonly struct FloorMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Floor(x);
}

internal readonly struct LogMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Log(x);
}

internal readonly struct SigmoidMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Sigmoid(x);
}

internal readonly struct SinMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Sin(x);
}

internal readonly struct SinhMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Sinh(x);
}

internal readonly struct SqrtMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Sqrt(x);
}

internal readonly struct TanMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Tan(x);
}

internal readonly struct TanhMap : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.Tanh(x);
}

internal readonly struct AbsorbMap : IBinaryMap
{
    public L Invoke<L>(L x, L y)
        where L : struct, ILane<L> => L.Absorb(x, y);
}

internal readonly struct MaxMap : IBinaryMap
{
    public L Invoke<L>(L x, L y)
        where L : struct, ILane<L> => L.Max(x, y);
}

internal readonly struct MinMap : IBinaryMap
{
    public L Invoke<L>(L x, L y)
        where L : struct, ILane<L> => L.Min(x, y);
}

internal readonly struct PowMap : IBinaryMap
{
    public L Invoke<L>(L x, L y)
        where L : struct, ILane<L> => L.Pow(x, y);
}

internal readonly struct ExpM1Map : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.ExpM1(x);
}

internal readonly struct LogP1Map : IUnaryMap
{
    public L Invoke<L>(L x)
        where L : struct, ILane<L> => L.LogP1(x);
}
