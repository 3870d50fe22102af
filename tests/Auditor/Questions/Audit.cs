using System.Diagnostics;
using System.Globalization;
using System.Text;
using ConservativeAD.Auditor.Programs;

namespace ConservativeAD.Auditor.Questions;

/// <summary>A run of the auditor: many programs, all questions about each, and the tally.</summary>
public sealed class Audit
{
    // The most failing programs to keep with the same operations.
    private const int MaximumOfAKind = 2;

    private readonly Dictionary<(string Question, Outcome Outcome), int> tally = [];
    private readonly Dictionary<string, int> refusals = [];
    private readonly Dictionary<string, int> kinds = [];
    private readonly List<(int Index, AuditProgram Program, Verdict Verdict)> kept = [];
    private int programs;

    /// <summary>False certified answers and exceptions, each with its program reduced as far as possible.</summary>
    public IReadOnlyList<(int Index, AuditProgram Program, Verdict Verdict)> Failures => kept;

    /// <summary>Draws program number <paramref name="index"/> of a seed.</summary>
    public static AuditProgram Program(int seed, int index)
    {
        Random random = new(unchecked((int)(((uint)seed * 2654435761u) ^ ((uint)index * 2246822519u))));
        bool isHalf = index % 6 == 5;
        return index % 2 == 0 ? NumberProgram.Drawn(new Draw(random, false)) : TensorProgram.Drawn(new Draw(random, isHalf));
    }

    /// <summary>Asks all questions about program number <paramref name="index"/>.</summary>
    public static IEnumerable<Verdict> Ask(AuditProgram program, int index)
    {
        IEnumerable<Verdict> ofTape = (program, index % 6) switch
        {
            (TensorProgram tensors, 1) => Asked.OnTape<double>(tensors, index),
            (TensorProgram tensors, 3) => Asked.OnTape<float>(tensors, index),
            (TensorProgram tensors, 5) => Asked.OnTape<Half>(tensors, index),
            _ => [],
        };
        string kind = program is TensorProgram ? "of tensors" : "of numbers";
        return [.. Asked.About(program, index).Select(verdict => verdict with { Question = $"{verdict.Question} {kind}" }), .. ofTape];
    }

    /// <summary>Runs.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="count">The number of programs.</param>
    /// <param name="failuresKept">The most failures to keep and reduce.</param>
    /// <param name="threads">The number of threads that process the programs.</param>
    public void Run(int seed, int count, int failuresKept = 40, int threads = 1)
    {
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, index =>
        {
            AuditProgram program = Program(seed, index);
            List<Verdict> verdicts = [.. Ask(program, index)];
            bool isKept;
            lock (tally)
            {
                programs++;
                foreach (Verdict verdict in verdicts)
                {
                    Count(tally, (verdict.Question, verdict.Outcome));
                    if (verdict.Outcome == Outcome.RefusedThoughSmooth)
                        Count(refusals, verdict.Said);
                }

                isKept = kept.Count < failuresKept;
            }

            if (!isKept || verdicts.Find(verdict => verdict.Outcome is Outcome.False or Outcome.Threw) is not { } failure)
                return;
            (int Index, AuditProgram Program, Verdict Verdict) smallest = Smallest(index, program, failure);
            string kind = $"{smallest.Verdict.Outcome}: {string.Join(", ", smallest.Program.Names)}";
            lock (tally)
            {
                Count(kinds, kind);
                if (kinds[kind] <= MaximumOfAKind)
                    kept.Add(smallest);
            }
        });
    }

    public string Summary()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{programs} programs");
        text.AppendLine(
            "question                               asked   certified          right   undecided   false   refused   of them smooth   program throws   threw");
        foreach (string question in tally.Keys.Select(key => key.Question).Distinct().Order())
        {
            int Of(Outcome outcome) => tally.GetValueOrDefault((question, outcome));
            int asked = Enum.GetValues<Outcome>().Sum(Of), certified = Of(Outcome.Right) + Of(Outcome.False) + Of(Outcome.Undecided);
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{question,-34} {asked,9} {certified,11} ({100.0 * certified / asked,3:0} %) {Of(Outcome.Right),8} {Of(Outcome.Undecided),11} "
                    + $"{Of(Outcome.False),7} {Of(Outcome.Refused) + Of(Outcome.RefusedThoughSmooth),9} {Of(Outcome.RefusedThoughSmooth),16} "
                    + $"{Of(Outcome.ProgramThrows),16} {Of(Outcome.Threw),7}");
        }

        return text.ToString();
    }

    /// <summary>The most common reasons for no certificate at points where the reference found one gradient in all directions.</summary>
    public string Refusals(int most) =>
        string.Join(Environment.NewLine, refusals.OrderByDescending(pair => pair.Value).Take(most).Select(pair => $"{pair.Value,7}  {pair.Key}"));

    /// <summary>Failures and throws as text.</summary>
    public string Report() => string.Join(
        Environment.NewLine,
        ["Fit(v, shape): the elements of v, from the start again or cut off, in a shape. Weighted(v): their sum with weights 1, 2, 3, …. All(v, b): b for "
            + "each element of v.", .. kept.OrderBy(found => found.Index).Select(Text)]);

    public static string Text((int Index, AuditProgram Program, Verdict Verdict) found) =>
        $"#{found.Index} {found.Verdict.Question}: {found.Verdict.Outcome}{Environment.NewLine}  {found.Program.ToCSharp()}{Environment.NewLine}  said: "
        + $"{found.Verdict.Said}{Environment.NewLine}  right: {found.Verdict.Right}";

    // Reduces the program as long as the same question fails in the same way.
    private static (int Index, AuditProgram Program, Verdict Verdict) Smallest(int index, AuditProgram program, Verdict verdict)
    {
        Stopwatch clock = Stopwatch.StartNew();
        bool moved = true;
        while (moved && clock.ElapsedMilliseconds < 4000)
        {
            moved = false;
            foreach (AuditProgram smaller in program.Smaller())
            {
                Verdict? again = Ask(smaller, index).FirstOrDefault(other => other.Question == verdict.Question && other.Outcome == verdict.Outcome);
                if (again is null)
                    continue;
                (program, verdict, moved) = (smaller, again, true);
                break;
            }
        }

        return (index, program, verdict);
    }

    private static void Count<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;
}
