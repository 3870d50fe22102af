using ConservativeAD.Nonsmooth;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

namespace ConservativeAD.Solvers;

/// <summary>
/// An objective as MathNet's minimisers take it: value, gradient and Hessian are computed when they are first read after <see cref="EvaluateAt"/>. The
/// minimisers are made for smooth functions; at kinks they get the element that the selections choose, and nothing tells them.
/// </summary>
public sealed class MathNetObjective : IObjectiveFunction
{
    private readonly Objective objective;
    private readonly Selections? selections;
    private Vector<double>? point;
    private Vector<double>? gradient;
    private Matrix<double>? hessian;
    private double? value;

    /// <summary>Makes an objective available to MathNet.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    public MathNetObjective(Objective objective, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        this.objective = objective;
        this.selections = selections;
    }

    /// <inheritdoc/>
    public Vector<double> Point => point?.Clone() ?? throw NoPoint();

    /// <inheritdoc/>
    public double Value => value ??= objective.Value(At());

    /// <inheritdoc/>
    public bool IsGradientSupported => true;

    /// <inheritdoc/>
    public Vector<double> Gradient
    {
        get
        {
            if (gradient is null)
            {
                (value, double[] elements) = objective.Gradient(At(), selections);
                gradient = Vector<double>.Build.Dense(elements);
            }

            return gradient.Clone();
        }
    }

    /// <inheritdoc/>
    public bool IsHessianSupported => true;

    /// <summary>The Hessian; where the objective is not twice differentiable, that of the selected pieces, made symmetric.</summary>
    public Matrix<double> Hessian
    {
        get
        {
            if (hessian is null)
            {
                Matrix<double> products = Matrix<double>.Build.DenseOfArray(objective.Hessian(At(), selections).Products);
                hessian = (products + products.Transpose()) / 2;
            }

            return hessian.Clone();
        }
    }

    /// <inheritdoc/>
    public void EvaluateAt(Vector<double> point)
    {
        ArgumentNullException.ThrowIfNull(point);
        this.point = point.Clone();
        (value, gradient, hessian) = (null, null, null);
    }

    /// <inheritdoc/>
    public IObjectiveFunction Fork() => new MathNetObjective(objective, selections) { point = point, value = value, gradient = gradient, hessian = hessian };

    /// <inheritdoc/>
    public IObjectiveFunction CreateNew() => new MathNetObjective(objective, selections);

    private double[] At() => point?.ToArray() ?? throw NoPoint();

    private static InvalidOperationException NoPoint() => new("The objective was read before a point was given with EvaluateAt.");
}
