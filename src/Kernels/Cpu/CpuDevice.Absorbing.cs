using System.Numerics;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <content>
/// Sums of products in which a carried zero times any factor is 0. If the other operand is finite (checked by a scan of it or of the result), they are plain
/// sums of products. Otherwise the non-finite elements are removed from the operand, and products of counts show where they were multiplied by something other
/// than 0. </content>
internal sealed unsafe partial class CpuDevice
{
    private interface IBilinear
    {
        void Run<T>(CpuDevice device, in NDArray<T> first, in NDArray<T> second, in NDArray<T> destination, bool accumulate)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    private protected override void CarriedProductCore<T>(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, CarriedOperand carried,
        bool accumulate) =>
        Absorbing(default(MatrixTimesMatrix), left, right, destination, carried, accumulate);

    private protected override void CarriedConvolutionCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> y,
        CarriedOperand carried) =>
        Absorbing(new Convolved(shape), x, weights, y, carried, false);

    private protected override void CarriedConvolutionDataGradientCore<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate, CarriedOperand carried) =>
        Absorbing(new DataGradient(shape), dy, weights, dx, carried, accumulate);

    private protected override void CarriedConvolutionWeightGradientCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw,
        bool accumulate, CarriedOperand carried) =>
        Absorbing(new WeightGradient(shape), x, dy, dw, carried, accumulate);

    private void Absorbing<T, TBilinear>(TBilinear function, in NDArray<T> first, in NDArray<T> second, in NDArray<T> destination,
        CarriedOperand carriedOperand, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBilinear : struct, IBilinear
    {
        if (carriedOperand == CarriedOperand.Both)
        {
            if (FiniteScan.IsFinite(first) && FiniteScan.IsFinite(second))
                function.Run(this, first, second, destination, accumulate);
            else
                AbsorbingBoth(function, first, second, destination, accumulate);
            return;
        }

        NDArray<T> factor = carriedOperand == CarriedOperand.First ? second : first;
        bool looksAtResult = !accumulate && destination.Count < factor.Count;
        if (looksAtResult || FiniteScan.IsFinite(factor))
        {
            function.Run(this, first, second, destination, accumulate);
            if (!looksAtResult || FiniteScan.IsFinite(destination) || FiniteScan.IsFinite(factor))
                return;
        }

        AbsorbingRare(function, carriedOperand == CarriedOperand.First ? first : second, factor, destination, carriedOperand, accumulate);
    }

    private void AbsorbingRare<T, TBilinear>(TBilinear function, in NDArray<T> carried, in NDArray<T> factor, in NDArray<T> destination,
        CarriedOperand carriedOperand, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBilinear : struct, IBilinear
    {
        bool isFirst = carriedOperand == CarriedOperand.First;
        NDArray<T> weights = Allocate<T>(carried.Shape), parts = Allocate<T>(factor.Shape), sum = Allocate<T>(destination.Shape);
        NDArray<T> upwards = Allocate<T>(destination.Shape), downwards = Allocate<T>(destination.Shape), undefined = Allocate<T>(destination.Shape);
        void Add(in NDArray<T> weight, in NDArray<T> to, bool adds)
        {
            if (isFirst)
                function.Run(this, weight, parts, to, adds);
            else
                function.Run(this, parts, weight, to, adds);
        }

        // The sum with 1 or −1 in place of infinite or NaN elements, so that an infinite or NaN weight is not lost.
        Map(default(Tamed), factor, parts, false);
        Add(carried, sum, false);

        // Counts where +∞ is multiplied by a positive weight or −∞ by a negative one; then the opposite signs.
        Map(new Sided(1), carried, weights, false);
        Map(new IsInfinite(1), factor, parts, false);
        Add(weights, upwards, false);
        Map(new IsInfinite(-1), factor, parts, false);
        Add(weights, downwards, false);
        Map(new Sided(-1), carried, weights, false);
        Add(weights, upwards, true);
        Map(new IsInfinite(1), factor, parts, false);
        Add(weights, downwards, true);

        // Counts where NaN is multiplied by a weight other than 0.
        Map(default(IsNotZero), carried, weights, false);
        Map(default(IsUndefined), factor, parts, false);
        Add(weights, undefined, false);
        Map4(default(Joined), sum, upwards, downwards, undefined, destination, accumulate);
        Return(undefined);
        Return(downwards);
        Return(upwards);
        Return(sum);
        Return(parts);
        Return(weights);
    }

    // Any non-finite element, infinities included, makes NaN where it is multiplied by something other than 0.
    private void AbsorbingBoth<T, TBilinear>(TBilinear function, in NDArray<T> first, in NDArray<T> second, in NDArray<T> destination, bool accumulate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBilinear : struct, IBilinear
    {
        NDArray<T> left = Allocate<T>(first.Shape), right = Allocate<T>(second.Shape), sum = Allocate<T>(destination.Shape),
            undefined = Allocate<T>(destination.Shape);
        Map(default(Tamed), first, left, false);
        Map(default(Tamed), second, right, false);
        function.Run(this, left, right, sum, false);
        Map(default(IsNotFinite), first, left, false);
        Map(default(IsNotZero), second, right, false);
        function.Run(this, left, right, undefined, false);
        Map(default(IsNotZero), first, left, false);
        Map(default(IsNotFinite), second, right, false);
        function.Run(this, left, right, undefined, true);
        Map2(default(Defined), sum, undefined, destination, accumulate);
        Return(undefined);
        Return(sum);
        Return(right);
        Return(left);
    }

    private readonly struct MatrixTimesMatrix : IBilinear
    {
        public void Run<T>(CpuDevice device, in NDArray<T> first, in NDArray<T> second, in NDArray<T> destination, bool accumulate)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => device.MatrixProductCore(default(Identity), first, second, destination, accumulate, default);
    }

    private readonly struct Convolved(ConvolutionShape shape) : IBilinear
    {
        public void Run<T>(CpuDevice device, in NDArray<T> first, in NDArray<T> second, in NDArray<T> destination, bool accumulate)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (!accumulate)
            {
                device.Convolution(shape, first, second, default, destination);
                return;
            }

            NDArray<T> term = device.Allocate<T>(destination.Shape);
            device.Convolution(shape, first, second, default, term);
            device.Copy(term, destination, true);
            device.Return(term);
        }
    }

    private readonly struct DataGradient(ConvolutionShape shape) : IBilinear
    {
        public void Run<T>(CpuDevice device, in NDArray<T> first, in NDArray<T> second, in NDArray<T> destination, bool accumulate)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => device.ConvolutionDataGradient(shape, first, second, destination, accumulate);
    }

    private readonly struct WeightGradient(ConvolutionShape shape) : IBilinear
    {
        public void Run<T>(CpuDevice device, in NDArray<T> first, in NDArray<T> second, in NDArray<T> destination, bool accumulate)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => device.ConvolutionWeightGradient(shape, first, second, destination, accumulate);
    }

    private readonly struct Tamed : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L>
        {
            L one = L.Constant(1);
            return L.IfEqual(x - x, L.Constant(0), x, L.IfGreater(L.Constant(0), x, -one, one));
        }
    }

    private readonly struct Sided(double side) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfGreater(L.Broadcast(side) * x, L.Constant(0), L.Constant(1), L.Constant(0));
    }

    private readonly struct IsInfinite(double side) : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(L.Broadcast(side) * x, L.Constant(double.PositiveInfinity), L.Constant(1), L.Constant(0));
    }

    private readonly struct IsNotZero : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, L.Constant(0), L.Constant(0), L.Constant(1));
    }

    private readonly struct IsUndefined : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x, x, L.Constant(0), L.Constant(1));
    }

    private readonly struct IsNotFinite : IUnaryMap
    {
        public L Invoke<L>(L x)
            where L : struct, ILane<L> => L.IfEqual(x - x, L.Constant(0), L.Constant(0), L.Constant(1));
    }

    private readonly struct Defined : IBinaryMap
    {
        public L Invoke<L>(L sum, L undefined)
            where L : struct, ILane<L> => L.IfGreater(undefined, L.Constant(0.5), L.Constant(double.NaN), sum);
    }

    // Counts are integers, but the transforms of a convolution may leave values slightly different from 0.
    private readonly struct Joined : IQuaternaryMap
    {
        public L Invoke<L>(L sum, L upwards, L downwards, L undefined)
            where L : struct, ILane<L>
        {
            L half = L.Constant(0.5), infinity = L.Constant(double.PositiveInfinity);
            L up = L.IfGreater(upwards, half, sum + infinity, sum);
            L both = L.IfGreater(downwards, half, up - infinity, up);
            return L.IfGreater(undefined, half, L.Constant(double.NaN), both);
        }
    }
}
