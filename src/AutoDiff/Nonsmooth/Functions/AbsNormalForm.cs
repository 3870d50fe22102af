using ConservativeAD.Scalars;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// The abs-normal form of a program: z = c + Z·x + L·|z|, y = b + J·x + Y·|z|, with L strictly lower triangular. For a piecewise-linear program it is the
/// program itself; for a piecewise-smooth one it is its piecewise linearisation at a point, whose error is quadratic in the distance.
/// </summary>
/// <remarks>
/// A. Griewank, Optim. Methods Softw. 2013; A. Griewank and A. Walther, SIAM J. Optim. 2016. The letters are those of K. Khan's papers; ADOL-C uses the same
/// names c, Z, L and calls b, J, Y cy, Y, J. Maxima, minima and relus are written with absolute values. Comparisons in the program are decided as at the point.
/// </remarks>
public sealed class AbsNormalForm
{
    private AbsNormalForm(double[] point, double[] c, double[,] z, double[,] l, double[] b, double[,] j, double[,] y, int branches)
    {
        Point = point;
        SwitchOffset = c;
        SwitchOfVariables = z;
        SwitchOfModuli = l;
        ValueOffset = b;
        ValueOfVariables = j;
        ValueOfModuli = y;
        Branches = branches;
    }

    /// <summary>The point of linearisation.</summary>
    public IReadOnlyList<double> Point { get; }

    /// <summary>c: one element per switch.</summary>
    public IReadOnlyList<double> SwitchOffset { get; }

    /// <summary>Z: switches by variables.</summary>
    public double[,] SwitchOfVariables { get; }

    /// <summary>L: switches by switches; strictly lower triangular.</summary>
    public double[,] SwitchOfModuli { get; }

    /// <summary>b: one element per result.</summary>
    public IReadOnlyList<double> ValueOffset { get; }

    /// <summary>J: results by variables.</summary>
    public double[,] ValueOfVariables { get; }

    /// <summary>Y: results by switches.</summary>
    public double[,] ValueOfModuli { get; }

    /// <summary>The number of comparisons in the program's own code whose numbers were equal at the point; the form contains only one side of them.</summary>
    public int Branches { get; }

    /// <summary>The number of switches.</summary>
    public int SwitchCount => SwitchOffset.Count;

    /// <summary>Computes the form of a program at a point.</summary>
    /// <param name="program">Computes the results from the variables, with arithmetic, smooth functions, absolute values, maxima, minima and relus.</param>
    /// <param name="point">The point.</param>
    /// <exception cref="NotSupportedException">The program has another nonsmooth operation.</exception>
    public static AbsNormalForm Of(Func<Active[], Active[]> program, ReadOnlySpan<double> point)
    {
        ArgumentNullException.ThrowIfNull(program);
        Clarke.CheckPoint(point);
        using ScalarTape tape = ScalarTape.WithModuli();
        Active[] variables = new Active[point.Length];
        for (int i = 0; i < variables.Length; i++)
            variables[i] = tape.Variable(point[i]);
        Active[] outputs = program(variables);
        foreach (Active output in outputs)
        {
            if (tape.Obstacles(output) is [_, ..] || !double.IsFinite(output.Value))
                throw new InvalidOperationException(
                    $"The program has no abs-normal form at the point: {(tape.Obstacles(output) is [Obstacle named, ..] ? named : "a result is not finite")}.");
        }

        IReadOnlyList<(int Switch, int Modulus)> moduli = tape.Moduli;
        int n = point.Length, s = moduli.Count, m = outputs.Length;
        double[,] z = new double[s, n], l = new double[s, s], j = new double[m, n], y = new double[m, s];
        double[] c = new double[s], b = new double[m];
        for (int i = 0; i < s; i++)
            c[i] = Row(tape, moduli[i].Switch, tape.ValueOf(moduli[i].Switch), point, z, l, i);
        for (int i = 0; i < m; i++)
            b[i] = Row(tape, outputs[i].Node, outputs[i].Value, point, j, y, i);
        return new AbsNormalForm(point.ToArray(), c, z, l, b, j, y, tape.Census().Operations.Count(met => met.Operation == OperationFacts.Comparison));
    }

    /// <summary>The values of the switches z at a point.</summary>
    /// <param name="x">The point.</param>
    public double[] Switches(ReadOnlySpan<double> x)
    {
        CheckLength(x);
        double[] z = new double[SwitchCount];
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = SwitchOffset[i];
            for (int k = 0; k < x.Length; k++)
                z[i] += SwitchOfVariables[i, k] * x[k];
            for (int k = 0; k < i; k++)
                z[i] += SwitchOfModuli[i, k] * Math.Abs(z[k]);
        }

        return z;
    }

    /// <summary>The signs of the switches, which identify the piece that a point is on.</summary>
    /// <param name="x">The point.</param>
    public int[] Signature(ReadOnlySpan<double> x) => Array.ConvertAll(Switches(x), Math.Sign);

    /// <summary>The values of the form.</summary>
    /// <param name="x">The point.</param>
    public double[] Evaluate(ReadOnlySpan<double> x)
    {
        double[] z = Switches(x), y = new double[ValueOffset.Count];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = ValueOffset[i];
            for (int k = 0; k < x.Length; k++)
                y[i] += ValueOfVariables[i, k] * x[k];
            for (int k = 0; k < z.Length; k++)
                y[i] += ValueOfModuli[i, k] * Math.Abs(z[k]);
        }

        return y;
    }

    /// <summary>One result of the form as an objective, whose subdifferentials are those of the piecewise linearisation.</summary>
    /// <param name="output">The index of the result.</param>
    public Objective ToObjective(int output = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)output, (uint)ValueOffset.Count, nameof(output));
        return Objective.OfScalars(x =>
        {
            CheckLength(new double[x.Length]);
            Active[] moduli = new Active[SwitchCount];
            Active value = ValueOffset[output];
            for (int i = 0; i < moduli.Length; i++)
            {
                Active z = SwitchOffset[i];
                for (int k = 0; k < x.Length; k++)
                    z += SwitchOfVariables[i, k] == 0 ? Active.Zero : SwitchOfVariables[i, k] * x[k];
                for (int k = 0; k < i; k++)
                    z += SwitchOfModuli[i, k] == 0 ? Active.Zero : SwitchOfModuli[i, k] * moduli[k];
                moduli[i] = Active.Abs(z);
                value += ValueOfModuli[output, i] == 0 ? Active.Zero : ValueOfModuli[output, i] * moduli[i];
            }

            for (int k = 0; k < x.Length; k++)
                value += ValueOfVariables[output, k] == 0 ? Active.Zero : ValueOfVariables[output, k] * x[k];
            return value;
        });
    }

    /// <summary>
    /// Whether a point is a local minimum of a result of the form, that is, whether 0 is a Fréchet subgradient there. For a piecewise-linear function the two
    /// are equivalent.
    /// </summary>
    /// <remarks>
    /// The test of Griewank and Walther (2016) requires linear independence of the active switches. Here every cell that meets at the point is checked, without
    /// such a condition. Switches within the tolerance of 0 count as 0.
    /// </remarks>
    /// <param name="x">The point.</param>
    /// <param name="output">The index of the result.</param>
    /// <param name="tolerance">The largest accepted distance of 0 from a subgradient.</param>
    public bool IsLocalMinimum(ReadOnlySpan<double> x, int output = 0, double tolerance = 1e-9)
    {
        ClarkeSubdifferential set = Clarke.Subdifferential(ToObjective(output), x);
        return set.FrechetContains(new double[x.Length], tolerance)
            ?? throw new InvalidOperationException($"{set.Cells.Count} cells were visited but more meet at the point; the test needs all of them.");
    }

    // One row of the form: the derivatives with respect to variables and moduli, and the constant that makes it exact at the point.
    private static double Row(ScalarTape tape, int node, double value, ReadOnlySpan<double> point, double[,] ofVariables, double[,] ofModuli, int row)
    {
        (double[] variables, double[] moduli) = tape.PullToModuli(node);
        double offset = value;
        for (int k = 0; k < variables.Length; k++)
        {
            ofVariables[row, k] = variables[k];
            offset -= variables[k] * point[k];
        }

        for (int k = 0; k < moduli.Length; k++)
        {
            ofModuli[row, k] = moduli[k];
            offset -= moduli[k] * Math.Abs(tape.ValueOf(tape.Moduli[k].Switch));
        }

        return offset;
    }

    private void CheckLength(ReadOnlySpan<double> x)
    {
        if (x.Length != Point.Count)
            throw new ArgumentException($"A point of {x.Length} elements was given; the form has {Point.Count} variables.", nameof(x));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"abs-normal form of {Point.Count} variables, {SwitchCount} switches and {ValueOffset.Count} values at {VectorText.Of(Point)}");
}
