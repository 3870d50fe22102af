namespace ConservativeAD.Solvers;

/// <summary>A test problem of constrained nonsmooth optimisation with a known optimum.</summary>
public sealed class ConstrainedTestProblem
{
    private readonly double[] start;

    internal ConstrainedTestProblem(string name, string source, string formula, ConstrainedProblem problem, double[] start, double optimum,
        double[]? minimizer)
    {
        (Name, Source, Formula, Problem, Optimum, Minimizer) = (name, source, formula, problem, optimum, minimizer);
        this.start = start;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Where the problem and its optimum are published, or why the optimum is exact.</summary>
    public string Source { get; }

    /// <summary>Objective and constraints in words and symbols.</summary>
    public string Formula { get; }

    /// <summary>The problem.</summary>
    public ConstrainedProblem Problem { get; }

    /// <summary>The point at which methods start.</summary>
    public IReadOnlyList<double> Start => start;

    /// <summary>The number of variables.</summary>
    public int Dimension => start.Length;

    /// <summary>The least value at a feasible point, as published or exact; where there are several local minima, the least known one.</summary>
    public double Optimum { get; }

    /// <summary>A minimiser; null if none is known in closed form.</summary>
    public IReadOnlyList<double>? Minimizer { get; }

    /// <summary>The difference between a value and the optimum, relative to max(1, |optimum|).</summary>
    /// <param name="value">A value.</param>
    public double Gap(double value) => (value - Optimum) / Math.Max(1, Math.Abs(Optimum));

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Formula}";
}
