using System.Numerics;
using ConservativeAD.Auditor.Programs;
using ConservativeAD.Auditor.Reference;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Auditor.Questions;

/// <summary>Asks the engine for all certificates about one program.</summary>
public static class Asked
{
    private const int MaximumCells = 12;
    private const int SampledDirections = 6;

    /// <summary>Every question about a program's objective.</summary>
    /// <param name="program">The program.</param>
    /// <param name="seed">The seed of directions.</param>
    public static List<Verdict> About(AuditProgram program, int seed)
    {
        Precision.Bits = 53;
        Judge judge = new(program, seed);
        Objective objective = program.ToObjective();
        return
        [
            Guarded("Clarke gradient", program, () => Gradient(judge, program, objective, seed)),
            Guarded("lexicographic gradient", program, () => Lexicographic(judge, program, objective)),
            Guarded("subdifferential", program, () => Set(judge, program, objective, seed)),
        ];
    }

    /// <summary>The answers of a tape about a program on tensors, in one precision.</summary>
    /// <param name="program">The program; its numbers are rounded to the precision.</param>
    /// <param name="seed">The seed of directions.</param>
    public static List<Verdict> OnTape<T>(TensorProgram program, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Precision.Bits = typeof(T) == typeof(Half) ? 11 : typeof(T) == typeof(float) ? 24 : 53;
        try
        {
            TensorProgram rounded = program.Rounded(x => double.CreateTruncating(T.CreateTruncating(x)));
            Judge judge = new(rounded, seed, mayLeaveUnread: true);
            string question = $"tape of {typeof(T).Name}";
            return
            [
                Guarded($"{question}, drawn", rounded, () => Recorded<T>($"{question}, drawn", judge, rounded, seed, false)),
                Guarded($"{question}, tangents", rounded, () => Recorded<T>($"{question}, tangents", judge, rounded, seed, true)),
            ];
        }
        finally
        {
            Precision.Bits = 53;
        }
    }

    private static Verdict Recorded<T>(string question, Judge judge, TensorProgram program, int seed, bool alongTangents)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Tape<T> tape = new();
        Var<T> leaf = tape.Variable([program.Variables], Array.ConvertAll(program.Point, T.CreateTruncating));
        T[] direction = Array.ConvertAll(judge.Direction(), T.CreateTruncating);
        if (alongTangents)
            tape.SetTangent(leaf, direction);
        Var<T> output = program.Run(leaf);
        if (!alongTangents && program.Steps.Length == 0)
            return new Verdict(question, Outcome.Refused, "", "");
        ClarkeGradient<T> result;
        try
        {
            result = alongTangents ? tape.ClarkeGradientAlongTangents(output) : tape.ClarkeGradient(output, (ulong)seed);
        }
        catch (InvalidOperationException exception) when (exception.Message.Contains("depends on no", StringComparison.Ordinal))
        {
            return new Verdict(question, Outcome.Refused, exception.Message, "");
        }

        if (!result.Certificate.IsCertified)
            return Refused(question, judge, result.Certificate);
        double[] gradient = Array.ConvertAll(result.Gradients[leaf].ToArray(), double.CreateTruncating);
        double[] path = Array.ConvertAll(alongTangents ? direction : tape.TangentOf(leaf).ToArray(), double.CreateTruncating);
        Beside? along = result.Certificate.Kinks.IsEmpty || path.All(step => step == 0) ? null : judge.Look(path);
        return judge.Of(question, double.CreateTruncating(output.GetScalar()), gradient, along, result.Certificate.ToString());
    }

    private static Verdict Gradient(Judge judge, AuditProgram program, Objective objective, int seed)
    {
        ClarkeElement element = Clarke.Gradient(objective, program.Point, (ulong)seed);
        if (!element.Certificate.IsCertified)
            return Refused("Clarke gradient", judge, element.Certificate);
        Beside? along = element.Certificate.Direction is { } direction ? judge.Look([.. direction]) : null;
        return judge.Of("Clarke gradient", element.Value, element.Gradient, along, element.Certificate.ToString());
    }

    private static Verdict Lexicographic(Judge judge, AuditProgram program, Objective objective)
    {
        double[][] basis = new double[program.Variables][];
        for (int i = 0; i < basis.Length; i++)
        {
            basis[i] = new double[program.Variables];
            basis[i][(i + (judge.Direction()[0] > 0 ? 1 : 0)) % basis.Length] = 1;
        }

        // A permutation only if each axis came once.
        if (basis.Select(row => Array.IndexOf(row, 1.0)).Distinct().Count() < basis.Length)
            basis = [.. Enumerable.Range(0, basis.Length).Select(i => Enumerable.Range(0, basis.Length).Select(k => k == i ? 1.0 : 0).ToArray())];
        ClarkeElement element = Clarke.LexicographicGradient(objective, program.Point, basis);
        if (!element.Certificate.IsCertified)
            return Refused("lexicographic gradient", judge, element.Certificate);
        return judge.Of("lexicographic gradient", element.Value, element.Gradient, Beside.AlongAll(program, basis),
            $"along {string.Join(", ", basis.Select(row => $"({NumberText.Of(row)})"))}; {element.Certificate}");
    }

    private static Verdict Set(Judge judge, AuditProgram program, Objective objective, int seed)
    {
        const string question = "subdifferential";
        ClarkeSubdifferential set = Clarke.Subdifferential(objective, program.Point, 256, (ulong)seed);
        if (!set.Certificate.IsCertified)
            return Refused(question, judge, set.Certificate);
        string said = $"value {NumberText.Of(set.Value)}, {set}{(set.IsExact ? ", exact" : "")}; {set.Certificate}";
        if (judge.CommonFault(set.Value, out bool isSoft) is { } fault)
            return new Verdict(question, isSoft ? Outcome.Undecided : Outcome.False, said, fault);
        if (judge.IsUndecided)
            return new Verdict(question, Outcome.Undecided, said, "the reference does not know the value");
        bool isKnown = false;
        List<double[]> seen = [];
        foreach (ClarkeCell cell in set.Cells.Take(MaximumCells))
        {
            // Without kinks there is one cell, the whole space.
            Beside beside = cell.Direction.Any(d => d != 0) ? Beside.Along(program, [.. cell.Direction]) : judge.Looked[0];
            if (beside.Slopes is not { } slopes)
                continue;
            isKnown = true;
            if (!judge.Agrees([.. cell.Gradient], slopes))
                return new Verdict(question, beside.WasSoft
                    ? Outcome.Undecided
                    : Outcome.False, said,
                    $"along ({NumberText.Of(cell.Direction)}), a cell's direction with ({NumberText.Of(cell.Gradient)}), the gradient is "
                        + $"({Judge.Text(slopes)})");
        }

        // Generators closer than this, relative to the largest, count as one.
        double merged = 1e-300 + (1e-11 * set.Generators.Max(generator => generator.Max(Math.Abs)));
        for (int draw = 0; set.Cells.Count > 1 && draw < SampledDirections; draw++)
            judge.Look(judge.Direction());
        foreach (Beside beside in judge.Looked)
        {
            if (beside.Slopes is not { } slopes || Array.Exists(slopes, slope => slope is null))
                continue;
            isKnown = true;
            if (!beside.WasSoft)
                seen.Add([.. slopes.Select(slope => slope!.Value.Value.ToDouble())]);
            if (set.IsExact && !set.Generators.Any(generator => judge.Agrees(generator, slopes, merged)))
                return new Verdict(question, beside.WasSoft
                    ? Outcome.Undecided
                    : Outcome.False, said, $"there is a gradient ({Judge.Text(slopes)}) beside the point, which no generator is");
        }

        if (StationarityFault(set, seen) is { } wrong)
            return new Verdict(question, Outcome.False, said, wrong);
        return new Verdict(question, isKnown ? Outcome.Right : Outcome.Undecided, said, isKnown ? "" : "the reference knows no gradient");
    }

    // Compares the answers about 0 with the hull of the observed gradients and with the hull of the generators.
    private static string? StationarityFault(ClarkeSubdifferential set, List<double[]> seen)
    {
        bool? isStationary = set.IsStationary();
        double largest = seen.Count == 0 ? 0 : seen.Max(gradient => gradient.Max(Math.Abs));

        // If every gradient is 0, the generators agreed with it, and their difference is rounding. A hull of large gradients may pass 0 at a small distance, as
        // the set says itself.
        if (isStationary == false && largest > 0 && HullDistance.Of(seen) is var (_, above) && above <= 1e-9 * largest && above < 0.5 * set.Distance.Lower)
            return "0 is in the hull of gradients beside the point, and the set is said not to hold it";
        if (isStationary == true && HullDistance.Of(set.Generators) is var (below, _) && below > 1e-8)
            return $"0 is {below} from the hull of the generators, and the set is said to hold it";
        return null;
    }

    private static Verdict Refused(string question, Judge judge, ClarkeCertificate certificate) =>
        new(question, judge.IsSmooth ? Outcome.RefusedThoughSmooth : Outcome.Refused, certificate.ToString(), "");

    private static Verdict Guarded(string question, AuditProgram program, Func<Verdict> ask)
    {
        try
        {
            return ask();
        }
        catch (ArgumentException exception) when (program.Point.Any(x => !double.IsFinite(x)))
        {
            return new Verdict(question, Outcome.Refused, exception.Message, "");
        }
        catch (NotSupportedException exception)
        {
            return new Verdict(question, Outcome.Refused, exception.Message, "");
        }
        catch (Exception exception) when (exception is not UndecidedException)
        {
            return new Verdict(question, program.Throws()
                ? Outcome.ProgramThrows
                : Outcome.Threw, $"{exception.GetType().Name}: {exception.Message}{string.Concat(exception.StackTrace?.Split('\n').Take(3) ?? [])}", "");
        }
    }
}
