using System.Numerics;
using ConservativeAD.Networks.Operators;

namespace ConservativeAD.Networks.Running;

/// <summary>How every operator is computed, by its name.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal static class OperatorTable<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The operators.</summary>
    public static IReadOnlyDictionary<string, Func<NodeContext<T>, OnnxValue<T>?[]>> Rows { get; } = Build();

    private static Dictionary<string, Func<NodeContext<T>, OnnxValue<T>?[]>> Build()
    {
        OperatorRows<T> rows = new();
        Activations.AddTo(rows);
        Arithmetic.AddTo(rows);
        Comparisons.AddTo(rows);
        Constants.AddTo(rows);
        ControlFlow.AddTo(rows);
        Convolutions.AddTo(rows);
        ElementaryFunctions.AddTo(rows);
        Indexing.AddTo(rows);
        Losses.AddTo(rows);
        MatrixProducts.AddTo(rows);
        Normalizations.AddTo(rows);
        Poolings.AddTo(rows);
        RecurrentOperators.AddTo(rows);
        Reductions.AddTo(rows);
        Resizing.AddTo(rows);
        Shapes.AddTo(rows);
        Sortings.AddTo(rows);
        return rows.All;
    }
}
