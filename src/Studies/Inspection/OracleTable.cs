using System.Numerics;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Studies.Inspection;

/// <summary>Small programs with exactly known answers at a kink; each shows one effect of a choice at a kink.</summary>
internal static class OracleTable
{
    private static readonly double[] SortWeights = [1, 2, 3];

    public static IReadOnlyList<NamedProgram> Programs { get; } =
    [
        // No single relu'(0) is right for this program and for zero-of-relus.
        new("identity-of-relus", "relu(t) − relu(−t) = t", [0], "{1}", t => t.Relu() - (-t).Relu()),
        new("relu", "relu(t)", [0], "[0, 1]", t => t.Relu()),
        new("relu-by-mirror", "relu(−t) + t = relu(t)", [0], "[0, 1]", t => (-t).Relu() + t),
        new("zero-of-mirrors", "relu(−t) + t − relu(t) = 0", [0], "{0}", t => (-t).Relu() + t - t.Relu()),
        new("abs-of-relus", "relu(t) + relu(−t) = |t|", [0], "[−1, 1]", t => t.Relu() + (-t).Relu()),
        new("max-of-one", "max(t, t) = t", [0.7], "{1}", t => t.Maximum(t)),
        new("relu-of-relu", "relu(relu(t))", [0], "[0, 1]", t => t.Relu().Relu()),
        new("relu-of-nothing", "t − t + relu(0·t) = 0", [0], "{0}", t => t - t + (t * 0.0).Relu()),
        new("max-plus-min", "max(x, y) + min(x, y) = x + y", [1, 1], "{(1, 1)}", v => v.At(0).Maximum(v.At(1)) + v.At(0).Minimum(v.At(1))),
        new("zero-of-relus", "relu(relu(t)) − relu(t) = 0", [0], "{0}", t => t.Relu().Relu() - t.Relu()),
        new("max-of-three", "max(x, y, x + y)", [0, 0], "hull{(1, 0), (0, 1), (1, 1)}", v => v.At(0).Maximum(v.At(1)).Maximum(v.At(0) + v.At(1))),
        new("saddle-of-abs", "|x| − |y|", [0, 0], "[−1, 1]²", v => v.At(0).Abs() - v.At(1).Abs()),
        new("norm", "‖x‖₂", [0, 0, 0], "unit ball", v => v.Norm2()),
        new("sort", "sort(x)·(1, 2, 3)", [1, 1, 1], "hull of the permutations of (1, 2, 3)", v => (v.Sort() * v.Tape.Constant(v.Shape, SortWeights)).Sum()),

        // The largest eigenvalue of a diagonal matrix is its largest entry.
        new("largest-eigenvalue", "λ_max(diag(x, y)) = max(x, y)", [2, 2], "{(λ, 1 − λ)}", v => v.At(0).Maximum(v.At(1))),
        // Plain C#, on a number type of .NET's generic mathematics.
        new("my-relu", "if (x <= 0) 0; else x", [0], "[0, 1]", Objective.OfScalars(x => MyRelu(x[0]))),
        new("my-identity", "if (x == 0) 0; else x", [0], "{1}", Objective.OfScalars(x => MyIdentity(x[0]))),
        new("x-abs-x", "x·|x|, which is C¹", [0], "{0}", x => x * x.Abs()),
        new("relu-of-square", "relu(x²)", [0], "{0}", x => (x * x).Relu()),

        // Programs of two variables, for pictures.
        new("crescent", "max(x² + (y − 1)² + y − 1, −x² − (y − 1)² + y + 1)", [0, 0], "hull{(0, −1), (0, 3)}", Crescent),
        new("bent-valley", "¼|x − 1| + |y − 2x² + 1|", [0.5, -0.5], "hull{(−2.25, 1), (1.75, −1)}",
            v => ((v.At(0) - 1.0).Abs() * 0.25) + (v.At(1) - (v.At(0).Square() * 2.0) + 1.0).Abs()),
        new("slope-of-relus", "relu(x) − relu(−x) + |y| = x + |y|", [0, 0], "{1} × [−1, 1]", v => v.At(0).Relu() - (-v.At(0)).Relu() + v.At(1).Abs()),
        new("tilted-roof", "max(|x|, |y|) + ½x", [0, 0], "hull{(−½, 0), (1½, 0), (½, 1), (½, −1)}", v => v.NormInfinity() + (v.At(0) * 0.5)),
        new("median", "median(x₁, x₂, x₃)", [1, 1, 1], "hull of the unit vectors", v => v.Median()),
    ];

    private static T MyRelu<T>(T x)
        where T : INumber<T>
    {
        if (x <= T.Zero)
            return T.Zero;
        return x;
    }

    private static T MyIdentity<T>(T x)
        where T : INumber<T>
    {
        if (x == T.Zero)
            return T.Zero;
        return x;
    }

    // K. Kiwiel's crescent.
    private static Var<double> Crescent(Var<double> v)
    {
        Var<double> x = v.At(0), y = v.At(1), distance = x.Square() + (y - 1.0).Square();
        return (distance + y - 1.0).Maximum(y + 1.0 - distance);
    }

    private static Var<double> At(this Var<double> x, int index) => x.Slice(0, index, 1);
}
