using ConservativeAD.Auditor.Programs;
using ConservativeAD.Auditor.Reference;

namespace ConservativeAD.Auditor.Questions;

/// <summary>The result of the reference along one path away from the point.</summary>
/// <param name="Germ">The value as a germ; null if the reference is undecided.</param>
/// <param name="Slopes">The limits of the slopes; an element is null if its slope is unbounded. Null if unknown.</param>
/// <param name="WasSoft">Whether a decision was within rounding.</param>
public sealed record Beside(Germ? Germ, Ball?[]? Slopes, bool WasSoft)
{
    public bool IsKnown => Germ is not null && Germ.Kind != Kind.Unknown;

    /// <summary>The program at the point itself, with a constant path.</summary>
    public static Beside At(AuditProgram program) => Run(program, x => Germ.Of(x));

    /// <summary>The program at x + ε·d.</summary>
    public static Beside Along(AuditProgram program, IReadOnlyList<double> direction) => AlongPath(program, [(1, direction)]);

    /// <summary>
    /// The program at x + ε·d₁ + ε^(1 + s)·d₂ + ε^(1 + 2s)·d₃ + …, with s so small that every dₖ has a lower order than any square of ε: the path of a
    /// lexicographic derivative.
    /// </summary>
    public static Beside AlongAll(AuditProgram program, IReadOnlyList<double[]> directions) =>
        AlongPath(program, [.. directions.Select((direction, k) => (1 + (k / 8.0), (IReadOnlyList<double>)direction))]);

    private static Beside AlongPath(AuditProgram program, (double Power, IReadOnlyList<double> Direction)[] path) =>
        Run(program, null, i => [.. path.Select(step => (step.Power, step.Direction[i]))]);

    private static Beside Run(AuditProgram program, Func<double, Germ>? atPoint, Func<int, (double Power, double Factor)[]>? path = null)
    {
        Precision.Begin();
        try
        {
            Germ[] x = new Germ[program.Variables];
            for (int i = 0; i < x.Length; i++)
                x[i] = atPoint is not null ? atPoint(program.Point[i]) : Germ.Variable(program.Point[i], path!(i), i, x.Length);
            Germ value = program.Run(x);
            return new Beside(value, atPoint is null ? value.Slopes(x.Length) : null, Precision.WasSoft);
        }
        catch (Exception exception) when (exception is UndecidedException or ArithmeticException or ArgumentOutOfRangeException)
        {
            // Beyond the range of the reference's numbers.
            return new Beside(null, null, Precision.WasSoft);
        }
    }
}
