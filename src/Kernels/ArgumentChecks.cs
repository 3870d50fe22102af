using ConservativeAD.Kernels.Common;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Kernels;

/// <summary>The checks that every device makes on a kernel's arrays. Each throws an <see cref="ArgumentException"/> that shows the shapes.</summary>
internal static class ArgumentChecks
{
    /// <summary>Checks that elements are of a type that kernels compute with. It costs nothing: the type is known when the call is compiled.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="operation">The kernel's name, for the message.</param>
    /// <exception cref="NotSupportedException">They are not; whole numbers, for example.</exception>
    public static void DemandNumbers<T>(string operation)
        where T : unmanaged
    {
        if (typeof(T) != typeof(float) && typeof(T) != typeof(double) && typeof(T) != typeof(Half))
            throw new NotSupportedException(
                $"{operation} takes float, double or Half; these elements are of type {typeof(T).Name}. Indices are copied by Device.CopyIndices.");
    }

    /// <summary>Checks the arrays of attention.</summary>
    public static void Attention<T>(in NDArray<T> q, in NDArray<T> k, in NDArray<T> v, in NDArray<T> probabilities, in NDArray<T> y)
        where T : unmanaged
    {
        if (q.Shape.Rank != 4 || k.Shape.Rank != 4 || v.Shape != k.Shape || y.Shape != q.Shape || k.Shape != q.Shape.With(2, k.Shape[2]) || k.Shape[2] == 0
            || probabilities.Shape != q.Shape.With(3, k.Shape[2]) || !probabilities.IsContiguous)
            throw new ArgumentException(
                $"Attention takes queries [batch, heads, tokens, dimension], keys and values [batch, heads, keys, dimension] of at least one key, and room "
                    + $"for the probabilities of each; it was given {q.Shape}, {k.Shape}, {v.Shape}, {probabilities.Shape} and a result of {y.Shape}.");
        if (q.Shape[3] > 1 && (q.Stride(3) != 1 || k.Stride(3) != 1 || v.Stride(3) != 1 || y.Stride(3) != 1))
            throw new ArgumentException("Attention needs rows in one piece: along the last axis neighbours must stand next to each other.");
    }

    /// <summary>Checks the arrays of a read along the middle axis.</summary>
    public static void Along(in Shape x, in Shape indices, in Shape y)
    {
        if (x.Rank != 3 || indices.Rank != 3 || y != indices || x[0] != indices[0] || x[2] != indices[2])
            throw new ArgumentException(
                $"Reading along the middle axis takes an array [outer, length, inner], indices [outer, k, inner] and as many elements; it was given {x}, "
                    + $"{indices} and {y}.");
    }

    /// <summary>Checks the arrays of a read of rows.</summary>
    public static void Rows(in Shape table, in Shape indices, in Shape rows)
    {
        if (table.Rank != 2 || rows.Rank != 2 || rows[0] != indices.Count || rows[1] != table[1])
            throw new ArgumentException(
                $"Reading rows takes a table [rows, inner], indices [count] and elements [count, inner]; it was given {table}, {indices} and {rows}.");
    }

    /// <summary>The number of rows, and their length.</summary>
    public static (int Rows, int Length) RowsOf(in Shape shape) => (shape[-1] == 0 ? 0 : shape.Count / shape[-1], shape[-1]);

    /// <summary>Checks three arrays with the same rows.</summary>
    public static (int Rows, int Length) EqualRows(in Shape sorted, in Shape x, in Shape y)
    {
        if (sorted.Rank == 0 || x != sorted || y != sorted)
            throw new ArgumentException(
                $"Runs of ties in rows of {sorted} were asked of arrays of shape {x} and {y}; all shapes must be equal, with at least one axis.");
        return RowsOf(sorted);
    }

    /// <summary>Checks the arrays of an extreme over the middle axis.</summary>
    public static void Extreme(in Shape x, in Shape values, in Shape indices)
    {
        if (x.Rank != 3 || values.Count != x[0] * x[2] || indices.Count != values.Count)
            throw new ArgumentException(
                $"An extreme takes an array [outer, length, inner], with values and indices [outer, inner]; it was given {x}, {values} and {indices}.");
    }

    /// <summary>Checks the arrays of a sort of rows.</summary>
    public static (int Rows, int Length) Sort(in Shape x, in Shape values, in Shape permutation)
    {
        if (values != x || permutation != x || x.Rank == 0)
            throw new ArgumentException(
                $"A sort of {x} needs an axis to sort along, and values and a permutation of the same shape; it was given {values} and {permutation}.");
        return RowsOf(x);
    }

    /// <summary>Checks the arrays of a selection of the top elements of rows.</summary>
    public static (int Rows, int Length) TopK(in Shape x, in Shape values, in Shape indices)
    {
        if (x.Rank == 0 || values.Rank != x.Rank || indices != values || values.With(-1, x[-1]) != x)
            throw new ArgumentException(
                $"The top elements of rows of {x} need values and indices that differ from it in the last axis only; they are {values} and {indices}.");
        return RowsOf(x);
    }

    /// <summary>Checks the arrays of a normalisation.</summary>
    public static void Normalization<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> scale, in NDArray<T> shift, in NDArray<T> y,
        in NDArray<T> mean, in NDArray<T> variance)
        where T : unmanaged
    {
        if (x.Count != shape.Count || y.Count != shape.Count || scale.Count != shape.ScaleCount || shift.Count != shape.ScaleCount || mean.Count != shape.Groups
            || variance.Count != shape.Groups || (!shape.IsScaledByGroup && shape.Outer != 1) || shape.ScaleRun < 1 || shape.ScalePeriod < 1
            || shape.Inner % shape.ScaleRun != 0 || shape.Groups % shape.ScalePeriod != 0)
            throw new ArgumentException(
                $"A normalisation of {shape.Outer} × {shape.Groups} groups × {shape.Inner}, with scales of runs of {shape.ScaleRun} that repeat after "
                    + $"{shape.ScalePeriod} groups, does not fit arrays of {x.Shape} and {y.Shape}, a scale of {scale.Shape}, a shift of {shift.Shape}, "
                    + $"means of {mean.Shape} and variances of {variance.Shape}.");
        if (!x.IsContiguous || !y.IsContiguous || !scale.IsContiguous || !shift.IsContiguous || !mean.IsContiguous || !variance.IsContiguous)
            throw new ArgumentException("A normalisation needs contiguous arrays.");
    }

    /// <summary>Checks the arrays of a normalisation's pullback.</summary>
    public static void NormalizationPullback<T>(NormalizationShape shape, in NDArray<T> x, in NDArray<T> mean, in NDArray<T> variance, in NDArray<T> scale,
        in NDArray<T> dy, in NDArray<T> dx, in NDArray<T> dScale, in NDArray<T> dShift)
        where T : unmanaged
    {
        Normalization(shape, x, scale, dShift, dx.IsNone ? dy : dx, mean, variance);
        if (dy.Count != x.Count || !dy.IsContiguous || dScale.Count != scale.Count || !dScale.IsContiguous)
            throw new ArgumentException(
                $"The pullback of a normalisation of {x.Shape} with a scale of {scale.Shape} was given a cotangent of {dy.Shape} and a scale's cotangent of "
                    + $"{dScale.Shape}; they must be contiguous and of the same sizes.");
    }

    /// <summary>Checks the arrays of a layer of long short-term memory.</summary>
    public static LstmShape Lstm<T>(in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden, in NDArray<T> cells,
        in NDArray<T> gates)
        where T : unmanaged
    {
        LstmShape shape = ShapeOf(weight, gates);
        if (projected.Shape != gates.Shape || !IsSequence(hidden, shape.Steps + 1, shape) || !IsSequence(cells, shape.Steps + 1, shape)
            || !projected.IsContiguous || bias.Count != weight.Shape[0] || !bias.IsContiguous)
            throw new ArgumentException(
                $"A layer of long short-term memory with weights of {weight.Shape} takes contiguous arguments [steps, batch, 4·width], a bias [4·width] and "
                    + $"states [steps + 1, batch, width]; it was given {projected.Shape}, {bias.Shape}, {hidden.Shape} and {cells.Shape}.");
        return shape;
    }

    /// <summary>Checks the arrays of its pullback.</summary>
    public static LstmShape LstmPullback<T>(in NDArray<T> weight, in NDArray<T> cells, in NDArray<T> gates, in NDArray<T> dHidden, in NDArray<T> dArguments,
        in NDArray<T> dFirstHidden, in NDArray<T> dCell)
        where T : unmanaged
    {
        LstmShape shape = ShapeOf(weight, gates);
        if (dArguments.Shape != gates.Shape || !dArguments.IsContiguous || !IsSequence(cells, shape.Steps + 1, shape)
            || !IsSequence(dHidden, shape.Steps, shape)
            || dFirstHidden.Count != shape.Batch * shape.Width || dCell.Count != dFirstHidden.Count || !dFirstHidden.IsContiguous || !dCell.IsContiguous)
            throw new ArgumentException(
                $"The pullback of a layer of long short-term memory with gates of {gates.Shape} was given cells of {cells.Shape} and cotangents of "
                    + $"{dHidden.Shape}, {dArguments.Shape}, {dFirstHidden.Shape} and {dCell.Shape}, which do not fit or are not contiguous.");
        return shape;
    }

    /// <summary>Checks the arrays of a softmax loss.</summary>
    public static void SoftmaxLoss<T>(in NDArray<T> logits, in NDArray<int> labels, in NDArray<T> probabilities, in NDArray<T> losses)
        where T : unmanaged
    {
        if (logits.Shape.Rank != 2 || probabilities.Shape != logits.Shape || labels.Count != logits.Shape[0] || losses.Count != logits.Shape[0]
            || !logits.IsContiguous || !labels.IsContiguous || !probabilities.IsContiguous || !losses.IsContiguous)
            throw new ArgumentException(
                $"A softmax loss takes contiguous logits [rows, classes], as many labels and losses as rows; it was given {logits.Shape}, {labels.Shape} "
                    + $"and {losses.Shape}.");
    }

    /// <summary>Checks the arrays of its pullback.</summary>
    public static int SoftmaxLossPullback<T>(in NDArray<T> probabilities, in NDArray<T> cotangent, in NDArray<T> destination)
        where T : unmanaged
    {
        int rows = probabilities.Shape[0];
        if (destination.Shape != probabilities.Shape || !destination.IsContiguous || !(cotangent.Count == 1 || cotangent.Count == rows))
            throw new ArgumentException(
                $"The pullback of a softmax loss over {probabilities.Shape} was given a cotangent of {cotangent.Shape} and a destination of "
                    + $"{destination.Shape}.");
        return rows;
    }

    /// <summary>Checks the arrays of a matrix product, or of a stack of them.</summary>
    public static int MatrixProduct<T>(in NDArray<T> left, in NDArray<T> right, in NDArray<T> destination, in NDArray<T> bias)
        where T : unmanaged
    {
        int rank = destination.Shape.Rank;
        bool fits = rank is 2 or 3 && left.Shape.Rank == rank && right.Shape.Rank == rank
            && left.Shape[-2] == destination.Shape[-2] && right.Shape[-1] == destination.Shape[-1] && left.Shape[-1] == right.Shape[-2]
            && (rank == 2 || (left.Shape[0] == destination.Shape[0] && right.Shape[0] == destination.Shape[0]))
            && (bias.IsNone || bias.Count == destination.Shape[-1]);
        if (!fits)
            throw new ArgumentException(
                $"A matrix product of {left.Shape} and {right.Shape}{(bias.IsNone ? "" : $" with a bias of {bias.Shape}")} does not fit a result of "
                    + $"{destination.Shape}.");
        if (destination.Shape[-1] > 1 && destination.Stride(-1) != 1)
            throw new ArgumentException(
                $"A matrix product needs the rows of its result in one piece; neighbours in a row of {destination.Shape} stand "
                    + $"{destination.Stride(-1)} apart.");
        if (!bias.IsNone && !bias.IsContiguous)
            throw new ArgumentException($"A bias of shape {bias.Shape} must be contiguous.");
        return rank;
    }

    /// <summary>Checks the arrays of a scan.</summary>
    public static ScanShape Scan<T, TScan>(in NDArray<T> x, in NDArray<T> companions, int axis, bool reverse, in NDArray<T> destination,
        in NDArray<int> positions)
        where T : unmanaged
        where TScan : struct, IScan
    {
        if (companions.IsNone == TScan.ReadsCompanion)
            throw new ArgumentException(
                $"The scan {typeof(TScan).Name} "
                    + $"{(TScan.ReadsCompanion ? "reads a companion for every element, and was given none" : "reads no companions, and was given some")}.");
        if (!positions.IsNone && !TScan.KeepsPosition)
            throw new ArgumentException($"Positions were asked of the scan {typeof(TScan).Name}, whose results are taken from no single element.");
        if (destination.IsNone && positions.IsNone)
            throw new ArgumentException("A scan was given no array to write to.");
        bool fits = (companions.IsNone || companions.Shape == x.Shape) && (destination.IsNone || destination.Shape == x.Shape)
            && (positions.IsNone || positions.Shape == x.Shape);
        if (!fits)
        {
            string given = $"companions {Named(companions)}, results {Named(destination)}, positions {Named(positions)}";
            throw new ArgumentException($"A scan of {x.Shape} was given arrays of other shapes: {given}.");
        }

        if (!positions.IsNone && !positions.IsContiguous)
            throw new ArgumentException($"The positions of a scan of {x.Shape} must be contiguous.");
        axis = x.Shape.Axis(axis);
        int outer = 1, inner = 1;
        for (int before = 0; before < axis; before++)
            outer *= x.Shape[before];
        for (int after = axis + 1; after < x.Shape.Rank; after++)
            inner *= x.Shape[after];
        return new(outer, x.Shape[axis], inner, reverse);

        static string Named<TElement>(in NDArray<TElement> array)
            where TElement : unmanaged => array.IsNone ? "none" : array.Shape.ToString();
    }

    /// <summary>Checks the axes that a reduction keeps.</summary>
    public static void Reduction(in Shape x, in Shape destination)
    {
        int lead = x.Rank - destination.Rank;
        for (int axis = 0; axis < x.Rank; axis++)
        {
            int target = axis < lead ? 1 : destination[axis - lead];
            if (lead < 0 || (target != 1 && target != x[axis]))
                throw new ArgumentException($"A reduction of shape {x} cannot end in shape {destination}: each extent must be kept or become 1.");
        }
    }

    private static LstmShape ShapeOf<T>(in NDArray<T> weight, in NDArray<T> gates)
        where T : unmanaged
    {
        if (weight.Shape.Rank != 2 || gates.Shape.Rank != 3 || weight.Shape[0] != 4 * weight.Shape[1] || gates.Shape[2] != weight.Shape[0]
            || !weight.IsContiguous || !gates.IsContiguous)
            throw new ArgumentException(
                $"A layer of long short-term memory takes contiguous weights [4·width, width] and gates [steps, batch, 4·width]; it was given "
                    + $"{weight.Shape} and {gates.Shape}.");
        return new LstmShape(gates.Shape[0], gates.Shape[1], weight.Shape[1]);
    }

    private static bool IsSequence<T>(in NDArray<T> array, int length, LstmShape shape)
        where T : unmanaged => array.Shape == Shape.Of(length, shape.Batch, shape.Width) && array.IsContiguous;

    /// <summary>Checks the arrays of an optimiser's step.</summary>
    public static void Update<T, TUpdate>(in NDArray<T> parameter, in NDArray<T> gradient, in NDArray<T> first, in NDArray<T> second, in NDArray<T> third,
        in NDArray<T> fourth)
        where T : unmanaged
        where TUpdate : struct, IUpdate
    {
        if (gradient.Shape != parameter.Shape
            || (TUpdate.States > 0 && first.Shape != parameter.Shape)
            || (TUpdate.States > 1 && second.Shape != parameter.Shape)
            || (TUpdate.States > 2 && third.Shape != parameter.Shape)
            || (TUpdate.States > 3 && fourth.Shape != parameter.Shape))
            throw new ArgumentException(
                $"An update of parameters of shape {parameter.Shape} was given a gradient of {gradient.Shape} and states of {first.Shape}, {second.Shape}, "
                    + $"{third.Shape} and {fourth.Shape}, of which it keeps {TUpdate.States}; all must be equal.");
    }

    /// <summary>Checks the arrays of a conversion between element types.</summary>
    public static void Conversion<TFrom, TTo>(in NDArray<TFrom> source, in NDArray<TTo> destination)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (source.Count != destination.Count || !source.IsContiguous || !destination.IsContiguous)
            throw new ArgumentException(
                $"An array of {source.Shape} was to be converted to one of {destination.Shape}; both must be contiguous and of as many elements.");
    }
}
