using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>
/// Subgradients with their locality measures since the last serious step, and their aggregate: the combination that minimises ½⟨a, D·a⟩ + Σwᵢβᵢ over the
/// simplex. Products of the vectors are kept, so that a correction of D by a matrix of rank one needs no product with D.
/// </summary>
/// <param name="metric">D.</param>
/// <param name="largest">The most subgradients besides the one at the centre.</param>
internal sealed class SubgradientBundle(LimitedMemoryMetric metric, int largest)
{
    // A pivot below this, relative to its diagonal element, is due to rounding.
    private const double LeastPivot = 1e-15;

    private readonly List<double[]> vectors = [];
    private readonly List<double> errors = [];
    private readonly List<List<double>> products = [];
    private double[] weights = [];

    /// <summary>The aggregate subgradient.</summary>
    public double[] Aggregate { get; private set; } = [];

    /// <summary>The aggregate locality measure.</summary>
    public double AggregateError { get; private set; }

    /// <summary>The step of the variables that are fixed; null if there are none. It adds −⟨gᵢ, step⟩ to what the aggregate minimises.</summary>
    public double[]? Moved { get; set; }

    /// <summary>Starts again from the subgradient at the centre.</summary>
    public void Restart(double[] gradient)
    {
        vectors.Clear();
        errors.Clear();
        products.Clear();
        weights = [];
        Append(gradient, 0, metric.Times(gradient));
        weights[0] = 1;
        (Aggregate, AggregateError) = (gradient, 0);
    }

    /// <summary>Computes all products again, after a change of D.</summary>
    public void Refresh()
    {
        for (int i = 0; i < vectors.Count; i++)
        {
            double[] image = metric.Times(vectors[i]);
            for (int j = i; j < vectors.Count; j++)
                products[i][j] = products[j][i] = TensorPrimitives.Dot<double>(image, vectors[j]);
        }
    }

    /// <summary>Updates the products for D − vv'/divisor.</summary>
    public void Correct(double[] vector, double divisor)
    {
        double[] parts = [.. vectors.Select(other => TensorPrimitives.Dot<double>(vector, other))];
        for (int i = 0; i < parts.Length; i++)
        {
            for (int j = 0; j < parts.Length; j++)
                products[i][j] -= parts[i] * parts[j] / divisor;
        }
    }

    /// <summary>Adds a subgradient. If there is no room, one without weight leaves, or the aggregate replaces the two of least weight.</summary>
    public void Add(double[] gradient, double error)
    {
        while (vectors.Count > largest)
        {
            int idle = Array.FindIndex(weights, 1, weight => weight == 0);
            if (idle > 0)
            {
                Remove(idle);
                continue;
            }

            int[] lightest = [.. Enumerable.Range(1, vectors.Count - 1).OrderBy(i => weights[i]).Take(2).OrderDescending()];
            Append(Aggregate, AggregateError, metric.Times(Aggregate));
            foreach (int i in lightest)
                Remove(i);
            Array.Clear(weights);
            weights[^1] = 1;
        }

        Append(gradient, error, metric.Times(gradient));
    }

    /// <summary>Finds the aggregate.</summary>
    public void Solve()
    {
        // The rows of a triangular factor have the products of the vectors in D.
        double[][] factor = new double[vectors.Count][];
        for (int i = 0; i < factor.Length; i++)
        {
            double[] row = factor[i] = new double[factor.Length];
            for (int j = 0; j < i; j++)
                row[j] = factor[j][j] > 0 ? (products[i][j] - TensorPrimitives.Dot<double>(row.AsSpan(0, j), factor[j].AsSpan(0, j))) / factor[j][j] : 0;
            double pivot = products[i][i] - TensorPrimitives.SumOfSquares<double>(row.AsSpan(0, i));
            row[i] = Math.Sqrt(Math.Max(pivot, Math.Max(0, LeastPivot * products[i][i])));
        }

        double[] linear = [.. errors];
        for (int i = 0; i < linear.Length && Moved is not null; i++)
            linear[i] -= TensorPrimitives.Dot<double>(vectors[i], Moved);
        SimplexQuadratic dual = new(factor);
        dual.StartFrom(weights);
        dual.Solve(linear);
        weights = [.. dual.Weights];
        double[] aggregate = new double[vectors[0].Length];
        double error = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0)
                continue;
            TensorPrimitives.MultiplyAdd(vectors[i], weights[i], aggregate, aggregate);
            error += weights[i] * errors[i];
        }

        (Aggregate, AggregateError) = (aggregate, error);
    }

    private void Append(double[] vector, double error, double[] image)
    {
        List<double> row = [];
        for (int i = 0; i < vectors.Count; i++)
        {
            row.Add(TensorPrimitives.Dot<double>(vectors[i], image));
            products[i].Add(row[i]);
        }

        row.Add(TensorPrimitives.Dot<double>(vector, image));
        products.Add(row);
        vectors.Add(vector);
        errors.Add(error);
        Array.Resize(ref weights, vectors.Count);
    }

    private void Remove(int index)
    {
        vectors.RemoveAt(index);
        errors.RemoveAt(index);
        products.RemoveAt(index);
        foreach (List<double> row in products)
            row.RemoveAt(index);
        weights = [.. weights.Where((_, i) => i != index)];
    }
}
