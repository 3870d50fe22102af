using ConservativeAD.Auditor.Reference;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Auditor.Programs;

/// <summary>A randomly drawn program with a point. It runs on the engine and on germs, can be reduced, and can be written as C#.</summary>
public abstract record AuditProgram(double[] Point)
{
    public int Variables => Point.Length;

    /// <summary>Names of the operations that it is made of.</summary>
    public abstract IEnumerable<string> Names { get; }

    public abstract Objective ToObjective();

    /// <summary>The value on germs.</summary>
    public abstract Germ Run(Germ[] x);

    /// <summary>Whether the program itself throws at the point, without being recorded.</summary>
    public abstract bool Throws();

    /// <summary>Smaller programs.</summary>
    public abstract IEnumerable<AuditProgram> Smaller();

    /// <summary>Lines of C# that make the objective.</summary>
    public abstract string ToCSharp();

    /// <summary>Simpler points.</summary>
    protected IEnumerable<double[]> SmallerPoints()
    {
        for (int i = 0; i < Point.Length; i++)
        {
            foreach (double simple in (double[])[0, 1, 2])
            {
                if (Point[i] == simple || Rank(Point[i]) <= Rank(simple))
                    continue;
                double[] moved = [.. Point];
                moved[i] = simple;
                yield return moved;
            }
        }
    }

    // A measure of a number's complexity; smaller is simpler.
    protected static int Rank(double x) => x switch
    {
        0 => double.IsNegative(x) ? 3 : 0,
        1 => 1,
        2 => 2,
        _ => double.IsNaN(x) ? 9 : double.IsInfinity(x) ? 8 : x == Math.Floor(x) && Math.Abs(x) < 100 ? 4 : Math.Abs(x) is > 1e-3 and < 1e3 ? 5 : 7,
    };
}
