namespace ConservativeAD.Optimizers;

/// <summary>A test problem of nonsmooth optimisation: minimise F, with what is known of the answer.</summary>
public sealed class TestProblem
{
    private readonly Func<double[], double> plain;
    private readonly double[] start;

    internal TestProblem(string name, string suite, string formula, Objective objective, Func<double[], double> plain, double[] start)
    {
        (Name, Suite, Formula, Objective) = (name, suite, formula, objective);
        (this.plain, this.start) = (plain, start);
    }

    /// <summary>The name by which it is found.</summary>
    public string Name { get; }

    /// <summary>The suite that it belongs to.</summary>
    public string Suite { get; }

    /// <summary>F in words and symbols.</summary>
    public string Formula { get; }

    /// <summary>F as a program that is differentiated.</summary>
    public Objective Objective { get; }

    /// <summary>The point at which methods start.</summary>
    public IReadOnlyList<double> Start => start;

    /// <summary>How many variables there are.</summary>
    public int Dimension => start.Length;

    /// <summary>F(start) as it is published, or in closed form.</summary>
    public required double StartValue { get; init; }

    /// <summary>The least value that is known: negative infinity where F is unbounded below; null where no value is known.</summary>
    public required double? Optimum { get; init; }

    /// <summary>A known local minimum of a function that is unbounded below; null elsewhere.</summary>
    public double? LocalOptimum { get; init; }

    /// <summary>Whether F is convex.</summary>
    public required bool IsConvex { get; init; }

    /// <summary>A minimiser, to the digits that are published; null where none is known.</summary>
    public IReadOnlyList<double>? Minimizer { get; init; }

    /// <summary>How far F(minimiser) may be from the optimum because of the digits that are published.</summary>
    public double MinimizerAccuracy { get; init; } = 1e-12;

    /// <summary>Which pieces of the maximum, counted from 1, are active at the minimiser; null where it is not a maximum of few functions or not known.</summary>
    public IReadOnlyList<int>? ActivePieces { get; init; }

    /// <summary>F(x) on plain numbers.</summary>
    /// <param name="point">x.</param>
    /// <exception cref="ArgumentException">The point has another number of variables.</exception>
    public double Value(ReadOnlySpan<double> point) => point.Length == Dimension
        ? plain(point.ToArray())
        : throw new ArgumentException($"{Name} has {Dimension} variables; a point of {point.Length} was given.", nameof(point));

    /// <summary>How far a value is above the optimum, relative to max(1, |optimum|); null where no finite optimum is known.</summary>
    /// <param name="value">A value.</param>
    public double? Gap(double value) => (Optimum is { } best && double.IsFinite(best) ? best : LocalOptimum) is { } known ? (value - known) / Math.Max(1, Math.Abs(known)) : null;
}
