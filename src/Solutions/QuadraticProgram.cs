using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using MathNet.Numerics.LinearAlgebra;

namespace ConservativeAD.Solutions;

/// <summary>
/// A quadratic program: min ½z′Qz + c′z subject to Gz ≤ h and Az = b. Its solution is a function of c, h and b; the derivative is that of the conditions of
/// optimality, in which a constraint and its multiplier meet in a minimum, min(λ, h − Gz) = 0. Where both are 0, the solution is at a kink.
/// </summary>
public sealed class QuadraticProgram
{
    // A constraint that is violated by less, relative to its size, counts as satisfied.
    private const double Satisfied = 1e-12;

    private readonly double[,] quadratic;
    private readonly double[,] inequalities;
    private readonly double[,] equalities;
    private readonly Matrix<double> hessian;

    /// <summary>Makes a program.</summary>
    /// <param name="quadratic">Q, symmetric; positive definite for <see cref="Solve"/>.</param>
    /// <param name="inequalities">G, a row for each inequality; null for none.</param>
    /// <param name="equalities">A, a row for each equality; null for none.</param>
    /// <exception cref="ArgumentException">Q is not square and symmetric, or a matrix has another number of columns, or an element is not finite.</exception>
    public QuadraticProgram(double[,] quadratic, double[,]? inequalities = null, double[,]? equalities = null)
    {
        ArgumentNullException.ThrowIfNull(quadratic);
        Variables = quadratic.GetLength(0);
        this.quadratic = Checked(quadratic, nameof(quadratic));
        this.inequalities = Checked(inequalities ?? new double[0, Variables], nameof(inequalities));
        this.equalities = Checked(equalities ?? new double[0, Variables], nameof(equalities));
        hessian = Matrix<double>.Build.DenseOfArray(quadratic);
        if (Variables == 0 || hessian.RowCount != hessian.ColumnCount || !hessian.IsSymmetric())
            throw new ArgumentException("Q must be square, symmetric and of at least one row.", nameof(quadratic));
        Equation = Equation.OfScalars(Variables + Inequalities + Equalities, Variables + Inequalities + Equalities, Conditions);
    }

    /// <summary>The number of variables z.</summary>
    public int Variables { get; }

    /// <summary>The number of inequalities.</summary>
    public int Inequalities => inequalities.GetLength(0);

    /// <summary>The number of equalities.</summary>
    public int Equalities => equalities.GetLength(0);

    /// <summary>The conditions of optimality: unknowns are z, the multipliers λ of the inequalities and ν of the equalities; parameters are c, h, b.</summary>
    public Equation Equation { get; }

    /// <summary>
    /// Solves the program by the dual active-set method (D. Goldfarb and A. Idnani, Math. Program. 1983).
    /// </summary>
    /// <param name="linear">c.</param>
    /// <param name="bounds">h; empty without inequalities.</param>
    /// <param name="values">b; empty without equalities.</param>
    /// <returns>z, λ and ν, one after the other.</returns>
    /// <exception cref="ArgumentException">A vector has another length, or an element is not finite.</exception>
    /// <exception cref="InvalidOperationException">Q is not positive definite, or the constraints contradict each other.</exception>
    public double[] Solve(ReadOnlySpan<double> linear, ReadOnlySpan<double> bounds = default, ReadOnlySpan<double> values = default)
    {
        Demand(linear, Variables, nameof(linear));
        Demand(bounds, Inequalities, nameof(bounds));
        Demand(values, Equalities, nameof(values));
        double[] c = linear.ToArray(), h = bounds.ToArray(), z = new double[Variables], multipliers = new double[Inequalities], free = new double[Equalities];
        if (hessian.Evd(Symmetricity.Symmetric).EigenValues.Min(value => value.Real) is var least && !(least > 0))
            throw new InvalidOperationException($"Q is not positive definite: its least eigenvalue is {least}, so the solution may not be one function.");
        List<int> active = [];
        (z, free) = Step(active, Dense.Negated(c), values.ToArray(), out _)
            ?? throw new InvalidOperationException("The equalities depend on each other or contradict each other; leave out those that follow from others.");
        while (MostViolated(z, h) is { } entering)
            Enter(entering, h[entering], active, z, multipliers, free);

        // Once more with the constraints that hold, so that errors of the steps do not add up.
        if (Step(active, Dense.Negated(c), [.. values, .. active.Select(i => h[i])], out double[] last) is { } polished)
        {
            (z, free) = polished;
            for (int i = 0; i < active.Count; i++)
                multipliers[active[i]] = Math.Max(0, last[i]);
        }

        return [.. z, .. multipliers, .. free];
    }

    /// <summary>The solution as a function of c, h and b.</summary>
    public ImplicitFunction AsFunction() => new(Equation,
        x => Solve(x.AsSpan(0, Variables), x.AsSpan(Variables, Inequalities), x.AsSpan(Variables + Inequalities)));

    /// <summary>
    /// Whether a solution is a vertex: as many independent constraints hold with equality as there are variables. It then does not move with c, and the
    /// derivative in c is 0.
    /// </summary>
    /// <param name="solution">What <see cref="Solve"/> returned, or z found otherwise.</param>
    /// <param name="bounds">h.</param>
    public bool IsVertex(ReadOnlySpan<double> solution, ReadOnlySpan<double> bounds)
    {
        double[] z = solution[..Variables].ToArray(), product = Dense.Times(inequalities, z);
        List<double[]> rows = [.. Enumerable.Range(0, Equalities).Select(i => Dense.Row(equalities, i))];
        for (int i = 0; i < Inequalities; i++)
        {
            if (Math.Abs(bounds[i] - product[i]) <= Satisfied * (1 + Math.Abs(bounds[i])))
                rows.Add(Dense.Row(inequalities, i));
        }

        return rows.Count >= Variables && Matrix<double>.Build.DenseOfRowArrays(rows).Rank() == Variables;
    }

    private Active[] Conditions(Active[] unknowns, Active[] parameters)
    {
        ReadOnlySpan<Active> z = unknowns.AsSpan(0, Variables);
        Active[] conditions = new Active[unknowns.Length];
        for (int i = 0; i < Variables; i++)
        {
            Active sum = parameters[i];
            for (int j = 0; j < Variables; j++)
                sum += quadratic[i, j] * z[j];
            for (int row = 0; row < Inequalities; row++)
                sum += inequalities[row, i] * unknowns[Variables + row];
            for (int row = 0; row < Equalities; row++)
                sum += equalities[row, i] * unknowns[Variables + Inequalities + row];
            conditions[i] = sum;
        }

        for (int row = 0; row < Inequalities; row++)
        {
            Active slack = parameters[Variables + row];
            for (int j = 0; j < Variables; j++)
                slack -= inequalities[row, j] * z[j];
            conditions[Variables + row] = Active.Min(unknowns[Variables + row], slack);
        }

        for (int row = 0; row < Equalities; row++)
        {
            Active difference = -parameters[Variables + Inequalities + row];
            for (int j = 0; j < Variables; j++)
                difference += equalities[row, j] * z[j];
            conditions[Variables + Inequalities + row] = difference;
        }

        return conditions;
    }

    private int? MostViolated(double[] z, double[] bounds)
    {
        double[] product = Dense.Times(inequalities, z);
        int? most = null;
        double worst = 0;
        for (int i = 0; i < bounds.Length; i++)
        {
            double size = 1 + Math.Abs(bounds[i]) + Dense.Largest(z), violation = (product[i] - bounds[i]) / size;
            if (violation > Satisfied && violation > worst)
                (most, worst) = (i, violation);
        }

        return most;
    }

    private void Enter(int entering, double bound, List<int> active, double[] z, double[] multipliers, double[] free)
    {
        double[] normal = Dense.Row(inequalities, entering);
        double size = Vectors.Norm(normal);
        while (true)
        {
            (double[] Moved, double[] Free)? step = Step(active, Dense.Negated(normal), new double[Equalities + active.Count], out double[] change);
            double descent = step is null ? 0 : -Vectors.Dot(normal, step.Value.Moved);
            bool canMove = descent > Satisfied * size * Vectors.Norm(normal) / hessian.L2Norm();
            double full = canMove ? (Vectors.Dot(normal, z) - bound) / descent : double.PositiveInfinity, blocked = double.PositiveInfinity;
            int leaving = -1;
            for (int i = 0; i < active.Count; i++)
            {
                if (change[i] < 0 && -multipliers[active[i]] / change[i] is var length && length < blocked)
                    (blocked, leaving) = (length, i);
            }

            double taken = Math.Min(full, blocked);
            if (double.IsPositiveInfinity(taken))
                throw new InvalidOperationException($"The constraints contradict each other: inequality {entering} cannot hold together with the others.");
            for (int i = 0; i < z.Length && canMove; i++)
                z[i] += taken * step!.Value.Moved[i];
            for (int i = 0; i < free.Length && step is not null; i++)
                free[i] += taken * step.Value.Free[i];
            for (int i = 0; i < active.Count; i++)
                multipliers[active[i]] += taken * change[i];
            multipliers[entering] += taken;
            if (full <= blocked)
            {
                active.Add(entering);
                return;
            }

            multipliers[active[leaving]] = 0;
            active.RemoveAt(leaving);
        }
    }

    // Solves Q·dz + A′dν + N′dλ = right with A·dz and N·dz given, N the active constraints. Null where the constraints depend on each other.
    private (double[] Moved, double[] Free)? Step(List<int> active, double[] right, double[] sides, out double[] change)
    {
        int rows = Equalities + active.Count;
        Matrix<double> system = Matrix<double>.Build.Dense(Variables + rows, Variables + rows);
        system.SetSubMatrix(0, 0, hessian);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < Variables; column++)
            {
                double entry = row < Equalities ? equalities[row, column] : inequalities[active[row - Equalities], column];
                system[Variables + row, column] = system[column, Variables + row] = entry;
            }
        }

        change = new double[active.Count];
        if (FactorisedSystem.Of(system.ToArray(), out _) is not { } factorised)
            return null;
        double[] found = factorised.Solve([.. right, .. sides]);
        change = found[(Variables + Equalities)..];
        return (found[..Variables], found[Variables..(Variables + Equalities)]);
    }

    private static void Demand(ReadOnlySpan<double> vector, int length, string name)
    {
        if (vector.Length != length)
            throw new ArgumentException($"{vector.Length} numbers were given; there must be {length}.", name);
        foreach (double element in vector)
        {
            if (!double.IsFinite(element))
                throw new ArgumentException($"An element is {element}; all must be finite.", name);
        }
    }

    private double[,] Checked(double[,] matrix, string name)
    {
        if (matrix.GetLength(1) != Variables)
            throw new ArgumentException($"The matrix has {matrix.GetLength(1)} columns; there are {Variables} variables.", name);
        foreach (double element in matrix)
        {
            if (!double.IsFinite(element))
                throw new ArgumentException($"An element is {element}; all must be finite.", name);
        }

        return (double[,])matrix.Clone();
    }
}
