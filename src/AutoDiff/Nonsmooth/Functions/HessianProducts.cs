using System.Globalization;

namespace ConservativeAD.Nonsmooth;

/// <summary>Value and gradient of an objective, and the products of its Hessian with several vectors.</summary>
public sealed class HessianProducts
{
    internal HessianProducts(double value, double[] gradient, double[,] products, KinkCensus kinks, IReadOnlyList<Obstacle> obstacles)
    {
        Value = value;
        Gradient = gradient;
        Products = products;
        Kinks = kinks;
        Obstacles = obstacles;
    }

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <summary>The gradient.</summary>
    public double[] Gradient { get; }

    /// <summary>One row per vector, one column per variable: the derivative of the gradient along the vector. For unit vectors this is the Hessian.</summary>
    public double[,] Products { get; }

    /// <summary>The operations without second derivatives at the point: kinks, and points where a slope bends.</summary>
    public KinkCensus Kinks { get; }

    /// <summary>The obstacles: operations that are singular or at the edge of their domain at the point.</summary>
    public IReadOnlyList<Obstacle> Obstacles { get; }

    /// <summary>
    /// Whether every operation is twice differentiable at the point. If not, each product is that of the pieces that its vector leads to, and a Hessian of such
    /// products need not be symmetric.
    /// </summary>
    public bool IsTwiceDifferentiable =>
        Kinks.IsEmpty && Obstacles.Count == 0 && double.IsFinite(Value) && Array.TrueForAll(Gradient, double.IsFinite)
        && Products.Cast<double>().All(double.IsFinite);

    internal static HessianProducts Of(IReadOnlyList<HessianProduct> parts, int columns)
    {
        double[,] products = new double[parts.Count, columns];
        for (int row = 0; row < parts.Count; row++)
        {
            for (int column = 0; column < columns; column++)
                products[row, column] = parts[row].Product[column];
        }

        KinkCensus kinks = new([.. parts.SelectMany(part => part.Kinks.Operations).DistinctBy(met => (met.Node, met.Operation)).OrderBy(met => met.Node)]);
        Obstacle[] obstacles = [.. parts.SelectMany(part => part.Obstacles).DistinctBy(met => (met.Node, met.Kind)).OrderBy(met => met.Node)];
        return new HessianProducts(parts[0].Value, parts[0].Gradient, products, kinks, obstacles);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"value {Value}, {Products.GetLength(0)} products with a Hessian of {Gradient.Length} variables"
            + $"{(IsTwiceDifferentiable ? "" : " (not twice differentiable here)")}");
}
