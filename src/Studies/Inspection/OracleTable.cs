namespace ConservativeAD.Studies.Inspection;

/// <summary>Small programs whose answers at a kink are known exactly; each shows one thing that a choice at a kink does.</summary>
internal static class OracleTable
{
    private static readonly double[] SortWeights = [1, 2, 3];

    public static IReadOnlyList<NamedProgram> Programs { get; } =
    [
        // No single relu'(0) is right for this program and for zero-of-relus.
        new("identity-of-relus", "relu(t) − relu(−t) = t", [0], "{1}", t => t.Relu() - (-t).Relu()),
        new("relu", "relu(t)", [0], "[0, 1]", t => t.Relu()),
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
        new("my-relu", "if (x <= 0) 0; else x", [0], "[0, 1]", MyRelu),
        new("my-identity", "if (x == 0) 0; else x", [0], "{1}", MyIdentity),
        new("x-abs-x", "x·|x|, which is C¹", [0], "{0}", x => x * x.Abs()),
        new("relu-of-square", "relu(x²)", [0], "{0}", x => (x * x).Relu()),
        new("median", "median(x₁, x₂, x₃)", [1, 1, 1], "hull of the unit vectors", v => v.Median()),
    ];

    // A branch in C# is decided by the value alone: the branch that ran is the program that is differentiated.
    private static Var<double> MyRelu(Var<double> x)
    {
        if (x.GetScalar() <= 0)
            return x * 0.0;
        return x;
    }

    private static Var<double> MyIdentity(Var<double> x)
    {
        if (x.GetScalar() == 0)
            return x * 0.0;
        return x;
    }

    private static Var<double> At(this Var<double> x, int index) => x.Slice(0, index, 1);
}
