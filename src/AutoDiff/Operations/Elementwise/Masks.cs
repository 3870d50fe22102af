using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules;

/// <summary>What <see cref="Where{T}"/> and <see cref="Choose{T}"/> share: choices by a mask, which is 0 for false and nonzero for true.</summary>
internal static class Masks
{
    /// <summary>Adds the cotangent of the value that is taken where the mask is true.</summary>
    public static void PullWhereTrue<T>(in PullbackContext<T> context, int input, in NDArray<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (context.Needs(input))
            Pull(context, input, default(WhereTrue), mask);
    }

    /// <summary>Adds the cotangent of the value that is taken where the mask is false.</summary>
    public static void PullWhereFalse<T>(in PullbackContext<T> context, int input, in NDArray<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (context.Needs(input))
            Pull(context, input, default(WhereFalse), mask);
    }

    private static void Pull<T, TMap>(in PullbackContext<T> context, int input, TMap map, in NDArray<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TMap : struct, IBinaryMap
    {
        NDArray<T> cotangent = context.Cotangent;
        if (context.Input(input).Shape == cotangent.Shape)
        {
            NDArray<T> target = context.InputCotangent(input, out bool accumulate);
            context.Device.Map2(map, mask, cotangent, target, accumulate);
            return;
        }

        NDArray<T> full = context.Rent(cotangent.Shape);
        context.Device.Map2(map, mask, cotangent, full);
        context.AddSummed(input, full);
        context.Return(full);
    }

    internal readonly struct IsGreater : IBinaryMap
    {
        public static bool OnlySelects => true;

        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => L.IfGreater(x, y, L.Constant(1), L.Constant(0));
    }

    internal readonly struct Either : ITernaryMap
    {
        public static bool OnlySelects => true;

        public L Invoke<L>(L mask, L chosen, L otherwise)
            where L : struct, ILane<L> => L.IfEqual(mask, L.Constant(0), otherwise, chosen);
    }

    internal readonly struct WhereTrue : IBinaryMap
    {
        public static bool OnlySelects => true;

        public L Invoke<L>(L mask, L value)
            where L : struct, ILane<L> => L.IfEqual(mask, L.Constant(0), L.Constant(0), value);
    }

    internal readonly struct WhereFalse : IBinaryMap
    {
        public static bool OnlySelects => true;

        public L Invoke<L>(L mask, L value)
            where L : struct, ILane<L> => L.IfEqual(mask, L.Constant(0), value, L.Constant(0));
    }
}
