using ConservativeAD.Auditor.Programs;
using ConservativeAD.Auditor.Reference;

namespace ConservativeAD.Auditor.Questions;

/// <summary>
/// Compares certified answers with the reference. The true function is the real function of the program's text, with its rounded constants and inputs. Rounding
/// errors of ordinary size are tolerated: where they may have decided a comparison or changed a slope, the engine is not blamed. Overflow and underflow are not
/// tolerated.
/// </summary>
public sealed class Judge
{
    private readonly AuditProgram program;
    private readonly Random random;
    private readonly Wide least;
    private readonly double relative;
    private readonly List<(double[] Direction, Beside Found)> looked = [];
    private string? unsound;
    private bool isUndecided;

    /// <summary>Examines a program at its point.</summary>
    /// <param name="program">The program.</param>
    /// <param name="seed">The seed of the directions.</param>
    /// <param name="mayLeaveUnread">Whether a coordinate that does not influence the value may be arbitrary, like elements of an array on a tape.</param>
    public Judge(AuditProgram program, int seed, bool mayLeaveUnread = false)
    {
        this.program = mayLeaveUnread ? WithoutUnread(program) : program;
        random = new Random(seed);
        (least, relative) = Precision.Bits switch
        {
            11 => ((Wide)Math.ScaleB(1, -20), 0.03),
            24 => (Math.ScaleB(1, -144), 1e-5),
            _ => (Math.ScaleB(1, -1060), 1e-9),
        };
        At = Beside.At(program);
        for (int pair = 0; pair < 2; pair++)
        {
            double[] direction = Direction();
            Look(direction);
            Look(Array.ConvertAll(direction, d => -d));
        }

        Examine();
    }

    public Beside At { get; }

    /// <summary>The results along all directions so far.</summary>
    public IReadOnlyList<Beside> Looked => [.. looked.Select(other => other.Found)];

    /// <summary>Whether all examined directions have the same gradient, and no decision was within rounding.</summary>
    public bool IsSmooth =>
        unsound is null && !isUndecided
        && looked.TrueForAll(other => !other.Found.WasSoft && other.Found.Slopes is not null && IsSame(other.Found.Slopes!, looked[0].Found.Slopes!));

    /// <summary>A direction along which almost surely no program has a kink.</summary>
    public double[] Direction() =>
        [.. Enumerable.Range(0, program.Variables)
            .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];

    public Beside Look(double[] direction)
    {
        Beside found = Beside.Along(program, direction);
        looked.Add((direction, found));
        return found;
    }

    /// <summary>Judges a certified value and gradient.</summary>
    /// <param name="question">The question.</param>
    /// <param name="value">F(x), according to the engine.</param>
    /// <param name="gradient">The gradient, according to the engine.</param>
    /// <param name="along">The reference along the certificate's path; null if the engine claims the classical gradient.</param>
    /// <param name="certificate">The certificate's text.</param>
    public Verdict Of(string question, double value, double[] gradient, Beside? along, string certificate)
    {
        string said = $"value {NumberText.Of(value)}, gradient ({NumberText.Of(gradient)}); {certificate}";
        if (CommonFault(value, out bool isSoft) is { } fault)
            return new Verdict(question, isSoft ? Outcome.Undecided : Outcome.False, said, fault);
        if (isUndecided)
            return new Verdict(question, Outcome.Undecided, said, "the reference does not know the value");
        List<Beside> against = along is not null ? [along] : [.. looked.Select(other => other.Found)];
        bool isKnown = false;
        foreach (Beside beside in against)
        {
            if (beside.Slopes is not { } slopes)
                continue;
            isKnown = true;
            if (!Agrees(gradient, slopes))
                return new Verdict(question, beside.WasSoft || At.WasSoft
                    ? Outcome.Undecided
                    : Outcome.False, said, $"gradient beside the point ({Text(slopes)})");
        }

        return new Verdict(question, isKnown ? Outcome.Right : Outcome.Undecided, said, isKnown ? "" : "the reference knows no gradient");
    }

    /// <summary>The reason why nothing may be certified at the point; null if the reference finds none.</summary>
    public string? CommonFault(double value, out bool isSoft)
    {
        isSoft = At.WasSoft || looked.Exists(other => other.Found.WasSoft);
        if (unsound is not null)
            return unsound;
        isSoft = At.WasSoft;
        if (At.Germ?.Limit() is { } exact && !IsNear(value, exact with { Error = exact.Error + Steepest().Shifted(-Precision.Slack) }))
            return $"the value is {exact.Value}";
        return null;
    }

    public bool IsUndecided => isUndecided;

    /// <summary>Whether a gradient equals the reference's up to rounding and an additional allowed difference.</summary>
    public bool Agrees(double[] gradient, Ball?[] slopes, double allowed = 0)
    {
        for (int i = 0; i < gradient.Length; i++)
        {
            if (slopes[i] is not { } slope || !IsNear(gradient[i], slope with { Error = slope.Error + ((Wide)allowed).Shifted(-Precision.Slack) }))
                return false;
        }

        return true;
    }

    public static string Text(Ball?[] slopes) => string.Join(", ", slopes.Select(slope => slope is { } known ? known.Value.ToString() : "unbounded"));

    // The change of the value if the point moves by the smallest subnormal number, which is the possible error of an operation with a subnormal result.
    private Wide Steepest()
    {
        Wide steepest = Wide.Zero;
        foreach ((_, Beside found) in looked)
        {
            foreach (Ball? slope in found.Slopes ?? [])
            {
                if (slope is { } known && Wide.Abs(known.Value) is var size && size > steepest)
                    steepest = size;
            }
        }

        return steepest * least;
    }

    private bool IsNear(double said, Ball right)
    {
        if (!double.IsFinite(said))
            return false;
        Wide tolerance = right.Error.Shifted(Precision.Slack) + (Wide.Abs(right.Value) * relative) + least;
        return Wide.Abs(said - right.Value) <= tolerance;
    }

    private bool IsSame(Ball?[] a, Ball?[] b)
    {
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] is not { } first || b[i] is not { } second)
                return false;
            if (Wide.Abs(first.Value - second.Value) > (first.Error + second.Error).Shifted(Precision.Slack)
                + ((Wide.Abs(first.Value) + Wide.Abs(second.Value)) * 1e-15) + least)
                return false;
        }

        return true;
    }

    private static AuditProgram WithoutUnread(AuditProgram program)
    {
        if (program.Point.All(double.IsFinite) || Beside.At(program).Germ?.Limit() is not { } value)
            return program;
        foreach (double instead in (double[])[0.7, -1.3])
        {
            AuditProgram moved = program with { Point = Array.ConvertAll(program.Point, x => double.IsFinite(x) ? x : instead) };
            if (Beside.At(moved).Germ?.Limit() is not { } other || other.Value != value.Value)
                return program;
            if (instead < 0)
                return moved;
        }

        return program;
    }

    // The results of the reference around the point, independent of the engine's answers.
    private void Examine()
    {
        if (program.Point.Any(x => !double.IsFinite(x)))
        {
            unsound = "a coordinate is not finite: nothing lies around the point";
            return;
        }

        if (!At.IsKnown)
        {
            isUndecided = true;
            return;
        }

        if (At.Germ!.Kind != Kind.Finite || At.Germ.Limit() is not { } exact)
        {
            unsound = At.Germ.Kind == Kind.Undefined ? "the program has no value at the point" : "the value at the point is infinite";
            return;
        }

        foreach ((double[] direction, Beside found) in looked)
        {
            if (!found.IsKnown)
                continue;
            if (found.Germ!.Kind != Kind.Finite)
                unsound = $"beside the point, along ({NumberText.Of(direction)}), the program is "
                    + $"{(found.Germ.Kind == Kind.Undefined ? "not defined" : "unbounded")}";
            else if (found.Germ.IsUnbounded() == true)
                unsound = $"beside the point, along ({NumberText.Of(direction)}), the value grows without bound";
            else if (found.Germ.Limit() is { } limit
                && Wide.Abs(limit.Value - exact.Value) > (limit.Error + exact.Error).Shifted(Precision.Slack) + (Wide.Abs(exact.Value) * 1e-15) + least)
                unsound = $"the value jumps from {exact.Value} to {limit.Value} along ({NumberText.Of(direction)})";
            else if (found.Slopes is { } slopes && Array.Exists(slopes, slope => slope is null))
                unsound = $"slopes grow without bound along ({NumberText.Of(direction)})";
            if (unsound is not null)
                return;
        }
    }
}
