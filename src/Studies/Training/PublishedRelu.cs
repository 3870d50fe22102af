using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Rules;

namespace ConservativeAD.Studies.Training;

/// <summary>
/// max(x, 0) with the reverse rule of the code published with Bertoin et al. 2021: where x = 0 the outgoing cotangent is s itself, not s times the incoming
/// one. It is not a conservative field; it exists to measure its effect, and as an example of a user-defined operation.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal readonly struct PublishedRelu<T> : IRule<T>, ICountsKinks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static OperationFacts Facts { get; } = new("published relu", TameClass.SemiAlgebraic) { IsSmooth = false };

    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        NDArray<T> y = recording.Rent(x.Shape);
        recording.Device.Map(default(PositivePart), x, y);
        return y;
    }

    public void Pullback(in PullbackContext<T> context)
    {
        if (!context.Needs(0))
            return;
        NDArray<T> target = context.InputCotangent(0, out bool accumulate);
        context.Device.Map2(new Assigned(context.Selections.ReluAtZero), context.Input(0), context.Cotangent, target, accumulate);
    }

    public void Tangent(in TangentContext<T> context) =>
        context.Device.Map2(default(OneSided), context.Input(0), context.Tangent(0), context.OutputTangent);

    public NDArray<T> Kinks(in KinkContext<T> context)
    {
        NDArray<T> marks = context.Rent(context.Output.Shape);
        context.Device.Map(default(AtZero), context.Input(0), marks);
        return marks;
    }

    public void CountKinks(in KinkContext<T> context) => context.Count(default(AtZero), context.Input(0));

    internal readonly struct PositivePart : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.Max(x, L.Constant(0));
    }

    internal readonly struct Assigned(double s) : IBinaryMap
    {
        public L Invoke<L>(L x, L cotangent)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfGreater(x, zero, cotangent, L.IfEqual(x, zero, L.Constant(s), zero));
        }
    }

    internal readonly struct OneSided : IBinaryMap
    {
        public L Invoke<L>(L x, L tangent)
            where L : struct, ILane<L>
        {
            L zero = L.Constant(0);
            return L.IfGreater(x, zero, tangent, L.IfEqual(x, zero, L.Max(tangent, zero), zero));
        }
    }

    internal readonly struct AtZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(1), L.Constant(0));
    }
}
