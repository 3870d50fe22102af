using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Lists a record in the form that certificates use: every value with the facts of its operation.</summary>
internal static class RecordedOperations
{
    /// <summary>Every recorded value, leaves included.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="record">The record.</param>
    public static IEnumerable<RecordedOperation> Of<T>(TapeRecord<T> record)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Enumerable.Range(0, record.Count).Select(node => At(record, node));

    private static RecordedOperation At<T>(TapeRecord<T> record, int node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isConstant = !record.NeedsGradient(node);
        if (record.IsLeaf(node))
            return new RecordedOperation(node, OperationFacts.Leaf, [], true, isConstant);
        Column<T> column = record.ColumnAt(node);
        int place = record.PlaceAt(node);
        (Curvature curvature, Monotonicity monotonicity) = column.CurvatureOf(place);
        int[] inputs = [.. Enumerable.Range(0, record.InputCount(node)).Select(index => record.InputNode(node, index))];
        return new RecordedOperation(node, column.FactsAt(place), inputs, false, isConstant)
        {
            Curvature = curvature,
            IsElementwise = column.RuleAt(place) is IFusible<T>,
            Monotonicity = monotonicity,
            HeldSign = curvature is Curvature.Product or Curvature.Quotient ? SignOfConstant(record, inputs) : 0,
        };
    }

    // 1 if one of two factors is a constant with no element below 0, −1 if it has none above 0.
    private static int SignOfConstant<T>(TapeRecord<T> record, int[] inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int constant = Array.FindIndex(inputs, 0, 2, input => !record.NeedsGradient(input));
        if (constant < 0)
            return 0;
        double[] factors = Array.ConvertAll(record.Value(inputs[constant]).ToArray(), double.CreateTruncating);
        return Array.TrueForAll(factors, factor => factor >= 0) ? 1 : Array.TrueForAll(factors, factor => factor <= 0) ? -1 : 0;
    }
}
