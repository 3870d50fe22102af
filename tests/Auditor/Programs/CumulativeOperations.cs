using System.Numerics;
using ConservativeAD.Auditor.Reference;

namespace ConservativeAD.Auditor.Programs;

/// <summary>Cumulative operations along an axis: each result depends on the elements up to its place.</summary>
internal static class CumulativeOperations
{
    /// <summary>The operations.</summary>
    /// <param name="shapes">Draws the shape.</param>
    /// <param name="axis">Draws the axis.</param>
    public static IEnumerable<TensorOperation> All(Func<Draw, int[][]> shapes, Func<Draw, double[]> axis)
    {
        foreach (Cumulative operation in (Cumulative[])[new Sums(), new Products(), new LogSums(), new Maxima(), new Minima()])
            yield return new(operation.Name, $"{{0}}.{operation.Name}({{a}})", shapes, axis) { Definition = operation };
    }

    private abstract class Cumulative(string name, Func<Germ[], Germ> definition) : TensorDefinition
    {
        public string Name => name;

        public sealed override Var<T> Call<T>(Var<T>[] x, double[] attributes) => Call(x[0], (int)attributes[0]);

        public sealed override GermTensor Refer(GermTensor[] x, double[] attributes) =>
            x[0].Lines((int)attributes[0], line => [.. line.Select((_, i) => definition(line[..(i + 1)]))]);

        protected abstract Var<T> Call<T>(Var<T> x, int axis)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>;
    }

    private sealed class Sums()
        : Cumulative("CumulativeSum", TensorReference.Sum)
    { protected override Var<T> Call<T>(Var<T> x, int axis) => x.CumulativeSum(axis); }

    private sealed class Products()
        : Cumulative("CumulativeProduct", line => line.Aggregate((p, q) => p * q))
    {
        protected override Var<T> Call<T>(Var<T> x, int axis) =>
            x.CumulativeProduct(axis);
    }

    private sealed class LogSums()
        : Cumulative("CumulativeLogSumExp", TensorReference.LogSumExp)
    { protected override Var<T> Call<T>(Var<T> x, int axis) => x.CumulativeLogSumExp(axis); }

    private sealed class Maxima()
        : Cumulative("CumulativeMaximum", line => line.Aggregate(Germ.Max))
    {
        protected override Var<T> Call<T>(Var<T> x, int axis) =>
            x.CumulativeMaximum(axis);
    }

    private sealed class Minima()
        : Cumulative("CumulativeMinimum", line => line.Aggregate(Germ.Min))
    {
        protected override Var<T> Call<T>(Var<T> x, int axis) =>
            x.CumulativeMinimum(axis);
    }
}
