namespace ConservativeAD;

/// <summary>
/// The abs-normal form of a program: z = c + Z·x + L·|z|, y = b + J·x + Y·|z|, with L strictly lower triangular. For a piecewise-linear program it is the program itself; for a piecewise-smooth one it
/// is its piecewise linearisation at a point, wrong by the square of the distance only.
/// </summary>
/// <remarks>
/// A. Griewank, Optim. Methods Softw. 2013; A. Griewank and A. Walther, SIAM J. Optim. 2016. Letters as in K. Khan's papers; ADOL-C names c, Z, L alike and calls b, J, Y by cy, Y, J. Maxima, minima
/// and relus are written with absolute values. Comparisons in the program are those of the point.
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

    /// <summary>c: one element a switch.</summary>
    public IReadOnlyList<double> SwitchOffset { get; }

    /// <summary>Z: switches by variables.</summary>
    public double[,] SwitchOfVariables { get; }

    /// <summary>L: switches by switches; strictly lower triangular.</summary>
    public double[,] SwitchOfModuli { get; }

    /// <summary>b: one element a result.</summary>
    public IReadOnlyList<double> ValueOffset { get; }

    /// <summary>J: results by variables.</summary>
    public double[,] ValueOfVariables { get; }

    /// <summary>Y: results by switches.</summary>
    public double[,] ValueOfModuli { get; }

    /// <summary>How many comparisons of the program's own had numbers that were equal at the point; the form holds one side of them only.</summary>
    public int Branches { get; }

    /// <summary>How many switches there are.</summary>
    public int SwitchCount => SwitchOffset.Count;

    /// <summary>Takes the form of a program at a point.</summary>
    /// <param name="program">From the variables to the results, written with arithmetic, smooth functions, absolute values, maxima, minima and relus.</param>
    /// <param name="point">The point.</param>
    /// <exception cref="NotSupportedException">The program has another nonsmooth operation.</exception>
    public static AbsNormalForm Of(Func<Active[], Active[]> program, ReadOnlySpan<double> point)
    {
        ArgumentNullException.ThrowIfNull(program);
        using ScalarTape tape = ScalarTape.WithModuli();
        Active[] variables = new Active[point.Length];
        for (int i = 0; i < variables.Length; i++)
            variables[i] = tape.Variable(point[i]);
        Active[] outputs = program(variables);
        IReadOnlyList<(int Switch, int Modulus)> moduli = tape.Moduli;
        int n = point.Length, s = moduli.Count, m = outputs.Length;
        double[,] z = new double[s, n], l = new double[s, s], j = new double[m, n], y = new double[m, s];
        double[] c = new double[s], b = new double[m];
        for (int i = 0; i < s; i++)
            c[i] = Row(tape, moduli[i].Switch, tape.ValueOf(moduli[i].Switch), point, z, l, i);
        for (int i = 0; i < m; i++)
            b[i] = Row(tape, outputs[i].Node, outputs[i].Value, point, j, y, i);
        return new AbsNormalForm(point.ToArray(), c, z, l, b, j, y, tape.Census().Operations.Count(met => met.Operation == ScalarKink.Comparison));
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

    /// <summary>The signs of the switches: which piece a point is on.</summary>
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

    /// <summary>One result of the form as an objective: its subdifferentials are those of the piecewise linearisation.</summary>
    /// <param name="output">Which result.</param>
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

    /// <summary>Whether a point is a local minimum of a result of the form: 0 is a Fréchet subgradient there. For a piecewise-linear function that is the case at a local minimum and nowhere else.</summary>
    /// <remarks>
    /// The test of Griewank and Walther (2016) decides it under linear independence of the active switches; here every cell that meets at the point is asked, without any such condition. Switches within
    /// the tolerance of 0 count as 0.
    /// </remarks>
    /// <param name="x">The point.</param>
    /// <param name="output">Which result.</param>
    /// <param name="tolerance">How far 0 may be from a subgradient.</param>
    public bool IsLocalMinimum(ReadOnlySpan<double> x, int output = 0, double tolerance = 1e-9)
    {
        ClarkeSubdifferential set = Clarke.Subdifferential(ToObjective(output), x);
        return set.IsExact
            ? set.FrechetContains(new double[x.Length], tolerance)
            : throw new InvalidOperationException($"{set.Cells.Count} cells were visited and more meet at the point; the test would take them all.");
    }

    // One row of the form: derivatives with respect to variables and moduli, and the constant that makes it right at the point.
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
}
