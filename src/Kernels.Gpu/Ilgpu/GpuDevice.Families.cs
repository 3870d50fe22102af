using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;

namespace ConservativeAD.Kernels.Ilgpu;

/// <content>The kernel families, each forwarded to the implementation for the element type.</content>
internal sealed partial class GpuDevice
{
    private readonly GpuNumbers<float> singles;
    private readonly GpuNumbers<double> doubles;
    private readonly GpuNumbers<Half> halves;

    private protected override void MapCore<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> destination, bool accumulate) =>
        Of<T>().Map(new UnaryBody<TMap>(map), x, x, x, x, destination, accumulate);

    private protected override void Map2Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> destination, bool accumulate) =>
        Of<T>().Map(new BinaryBody<TMap>(map), x, y, x, x, destination, accumulate);

    private protected override void Map3Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> destination,
        bool accumulate) => Of<T>().Map(new TernaryBody<TMap>(map), x, y, z, x, destination, accumulate);

    private protected override void Map4Core<T, TMap>(TMap map, in NDArray<T> x, in NDArray<T> y, in NDArray<T> z, in NDArray<T> w, in NDArray<T> destination,
        bool accumulate) => Of<T>().Map(new QuaternaryBody<TMap>(map), x, y, z, w, destination, accumulate);

    private protected override void ReduceCore<T, TReduction>(TReduction reduction, in NDArray<T> x, in NDArray<T> destination, bool accumulate) =>
        Of<T>().Reduce<TReduction>(x, destination, accumulate);

    private protected override long CountCore<T, TMap>(TMap map, in NDArray<T> x) => Of<T>().Count(map, x);

    private protected override void AddCountCore<T, TMap>(TMap map, in NDArray<T> x, in NDArray<int> counts, int place) =>
        Of<T>().AddCount(map, x, counts, place);

    private protected override int[] FindNonzeroCore<T>(in NDArray<T> x, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        CheckContiguous(x);
        T[] elements = x.ToArray();
        List<int> places = [];
        for (int i = 0; i < elements.Length && places.Count < limit; i++)
        {
            if (elements[i] != T.Zero)
                places.Add(i);
        }

        return [.. places];
    }

    private protected override double SumOfSquaresCore<T>(in NDArray<T> x) => Of<T>().SumOfSquares(x);

    private protected override void UpdateCore<T, TUpdate>(TUpdate update, in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first,
        in NDArray<T> second, in NDArray<T> third, in NDArray<T> fourth) => Of<T>().Update(update, parameter, gradient, first, second, third, fourth);

    private protected override void MatrixProductCore<T, TMap>(TMap map, in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, bool accumulate,
        in NDArray<T> bias) => Of<T>().MatrixProduct(map, left, right, destination, accumulate, bias);

    private protected override void ConvolutionCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> bias,
        in NDArray<T> y) => Of<T>().Convolution(shape, x, weights, bias, y);

    private protected override void ConvolutionDataGradientCore<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate) => Of<T>().ConvolutionDataGradient(shape, dy, weights, dx, accumulate);

    private protected override void ConvolutionWeightGradientCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw,
        bool accumulate) => Of<T>().ConvolutionWeightGradient(shape, x, dy, dw, accumulate);

    private protected override void CarriedProductCore<T>(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, CarriedOperand carried,
        bool accumulate) => Of<T>().CarriedProduct(left, right, destination, carried, accumulate);

    private protected override void CarriedConvolutionCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> weights, in NDArray<T> y,
        CarriedOperand carried) => Of<T>().CarriedConvolution(shape, x, weights, y, carried);

    private protected override void CarriedConvolutionDataGradientCore<T>(in ConvolutionShape shape, in NDArray<T> dy, in NDArray<T> weights, in NDArray<T> dx,
        bool accumulate, CarriedOperand carried) => Of<T>().CarriedConvolutionDataGradient(shape, dy, weights, dx, accumulate, carried);

    private protected override void CarriedConvolutionWeightGradientCore<T>(in ConvolutionShape shape, in NDArray<T> x, in NDArray<T> dy, in NDArray<T> dw,
        bool accumulate, CarriedOperand carried) => Of<T>().CarriedConvolutionWeightGradient(shape, x, dy, dw, accumulate, carried);

    private protected override void MaxPoolCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> positions, TieOrder ties) =>
        Of<T>().MaxPool(shape, x, y, positions, ties);

    private protected override void MaxPoolPullbackCore<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<int> positions, in NDArray<T> dx,
        bool accumulate) => Of<T>().MaxPoolPullback(shape, dy, positions, dx, accumulate);

    private protected override void MaxPoolEvenPullbackCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dy, in NDArray<T> dx,
        bool accumulate) => Of<T>().MaxPoolEvenPullback(shape, x, y, dy, dx, accumulate);

    private protected override long CountMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y) => Of<T>().CountMaxPoolTies(shape, x, y);

    private protected override void AddMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<int> counts, int place) =>
        Of<T>().AddMaxPoolTies(shape, x, y, counts, place);

    private protected override void MarkMaxPoolTiesCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> marks) =>
        Of<T>().MarkMaxPoolTies(shape, x, y, marks);

    private protected override void MaxPoolAlongCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, in NDArray<T> dx, in NDArray<int> positions,
        in NDArray<T> dy) => Of<T>().MaxPoolAlong(shape, x, y, dx, positions, dy);

    private protected override void AveragePoolCore<T>(in PoolingShape shape, in NDArray<T> x, in NDArray<T> y, bool countPadding) =>
        Of<T>().AveragePool(shape, x, y, countPadding);

    private protected override void AveragePoolPullbackCore<T>(in PoolingShape shape, in NDArray<T> dy, in NDArray<T> dx, bool countPadding, bool accumulate) =>
        Of<T>().AveragePoolPullback(shape, dy, dx, countPadding, accumulate);

    private protected override void GatherAlongCore<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> y) => Of<T>().GatherAlong(x, indices, y);

    private protected override void ScatterAddAlongCore<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dx, bool accumulate) =>
        Of<T>().ScatterAddAlong(dy, indices, dx, accumulate);

    private protected override void GatherRowsCore<T>(in NDArray<T> table, in NDArray<int> indices, in NDArray<T> y) => Of<T>().GatherRows(table, indices, y);

    private protected override void ScatterRowsCore<T>(in NDArray<T> x, in NDArray<int> indices, in NDArray<T> table) => Of<T>().ScatterRows(x, indices, table);

    private protected override void ScatterAddRowsCore<T>(in NDArray<T> dy, in NDArray<int> indices, in NDArray<T> dTable, bool accumulate) =>
        Of<T>().ScatterAddRows(dy, indices, dTable, accumulate);

    private protected override void SortCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> permutation, bool descending, TieOrder ties) =>
        Of<T>().Sort(x, values, permutation, descending, ties);

    private protected override void TopKCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, bool largest, TieOrder ties) =>
        Of<T>().TopK(x, values, indices, largest, ties);

    private protected override void AverageOverTiesCore<T>(in NDArray<T> sorted, in NDArray<T> x, in NDArray<T> y) => Of<T>().AverageOverTies(sorted, x, y);

    private protected override void SortWithinTiesCore<T>(in NDArray<T> sorted, in NDArray<T> x, bool descending) =>
        Of<T>().SortWithinTies(sorted, x, descending);

    private protected override void OrderWithinTiesCore<T>(in NDArray<T> sorted, in NDArray<T> keys, in NDArray<int> permutation, bool descending) =>
        Of<T>().OrderWithinTies(sorted, keys, permutation, descending);

    private protected override long CountTiesCore<T>(in NDArray<T> sorted) => Of<T>().CountTies(sorted);

    private protected override void AddTiesCore<T>(in NDArray<T> sorted, in NDArray<int> counts, int place) => Of<T>().AddTies(sorted, counts, place);

    private protected override void MarkTiesCore<T>(in NDArray<T> sorted, in NDArray<T> marks) => Of<T>().MarkTies(sorted, marks);

    private protected override void ArgMaxCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties) =>
        Of<T>().FindExtreme(x, values, indices, false, ties);

    private protected override void ArgMinCore<T>(in NDArray<T> x, in NDArray<T> values, in NDArray<int> indices, TieOrder ties) =>
        Of<T>().FindExtreme(x, values, indices, true, ties);

    private protected override void ScanCore<T, TScan>(TScan scan, in NDArray<T> x, in NDArray<T> companions, in ScanShape shape, in NDArray<T> destination,
        in NDArray<int> positions, bool accumulate) => Of<T>().Scan(scan, x, companions, shape, destination, positions, accumulate);

    private protected override void NormalizeCore<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, double epsilon,
        in NDArray<T> y, in NDArray<T> mean, in NDArray<T> variance) => Of<T>().Normalize(shape, x, scale, shift, epsilon, y, mean, variance);

    private protected override void NormalizePullbackCore<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance,
        in NDArray<T> scale, double epsilon, in NDArray<T> dy, in NDArray<T> dx, bool accumulate, in NDArray<T> dScale, in NDArray<T> dShift) =>
            Of<T>().NormalizePullback(shape, x, mean, variance, scale, epsilon, dy, dx, accumulate, dScale, dShift);

    private protected override void SoftmaxCrossEntropyCore<T>(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities,
        in NDArray<T> losses) => Of<T>().SoftmaxLoss(logits, labels, probabilities, losses);

    private protected override void SoftmaxCrossEntropyPullbackCore<T>(in NDArray<T> probabilities, in NDArray<int> labels, in NDArray<T> cotangent,
        double scale, in NDArray<T> destination, bool accumulate) =>
            Of<T>().SoftmaxLossPullback(probabilities, labels, cotangent, scale, destination, accumulate);

    private protected override void AttentionCore<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, bool isCausal,
        in NDArray<T> probabilities, in NDArray<T> y)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().Attention(q, k, v, scale, isCausal, probabilities, y);
            return;
        }

        ArgumentChecks.Attention(q, k, v, probabilities, y);
        NDArray<float> wideQ = Widened(q), wideK = Widened(k), wideV = Widened(v), wideP = Allocate<float>(probabilities.Shape),
            wideY = Allocate<float>(y.Shape);
        singles.Attention(wideQ, wideK, wideV, scale, isCausal, wideP, wideY);
        NarrowAndReturn(wideP, probabilities, false);
        NarrowAndReturn(wideY, y, false);
        Return(wideQ);
        Return(wideK);
        Return(wideV);
    }

    private protected override void AttentionPullbackCore<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, double scale, in NDArray<T> probabilities,
        in NDArray<T> dy, in NDArray<T> dq, in NDArray<T> dk, in NDArray<T> dv, bool accumulate)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().AttentionPullback(q, k, v, scale, probabilities, dy, dq, dk, dv, accumulate);
            return;
        }

        ArgumentChecks.Attention(q, k, v, probabilities, dy);
        ArgumentChecks.Attention(dq, dk, dv, probabilities, dy);
        NDArray<float> wideQ = Widened(q), wideK = Widened(k), wideV = Widened(v), wideP = Widened(probabilities), wideDy = Widened(dy);
        NDArray<float> wideDq = Allocate<float>(q.Shape), wideDk = Allocate<float>(k.Shape), wideDv = Allocate<float>(v.Shape);
        singles.AttentionPullback(wideQ, wideK, wideV, scale, wideP, wideDy, wideDq, wideDk, wideDv, false);
        NarrowAndReturn(wideDq, dq, accumulate);
        NarrowAndReturn(wideDk, dk, accumulate);
        NarrowAndReturn(wideDv, dv, accumulate);
        Return(wideQ);
        Return(wideK);
        Return(wideV);
        Return(wideP);
        Return(wideDy);
    }

    private protected override void LstmCore<T>(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells,
        bool startsAtZero, in NDArray<T> gates)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().Lstm(projected, weight, bias, hidden, cells, startsAtZero, gates);
            return;
        }

        ArgumentChecks.Lstm(projected, weight, bias, hidden, cells, gates);
        NDArray<float> wideProjected = Widened(projected), wideWeight = Widened(weight), wideBias = Widened(bias), wideHidden = Widened(hidden),
            wideCells = Widened(cells), wideGates = Allocate<float>(gates.Shape);
        singles.Lstm(wideProjected, wideWeight, wideBias, wideHidden, wideCells, startsAtZero, wideGates);
        NarrowAndReturn(wideHidden, hidden, false);
        NarrowAndReturn(wideCells, cells, false);
        NarrowAndReturn(wideGates, gates, false);
        Return(wideProjected);
        Return(wideWeight);
        Return(wideBias);
    }

    private protected override void LstmPullbackCore<T>(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden,
        in NDArray<T> dArguments, in NDArray<T> dFirstHidden, bool needsFirst, in NDArray<T> dCell)
    {
        if (typeof(T) != typeof(Half))
        {
            Of<T>().LstmPullback(weight, cells, gates, dHidden, dArguments, dFirstHidden, needsFirst, dCell);
            return;
        }

        ArgumentChecks.LstmPullback(weight, cells, gates, dHidden, dArguments, dFirstHidden, dCell);
        NDArray<float> wideWeight = Widened(weight), wideCells = Widened(cells), wideGates = Widened(gates), wideHidden = Widened(dHidden);
        NDArray<float> wideArguments = Allocate<float>(dArguments.Shape), wideFirst = Allocate<float>(dFirstHidden.Shape), wideCell = Widened(dCell);
        singles.LstmPullback(wideWeight, wideCells, wideGates, wideHidden, wideArguments, wideFirst, needsFirst, wideCell);
        NarrowAndReturn(wideArguments, dArguments, false);
        NarrowAndReturn(wideFirst, dFirstHidden, false);
        NarrowAndReturn(wideCell, dCell, false);
        Return(wideWeight);
        Return(wideCells);
        Return(wideGates);
        Return(wideHidden);
    }

    private protected override void UniformCore<T>(Philox random, in NDArray<T> destination, T low, T high, ulong offset)
    {
        Philox.CheckBounds(low, high);
        Of<T>().Uniform(random, destination, double.CreateTruncating(low), double.CreateTruncating(high), high, T.BitDecrement(high), offset);
    }

    private protected override void NormalCore<T>(Philox random, in NDArray<T> destination, T mean, T deviation, ulong offset)
    {
        Philox.CheckNormal(mean, deviation);
        Of<T>().Normal(random, destination, double.CreateTruncating(mean), double.CreateTruncating(deviation), offset);
    }

    private protected override void BernoulliCore<T>(Philox random, in NDArray<T> destination, double probability, ulong offset)
    {
        Philox.CheckProbability(probability);
        Of<T>().Choose(random, destination, Philox.Threshold(probability), T.One, T.Zero, offset);
    }

    private protected override void DropoutMaskCore<T>(Philox random, in NDArray<T> destination, double dropProbability, ulong offset)
    {
        Philox.CheckDropProbability(dropProbability);
        Of<T>().Choose(random, destination, Philox.Threshold(dropProbability), T.Zero, Philox.Kept<T>(dropProbability), offset);
    }

    private protected override void ConvertCore<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
    {
        ArgumentChecks.Conversion(source, destination);
        if (typeof(TFrom) == typeof(double))
            FromDouble(source, destination, factor);
        else if (typeof(TTo) == typeof(double))
            ToDouble(source, destination, factor);
        else if (typeof(TFrom) == typeof(float))
            FromLane<TFrom, SingleElement, TTo>(source, destination, factor);
        else
            FromLane<TFrom, HalfElement, TTo>(source, destination, factor);
    }

    private void FromLane<TFrom, E, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
        where TFrom : unmanaged
        where E : unmanaged, IElement<E, SingleLane>
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(float))
            ForEach(source.Count, new ConvertBody<E, SingleElement, SingleLane>(View<TFrom, E>(source), View<TTo, SingleElement>(destination), factor));
        else
            ForEach(source.Count, new ConvertBody<E, HalfElement, SingleLane>(View<TFrom, E>(source), View<TTo, HalfElement>(destination), factor));
    }

    private void FromDouble<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(double))
            ForEach(source.Count,
                new ConvertBody<DoubleElement, DoubleElement, DoubleLane>(View<TFrom, DoubleElement>(source), View<TTo, DoubleElement>(destination), factor));
        else if (typeof(TTo) == typeof(float))
            ForEach(source.Count,
                new ConvertByDoubleBody<DoubleElement, DoubleLane, SingleElement, SingleLane>(View<TFrom, DoubleElement>(source),
                    View<TTo, SingleElement>(destination), factor));
        else
            ForEach(source.Count,
                new ConvertByDoubleBody<DoubleElement, DoubleLane, HalfElement, SingleLane>(View<TFrom, DoubleElement>(source),
                    View<TTo, HalfElement>(destination), factor));
    }

    private void ToDouble<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination, double factor)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(float))
            ForEach(source.Count,
                new ConvertByDoubleBody<SingleElement, SingleLane, DoubleElement, DoubleLane>(View<TFrom, SingleElement>(source),
                    View<TTo, DoubleElement>(destination), factor));
        else
            ForEach(source.Count,
                new ConvertByDoubleBody<HalfElement, SingleLane, DoubleElement, DoubleLane>(View<TFrom, HalfElement>(source),
                    View<TTo, DoubleElement>(destination), factor));
    }

    private GpuNumbers<T> Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float)
        ? (GpuNumbers<T>)(object)singles
        : typeof(T) == typeof(double) ? (GpuNumbers<T>)(object)doubles
        : typeof(T) == typeof(Half) ? (GpuNumbers<T>)(object)halves
            : throw new NotSupportedException($"Kernels work on float, double and Half; an array of {typeof(T).Name} was given.");

    private NDArray<float> Widened<T>(in NDArray<T> array)
        where T : unmanaged
    {
        NDArray<T> contiguous = array.IsContiguous ? array : Contiguous(array);
        NDArray<float> wide = Allocate<float>(array.Shape);
        ForEach(array.Count, new ConvertBody<HalfElement, SingleElement, SingleLane>(View<T, HalfElement>(contiguous), View<float, SingleElement>(wide), 1));
        if (!array.IsContiguous)
            Return(contiguous);
        return wide;
    }

    private void NarrowAndReturn<T>(in NDArray<float> wide, in NDArray<T> destination, bool accumulate)
        where T : unmanaged
    {
        bool isDirect = destination.IsContiguous && !accumulate;
        NDArray<T> narrow = isDirect ? destination : Allocate<T>(destination.Shape);
        ForEach(wide.Count, new ConvertBody<SingleElement, HalfElement, SingleLane>(View<float, SingleElement>(wide), View<T, HalfElement>(narrow), 1));
        if (!isDirect)
        {
            Copy(narrow, destination, accumulate);
            Return(narrow);
        }

        Return(wide);
    }
}
