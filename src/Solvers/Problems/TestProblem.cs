using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>A test problem of nonsmooth optimisation: a function F to minimise, with the known facts about its minimum.</summary>
public sealed class TestProblem
{
    private readonly Func<double[], double> plain;
    private readonly double[] start;

    internal TestProblem(string name, string suite, string formula, Objective objective, Func<double[], double> plain, double[] start)
    {
        (Name, Suite, Formula, Objective) = (name, suite, formula, objective);
        (this.plain, this.start) = (plain, start);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The suite that it belongs to.</summary>
    public string Suite { get; }

    /// <summary>F in words and symbols.</summary>
    public string Formula { get; }

    /// <summary>F as a differentiable program.</summary>
    public Objective Objective { get; }

    /// <summary>The point at which methods start.</summary>
    public IReadOnlyList<double> Start => start;

    /// <summary>The number of variables.</summary>
    public int Dimension => start.Length;

    /// <summary>F(start), as published or in closed form.</summary>
    public required double StartValue { get; init; }

    /// <summary>The least known value: negative infinity if F is unbounded below; null if no value is known.</summary>
    public required double? Optimum { get; init; }

    /// <summary>A known local minimum of a function that is unbounded below; null for other functions.</summary>
    public double? LocalOptimum { get; init; }

    /// <summary>Whether F is convex.</summary>
    public required bool IsConvex { get; init; }

    /// <summary>A minimiser, to the published digits; null if none is known.</summary>
    public IReadOnlyList<double>? Minimizer { get; init; }

    /// <summary>The largest difference between F(minimiser) and the optimum that the published digits allow.</summary>
    public double MinimizerAccuracy { get; init; } = 1e-12;

    /// <summary>
    /// The pieces of the maximum, counted from 1, that are active at the minimiser; null if they are unknown or F is not a maximum of few functions.
    /// </summary>
    public IReadOnlyList<int>? ActivePieces { get; init; }

    /// <summary>F(x) on plain numbers.</summary>
    /// <param name="point">x.</param>
    /// <exception cref="ArgumentException">The point has the wrong number of variables.</exception>
    public double Value(ReadOnlySpan<double> point) => point.Length == Dimension
        ? plain(point.ToArray())
        : throw new ArgumentException($"{Name} has {Dimension} variables; a point of {point.Length} was given.", nameof(point));

    /// <summary>The difference between a value and the optimum, relative to max(1, |optimum|); null if no finite optimum is known.</summary>
    /// <param name="value">A value.</param>
    public double? Gap(double value) =>
        (Optimum is { } best && double.IsFinite(best) ? best : LocalOptimum) is { } known ? (value - known) / Math.Max(1, Math.Abs(known)) : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Suite}): {Formula}";
}
