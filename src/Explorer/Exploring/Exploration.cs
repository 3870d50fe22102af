using ConservativeAD.Explorer.Formulas;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Explorer.Exploring;

/// <summary>What the engine says of a formula at a point.</summary>
public sealed class Exploration
{
    // Cells and combinations of selections that are visited; more would keep a browser waiting.
    private const int Budget = 128;
    private const int SweepSteps = 40;
    private const double Tolerance = 1e-9;

    private Exploration(Formula formula, double[] point, Selections selections, Knob? swept)
    {
        Formula = formula;
        Point = point;
        (Value, Gradient) = formula.Objective.Gradient(point, selections);
        Criticality = ArtificialCriticality.Of(formula.Objective, point, Tolerance, Budget);
        Clarke = Criticality.Clarke.Regularity is null
            ? Criticality.Clarke
            : Nonsmooth.Clarke.Subdifferential(formula.Objective, point, Budget, method: SetMethod.Pieces);
        Tame = Nonsmooth.Tame.Certify(formula.Objective, point);
        Swept = swept;
        Sweep = swept is null || Clarke.Certificate.Kinks.IsEmpty ? [] : SweepThrough(formula, point, selections, swept);
    }

    /// <summary>The formula.</summary>
    public Formula Formula { get; }

    /// <summary>The point, with one coordinate for each variable.</summary>
    public double[] Point { get; }

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <summary>Backpropagation's answer with the choices made.</summary>
    public double[] Gradient { get; }

    /// <summary>Clarke's subdifferential as it is drawn: by its generators, or by those found of them.</summary>
    public ClarkeSubdifferential Clarke { get; }

    /// <summary>Clarke's subdifferential as questions are answered: at a regular point more is known of it than can be listed.</summary>
    public ClarkeSubdifferential Known => Criticality.Clarke;

    /// <summary>All that backpropagation can return.</summary>
    public BackpropagationSet Reached => Criticality.Backpropagation;

    /// <summary>Both sets, compared at 0.</summary>
    public ArtificialCriticality Criticality { get; }

    /// <summary>What the operations that ran say of the formula as a whole.</summary>
    public TameCertificate Tame { get; }

    /// <summary>The choice that <see cref="Sweep"/> goes through; null if the formula has none.</summary>
    public Knob? Swept { get; }

    /// <summary>Backpropagation's answer for every value s of one choice, the others as they are; empty where no operation is at a kink.</summary>
    public IReadOnlyList<(double S, double[] Gradient)> Sweep { get; }

    /// <summary>Whether backpropagation's answer is an element of Clarke's set; null if that is not known.</summary>
    public bool? IsClarke => IsFinite ? Known.Contains(Gradient, Tolerance * Math.Max(1, Size(Gradient))) : null;

    /// <summary>Whether value and gradient are finite numbers.</summary>
    public bool IsFinite => double.IsFinite(Value) && Array.TrueForAll(Gradient, double.IsFinite);

    /// <summary>Whether backpropagation says 0, up to rounding.</summary>
    public bool SaysZero => IsFinite && Size(Gradient) <= Tolerance;

    /// <summary>
    /// Whether the point is an artificial critical point with the choices made: backpropagation says 0, and 0 is not in Clarke's set. Null if that is
    /// not known.
    /// </summary>
    public bool? IsArtificial => !SaysZero ? false : Known.IsStationary(Tolerance) switch { true => false, false => true, null => null };

    /// <summary>Asks the engine.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="state">The point and the choices.</param>
    public static Exploration Of(Formula formula, ExplorerState state)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(state);
        double[] point = formula.Dimension == 1 ? [state.Point.First] : [state.Point.First, state.Point.Second];
        Knob? swept = formula.Knobs.FirstOrDefault(knob => knob.Id == state.Swept) ?? (formula.Knobs.Count > 0 ? formula.Knobs[0] : null);
        return new Exploration(formula, point, state.Selections, swept);
    }

    private static List<(double S, double[] Gradient)> SweepThrough(Formula formula, double[] point, Selections selections, Knob knob)
    {
        List<(double S, double[] Gradient)> answers = [];
        for (int i = 0; i <= SweepSteps; i++)
        {
            double s = ExplorerState.Rounded(knob.Low + ((knob.High - knob.Low) * i / SweepSteps));
            answers.Add((s, formula.Objective.Gradient(point, knob.Write(selections, s)).Gradient));
        }

        return answers;
    }

    private static double Size(double[] vector) => vector.Length == 1 ? Math.Abs(vector[0]) : double.Hypot(vector[0], vector[1]);
}
