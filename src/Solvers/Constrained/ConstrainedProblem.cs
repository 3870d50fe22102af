using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Solvers;

/// <summary>
/// A problem of nonsmooth optimisation with constraints: min f(x) subject to g(x) ≤ 0, h(x) = 0 and bounds of the variables. f, g and h are locally Lipschitz
/// and given by programs, which run together on one tape, so that what they have in common need not be computed twice.
/// </summary>
/// <remarks>The programs must depend on their arguments alone, and give the same number of values at every point.</remarks>
public abstract class ConstrainedProblem
{
    private protected ConstrainedProblem(VariableBounds? bounds) => Bounds = bounds;

    /// <summary>The bounds of the variables, which hold exactly at every point that a method tries; null for none.</summary>
    public VariableBounds? Bounds { get; }

    /// <summary>A problem by programs on single numbers, which may use branches, loops and recursion.</summary>
    /// <param name="objective">f.</param>
    /// <param name="inequalities">g: any number of values, each of which is to be at most 0; null for none.</param>
    /// <param name="equalities">h: any number of values, each of which is to be 0; null for none.</param>
    /// <param name="bounds">The bounds of the variables; null for none.</param>
    public static ConstrainedProblem OfScalars(Func<Active[], Active> objective, Func<Active[], Active[]>? inequalities = null,
        Func<Active[], Active[]>? equalities = null, VariableBounds? bounds = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return new ScalarProblem(objective, inequalities, equalities, bounds);
    }

    /// <summary>A problem by programs on one tensor of rank 1, whose elements are the variables.</summary>
    /// <param name="objective">f: a value of one element.</param>
    /// <param name="inequalities">g: a tensor of any shape, whose elements are to be at most 0; null for none.</param>
    /// <param name="equalities">h: a tensor of any shape, whose elements are to be 0; null for none.</param>
    /// <param name="bounds">The bounds of the variables; null for none.</param>
    public static ConstrainedProblem OfTensor(Func<Var<double>, Var<double>> objective, Func<Var<double>, Var<double>>? inequalities = null,
        Func<Var<double>, Var<double>>? equalities = null, VariableBounds? bounds = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return new TensorProblem(null, leaves => objective(leaves[0]), inequalities is null ? null : leaves => inequalities(leaves[0]),
            equalities is null ? null : leaves => equalities(leaves[0]), bounds);
    }

    /// <summary>A problem by programs on tensors; the variables are their elements in row-major order, one tensor after the other.</summary>
    /// <param name="shapes">The tensors' shapes.</param>
    /// <param name="objective">f: a value of one element.</param>
    /// <param name="inequalities">g: a tensor of any shape, whose elements are to be at most 0; null for none.</param>
    /// <param name="equalities">h: a tensor of any shape, whose elements are to be 0; null for none.</param>
    /// <param name="bounds">The bounds of the variables; null for none.</param>
    public static ConstrainedProblem OfTensors(IReadOnlyList<Shape> shapes, Func<Var<double>[], Var<double>> objective,
        Func<Var<double>[], Var<double>>? inequalities = null, Func<Var<double>[], Var<double>>? equalities = null, VariableBounds? bounds = null)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        ArgumentNullException.ThrowIfNull(objective);
        return new TensorProblem(shapes, objective, inequalities, equalities, bounds);
    }

    /// <summary>The values of f, g and h at a point.</summary>
    /// <param name="point">x.</param>
    public ConstrainedValues At(ReadOnlySpan<double> point) => Record(point, Selections.PyTorch, false).Values;

    /// <summary>
    /// The Lagrange function f + λ'g + ν'h as an objective. By it a result can be checked: where g ≤ 0, h = 0, λ ≥ 0 and λᵢgᵢ = 0, and 0 is in Clarke's
    /// subdifferential of this function, x satisfies the conditions of optimality.
    /// </summary>
    /// <param name="inequalityMultipliers">λ; empty where there are no inequalities.</param>
    /// <param name="equalityMultipliers">ν; empty where there are no equalities.</param>
    public Objective Lagrangian(IReadOnlyList<double> inequalityMultipliers, IReadOnlyList<double> equalityMultipliers)
    {
        ArgumentNullException.ThrowIfNull(inequalityMultipliers);
        ArgumentNullException.ThrowIfNull(equalityMultipliers);
        return Combined(1, [.. inequalityMultipliers], [.. equalityMultipliers], false);
    }

    /// <summary>The violation Σwᵢmax(gᵢ, 0) + Σvⱼ|hⱼ| as an objective, with weights for constraints of different sizes.</summary>
    /// <param name="inequalityWeights">w; empty where there are no inequalities.</param>
    /// <param name="equalityWeights">v; empty where there are no equalities.</param>
    public Objective Violation(IReadOnlyList<double> inequalityWeights, IReadOnlyList<double> equalityWeights)
    {
        ArgumentNullException.ThrowIfNull(inequalityWeights);
        ArgumentNullException.ThrowIfNull(equalityWeights);
        return Combined(0, [.. inequalityWeights], [.. equalityWeights], true);
    }

    /// <summary>Values and, if asked for, gradients: of f, and one row for each element of g and h.</summary>
    internal abstract ConstrainedRecord Record(ReadOnlySpan<double> point, Selections selections, bool withGradients);

    /// <summary>
    /// The weighted sum of f and of the constraints, or of f and the constraints' violations. What has the weight 0 is left out.
    /// </summary>
    internal abstract Objective Combined(double objective, double[] inequalities, double[] equalities, bool violations);

    private protected static void Demand(int values, double[] weights, string kind)
    {
        if (values != weights.Length)
            throw new ArgumentException($"{weights.Length} weights were given for {values} {kind}.");
    }
}

/// <summary>The values of a problem with constraints at a point.</summary>
/// <param name="Objective">f(x).</param>
/// <param name="Inequalities">g(x).</param>
/// <param name="Equalities">h(x).</param>
public sealed record ConstrainedValues(double Objective, IReadOnlyList<double> Inequalities, IReadOnlyList<double> Equalities)
{
    /// <summary>The largest violation of an inequality, max(gᵢ, 0); NaN if a value is.</summary>
    public double InequalityViolation => Inequalities.Aggregate(0.0, Math.Max);

    /// <summary>The largest violation of an equality, |hⱼ|; NaN if a value is.</summary>
    public double EqualityViolation => Equalities.Aggregate(0.0, (worst, value) => Math.Max(worst, Math.Abs(value)));

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}

/// <summary>Values with gradients.</summary>
/// <param name="Values">f, g and h.</param>
/// <param name="Gradient">That of f.</param>
/// <param name="Rows">The Jacobian of g and then h, a row for each value.</param>
internal sealed record ConstrainedRecord(ConstrainedValues Values, double[] Gradient, double[][] Rows);
