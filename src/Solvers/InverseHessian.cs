using System.Numerics.Tensors;
using ConservativeAD.Optimizers;

namespace ConservativeAD.Solvers;

/// <summary>A quasi-Newton approximation of the inverse Hessian.</summary>
internal interface IInverseHessian
{
    /// <summary>Whether the approximation is still the identity, before any update.</summary>
    bool IsFresh { get; }

    double[] Times(double[] gradient);

    /// <summary>Updates the approximation from a step and the change of the gradient along it. Their inner product must be above 0.</summary>
    void Update(double[] step, double[] change);

    /// <summary>A copy that is updated on its own.</summary>
    IInverseHessian Copy();
}

/// <summary>An approximation stored as a full matrix.</summary>
internal sealed class DenseInverseHessian(int dimension) : IInverseHessian
{
    private readonly double[] matrix = Identity(dimension);

    private DenseInverseHessian(DenseInverseHessian other)
        : this(other.Dimension)
    {
        other.matrix.CopyTo(matrix, 0);
        IsFresh = other.IsFresh;
    }

    private int Dimension => dimension;

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

    public IInverseHessian Copy() => new DenseInverseHessian(this);

    private static double[] Identity(int dimension)
    {
        double[] matrix = new double[dimension * dimension];
        for (int i = 0; i < dimension; i++)
            matrix[(i * dimension) + i] = 1;
        return matrix;
    }
}

/// <summary>An approximation stored as the last pairs of steps and gradient changes.</summary>
internal sealed class LimitedMemoryInverseHessian(int capacity) : IInverseHessian
{
    private readonly LimitedMemoryHessian<double[]> hessian = new(new ArrayArithmetic());

    public bool IsFresh => hessian.Pairs.Count == 0;

    public double[] Times(double[] gradient)
    {
        double[] result = [.. gradient];
        hessian.Multiply(result);
        return result;
    }

    public void Update(double[] step, double[] change)
    {
        if (!(TensorPrimitives.Dot<double>(step, change) > 0))
            return;
        if (hessian.Pairs.Count == capacity)
            hessian.RemoveOldest();
        hessian.Add(step, change);
    }

    public IInverseHessian Copy()
    {
        LimitedMemoryInverseHessian copy = new(capacity);
        foreach (var pair in hessian.Pairs)
            copy.hessian.Add(pair.Move, pair.Change);
        return copy;
    }

    private sealed class ArrayArithmetic : IVectorArithmetic<double[]>
    {
        public double Dot(in double[] x, in double[] y) => TensorPrimitives.Dot<double>(x, y);

        public void Add(in double[] x, double factor, in double[] y) => TensorPrimitives.MultiplyAdd(y, factor, x, x);

        public void Scale(in double[] x, double factor) => TensorPrimitives.Multiply(x, factor, x);
    }
}
