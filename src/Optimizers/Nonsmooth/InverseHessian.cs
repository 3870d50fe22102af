using System.Numerics.Tensors;

namespace ConservativeAD.Optimizers;

/// <summary>What quasi-Newton methods know of the inverse of the Hessian.</summary>
internal interface IInverseHessian
{
    /// <summary>Whether nothing was learnt yet, so that it is the identity.</summary>
    bool IsFresh { get; }

    double[] Times(double[] gradient);

    /// <summary>Learns from a step and the change of the gradient along it, whose product is above 0.</summary>
    void Update(double[] step, double[] change);
}

/// <summary>The whole matrix.</summary>
internal sealed class DenseInverseHessian(int dimension) : IInverseHessian
{
    private readonly double[] matrix = Identity(dimension);

    public bool IsFresh { get; private set; } = true;

    public double[] Times(double[] gradient)
    {
        double[] product = new double[dimension];
        for (int i = 0; i < dimension; i++)
            product[i] = TensorPrimitives.Dot<double>(matrix.AsSpan(i * dimension, dimension), gradient);
        return product;
    }

    public void Update(double[] step, double[] change)
    {
        double curvature = TensorPrimitives.Dot<double>(step, change);
        if (!(curvature > 0))
            return;
        if (IsFresh)
            TensorPrimitives.Multiply(matrix, curvature / TensorPrimitives.Dot<double>(change, change), matrix);
        IsFresh = false;

        // H + (1 + y'Hy/s'y)·ss'/s'y − (s(Hy)' + (Hy)s')/s'y.
        double[] image = Times(change);
        double weight = (1 + (TensorPrimitives.Dot<double>(change, image) / curvature)) / curvature;
        for (int i = 0; i < dimension; i++)
        {
            Span<double> row = matrix.AsSpan(i * dimension, dimension);
            TensorPrimitives.MultiplyAdd(step, (weight * step[i]) - (image[i] / curvature), row, row);
            TensorPrimitives.MultiplyAdd(image, -step[i] / curvature, row, row);
        }
    }

    private static double[] Identity(int dimension)
    {
        double[] matrix = new double[dimension * dimension];
        for (int i = 0; i < dimension; i++)
            matrix[(i * dimension) + i] = 1;
        return matrix;
    }
}

/// <summary>The last pairs of steps and changes, by two loops.</summary>
internal sealed class LimitedMemoryInverseHessian(int most) : IInverseHessian
{
    private readonly List<(double[] Step, double[] Change, double Curvature)> pairs = [];

    public bool IsFresh => pairs.Count == 0;

    public double[] Times(double[] gradient)
    {
        double[] result = [.. gradient];
        double[] weights = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            weights[i] = TensorPrimitives.Dot<double>(pairs[i].Step, result) / pairs[i].Curvature;
            TensorPrimitives.MultiplyAdd(pairs[i].Change, -weights[i], result, result);
        }

        if (pairs.Count > 0)
            TensorPrimitives.Multiply(result, pairs[^1].Curvature / TensorPrimitives.Dot<double>(pairs[^1].Change, pairs[^1].Change), result);
        for (int i = 0; i < pairs.Count; i++)
        {
            double weight = TensorPrimitives.Dot<double>(pairs[i].Change, result) / pairs[i].Curvature;
            TensorPrimitives.MultiplyAdd(pairs[i].Step, weights[i] - weight, result, result);
        }

        return result;
    }

    public void Update(double[] step, double[] change)
    {
        double curvature = TensorPrimitives.Dot<double>(step, change);
        if (!(curvature > 0))
            return;
        if (pairs.Count == most)
            pairs.RemoveAt(0);
        pairs.Add((step, change, curvature));
    }
}
