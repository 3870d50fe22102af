using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;
using CsCheck;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>Regularity at kinks of operations that are neither convex nor concave, but bend to one side at each of their kinks.</summary>
public class BendsTests
{
    private const RegularitySense Up = RegularitySense.Regular, Down = RegularitySense.NegativeRegular, Smooth = RegularitySense.Smooth,
        Open = RegularitySense.Unknown;

    [Fact]
    public void NoCertificateContradictsTheEnumeration()
    {
        Dictionary<string, int> certified = [];
        int several = 0, negative = 0, open = 0;
        Lock counting = new();
        Samples.Check(Gen.Select(BentProgram.Generate(), Gen.ULong[0, 1_000_000]), 1500, drawn =>
        {
            (BentProgram program, ulong seed) = drawn;
            Objective objective = program.Objective;
            RegularityCertificate certificate = Regularity.Certify(objective, program.Point);
            ClarkeSubdifferential cells = Clarke.Subdifferential(objective, program.Point, seed: seed, method: SetMethod.Pieces);
            if (!cells.IsExact)
                return;
            if (certificate.IsCertified)
            {
                ClarkeSubdifferential regular = Clarke.Subdifferential(objective, program.Point, 1000, seed, SetMethod.Regularity);
                RegularSets.Agree(program.Point, $"{program}", objective, certificate, cells, regular, seed);
            }

            lock (counting)
            {
                if (!certificate.IsCertified)
                    open++;
                else if (cells.Generators.Count > 1)
                {
                    several++;
                    negative += certificate.Sense == Down ? 1 : 0;
                    foreach (string name in program.Names)
                        certified[name] = certified.GetValueOrDefault(name) + 1;
                }
            }
        });
        string counts = $"{several} with several generators, {negative} of −F, {open} open; {string.Join(", ", certified)}";
        Assert.True(several > 150 && negative > 30 && open > 100 && certified.Count >= 18, counts);
    }

    [Fact]
    public void OnePieceOperationsBendAsTheirSlopesSay()
    {
        (RegularitySense Sense, double At, Func<Var<double>, Var<double>> OnTensor, Func<Active, Active> OnNumber)[] cases =
        [
            (Up, -1, x => x.Clamp(-1, 2), x => Active.Clamp(x, -1, 2)),
            (Down, 2, x => x.Clamp(-1, 2), x => Active.Clamp(x, -1, 2)),
            (Up, -1, x => x.HardTanh(), x => Active.Clamp(x, -1, 1)),
            (Down, 1, x => x.HardTanh(), x => Active.Clamp(x, -1, 1)),
            (Up, 0, x => x.Relu6(), x => Active.Clamp(x, 0, 6)),
            (Down, 6, x => x.Relu6(), x => Active.Clamp(x, 0, 6)),
            (Down, -3, x => x.SoftThreshold(3), x => x - Active.Clamp(x, -3, 3)),
            (Up, 3, x => x.SoftThreshold(3), x => x - Active.Clamp(x, -3, 3)),
            (Up, -3, x => x.HardSigmoid(), x => Active.Clamp((x + 3) / 6, 0, 1)),
            (Down, 3, x => x.HardSigmoid(), x => Active.Clamp((x + 3) / 6, 0, 1)),
            (Down, -3, x => x.HardSwish(), x => x * Active.Clamp((x + 3) / 6, 0, 1)),
            (Down, 3, x => x.HardSwish(), x => x * Active.Clamp((x + 3) / 6, 0, 1)),
            (Up, 0, x => x.LeakyRelu(0.5), x => Active.Max(x, 0.5 * x)),
            (Down, 0, x => x.LeakyRelu(2), x => Active.Min(x, 2 * x)),
            (Smooth, 0, x => x.LeakyRelu(1), x => x),
            (Smooth, 0, x => x.Clamp(-1, 2), x => Active.Clamp(x, -1, 2)),
        ];
        foreach ((RegularitySense sense, double at, Func<Var<double>, Var<double>> onTensor, Func<Active, Active> onNumber) in cases)
        {
            RegularitySense opposite = sense == Up ? Down : sense == Down ? Up : sense;
            Is(sense, Objective.OfTensor(x => onTensor(x).Sum()), [at]);
            Is(opposite, Objective.OfTensor(x => -onTensor(x).Sum()), [at]);
            Is(sense, Objective.OfTensor(x => ((3.0 - onTensor(x)) * -2.0).Exp().Sum()), [at]);
            Is(sense, Objective.OfScalars(x => onNumber(x[0])), [at]);
            Is(opposite, Objective.OfScalars(x => -onNumber(x[0])), [at]);
        }

        // Both bounds at once: opposite cotangents bend both to one side.
        Is(Open, Objective.OfTensor(x => x.Clamp(-1, 1).Sum()), [-1, 1], "clamp (node 1, element 1) is at a kink that bends the value the other way");
        Is(Up, Objective.OfTensor(x => (x.Clamp(-1, 1) * x.Tape.Constant([2], [2.0, -3])).Sum()), [-1, 1]);
        Is(Down, Objective.OfTensor(x => (x.Clamp(-1, 1) * x.Tape.Constant([2], [-2.0, 3])).Sum()), [-1, 1]);
        Is(Up, Objective.OfTensor(x => (x.Clamp(-1, 1) * x.Tape.Constant([2], [2.0, 0])).Sum()), [-1, 1]);
    }

    [Fact]
    public void SortsBendWithTheOrderOfTheirWeights()
    {
        Is(Up, Sorted([1, 2, 4]), [5, 5, 5]);
        Is(Down, Sorted([4, 2, 1]), [5, 5, 5]);
        Is(Open, Sorted([1, 4, 2]), [5, 5, 5], "sort");
        Is(Smooth, Sorted([3, 3, 3]), [5, 5, 5]);
        Is(Smooth, Sorted([1, 4, 2]), [5, 7, 6]);
        Is(Down, Sorted([1, 2, 2], true), [0, -0.0, 0]);
        Is(Down, Sorted([1, 2, 2], true), [5, 5, 5]);
        Is(Up, Sorted([-1, -2, -2], true), [5, 5, 5]);

        // Only the order within blocks counts.
        Is(Up, Sorted([3, 4, 1, 2]), [5, 6, 5, 6]);
        Is(Open, Sorted([3, 4, 2, 1]), [5, 6, 5, 6], "sort");
        Is(Down, Sorted([4, 3, 2, 1]), [6, 5, 6, 5]);
        Is(Up, Sorted([1, 1, 2, 1]), [5, 7, 5, 5]);

        // Rows have blocks of their own, and axes are exchanged.
        double[] weights = [1, 2, 5, 7, 7, 9];
        Is(Up, Objective.OfTensor(x => (x.Reshape(2, 3).Sort() * x.Tape.Constant([2, 3], weights)).Sum()), [1, 1, 1, 0, 0, 0]);
        Is(Up, Objective.OfTensor(x => (x.Reshape(2, 3).Sort(0) * x.Tape.Constant([2, 3], weights)).Sum()), [1, 1, 1, 1, 1, 1]);

        // The k largest, the k smallest, and the middle.
        double[] tied = [2, 2, 2, 1];
        Is(Up, Objective.OfTensor(x => x.TopK(2).Sum()), tied);
        Is(Smooth, Objective.OfTensor(x => x.TopK(3).Sum()), tied);
        Is(Smooth, Objective.OfTensor(x => x.TopK(0).Sum()), tied);
        Is(Smooth, Objective.OfTensor(x => x.TopK(4).Sum()), tied);
        Is(Down, Objective.OfTensor(x => -x.TopK(2).Sum()), tied);
        Is(Down, Objective.OfTensor(x => x.TopK(2, true).Sum()), tied);
        Is(Up, Objective.OfTensor(x => (x.TopK(2) * x.Tape.Constant([2], [3.0, 1])).Sum()), tied);
        Is(Open, Objective.OfTensor(x => (x.TopK(2) * x.Tape.Constant([2], [1.0, 3])).Sum()), tied, "top-k");
        Is(Down, Objective.OfTensor(x => (x.TopK(3) * x.Tape.Constant([3], [1.0, 2, 3])).Sum()), tied);
        Is(Open, Objective.OfTensor(x => x.Median()), [1, 1, 1], "order statistics");
        Is(Down, Objective.OfTensor(x => x.Median()), [0, 1, 5, 0.5, 1]);
        Is(Smooth, Objective.OfTensor(x => x.Median()), [0, 1, 1, -4, 0.5]);
        Is(Up, Objective.OfTensor(x => x.Median()), [3, 1, 1, 4, 0]);

        static Objective Sorted(double[] weights, bool descending = false) =>
            Objective.OfTensor(x => (x.Sort(0, descending) * x.Tape.Constant([weights.Length], weights)).Sum());
    }

    [Fact]
    public void ExtremesCountOnlyWhereTheyTie()
    {
        double[] rows = [1, 1, 0, 3, 5, 4];
        Is(Up, Objective.OfTensor(x => (x.Reshape(2, 3).Max(1) * x.Tape.Constant([2], [1.0, -1])).Sum()), rows);
        Is(Down, Objective.OfTensor(x => (x.Reshape(2, 3).Max(1) * x.Tape.Constant([2], [-1.0, 1])).Sum()), rows);
        Is(Smooth, Objective.OfTensor(x => (x.Reshape(2, 3).Min(1) * x.Tape.Constant([2], [-1.0, 1])).Sum()), rows);
        Is(Up, Objective.OfTensor(x => (x.CumulativeMaximum() * x.Tape.Constant([3], [-4.0, 1, -1])).Sum()), [1, 1, 2]);
        Is(Open, Objective.OfTensor(x => (x.CumulativeMaximum() * x.Tape.Constant([3], [-4.0, 1, -1])).Sum()), [1, 1, 0], "cumulative extreme");
        Is(Up, Objective.OfTensor(x => (x.Reshape(1, 1, 2, 4).MaxPool2d(2) * x.Tape.Constant([1, 1, 1, 2], [1.0, -1])).Sum()), [1, 1, 4, 5, 0, 1, 2, 3]);
    }

    [Fact]
    public void CompositionsKeepWhatIsKnown()
    {
        // The sum of the two largest moduli, and its positive part.
        Is(Up, Objective.OfTensor(x => x.Abs().TopK(2).Sum()), [0, 0, 0]);
        Is(Up, Objective.OfTensor(x => (x.TopK(2).Sum() - 4.0).Relu()), [2, 2, 2]);
        Is(Smooth, Objective.OfTensor(x => ((x.Sort() * x.Tape.Constant([3], [-1.0, 2, 3])).Sum() - 4.0).Relu().Square()), [1, 1, 1]);
        Is(Up, Objective.OfTensor(x => ((x.Sort() * x.Tape.Constant([3], [-1.0, 2, 3])).Sum() - 4.0).Relu().Exp()), [1, 1, 1]);
        Is(Down, Objective.OfTensor(x => (((x.Sort() * x.Tape.Constant([3], [-1.0, 2, 3])).Sum() - 4.0) * -1.0).Clamp(-5, 0)), [1, 1, 1]);
        Is(Open, Objective.OfTensor(x => ((x.Sort() * x.Tape.Constant([3], [-1.0, 2, 3])).Sum() - 4.0).Abs()), [1, 1, 1], "sort");

        // A matrix with entries of both signs behind one kinked number.
        Is(Up, Objective.OfTensor(x => (x.Tape.Constant([1, 2], [1.0, -1]).MatMul(x.Clamp(-1, 1).Reshape(2, 1)).Sum() + 2.0).Relu()), [-1, 1]);

        // Elements whose own bounds have a sign, although all together have none.
        Is(Up, Objective.OfTensor(x => (x.Relu().Clamp(0, 1) * x.Tape.Constant([2], [1.0, 1])).Sum()), [0, 0]);
        Is(Up, Objective.OfTensor(x => (x.Abs().HardTanh().LeakyRelu(0.5) * x.Tape.Constant([2], [1.0, -1])).Sum()), [0, 5]);
        Is(Up, Objective.OfTensor(x => ((x.Clamp(-1, 1) + 1.0).LeakyRelu(0.5) * x.Tape.Constant([2], [1.0, 0])).Sum()), [-1, 1]);
        Is(Open, Objective.OfTensor(x => x.Relu6().HardTanh().Sum()), [0, 6, 1]);
        Is(Up, Objective.OfScalars(x => Active.Relu(Active.Clamp(x[0], 0, 1) + Active.Abs(x[1]))), [0, 0]);
        Is(Up, Objective.OfTensor(x => (x.Norm2() + x.TopK(1).Sum()).Relu()), [0, 0]);
    }

    [Fact]
    public void TapesOfAnyPrecisionAreCertified()
    {
        OfTapes<Half>();
        OfTapes<float>();
        OfTapes<double>();

        // The same as for an objective, whatever the program.
        Samples.Check(BentProgram.Generate(), 300, program =>
        {
            using Tape<double> tape = new();
            Var<double> value = program.Run(tape.Variable([program.Point.Length], program.Point));
            Assert.Equal(Regularity.Certify(program.Objective, program.Point), Regularity.Certify(value));
        });

        static void OfTapes<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Assert.Equal(Up, Sense<T>(x => x.Abs().TopK(2).Sum().Exp(), 0, 0, 0));
            Assert.Equal(Down, Sense<T>(x => (x.Clamp(-1, 1) * x.Tape.Constant([2], [T.CreateChecked(-2), T.One])).Sum(), -1, 1));
            Assert.Equal(Open, Sense<T>(x => x.Clamp(-1, 1).Sum(), -1, 1));
            Assert.Equal(Open, Sense<T>(x => x.Sum() > T.Zero ? x.Abs().Sum() : x.Sum(), 0, 0));
            Assert.Equal(Open, Sense<T>(x => x.Sqrt().Sum(), 0, 0));
            Assert.Equal(Smooth, Sense<T>(x => x.Sort().Sum(), 1, 1));
        }

        static RegularitySense Sense<T>(Func<Var<T>, Var<T>> program, params double[] point)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using Tape<T> tape = new();
            return Regularity.Certify(program(tape.Variable([point.Length], Array.ConvertAll(point, T.CreateChecked)))).Sense;
        }
    }

    [Fact]
    public void RulesOfUsersTellTheirBends()
    {
        Is(Up, Weighted(-1, 1), [1, 1]);
        Is(Down, Weighted(2, 1), [1, 1]);
        Is(Smooth, Weighted(2, 2), [1, 1]);
        Is(Smooth, Weighted(2, 1), [1, 0]);
        Is(Up, Objective.OfTensor(x => ((x.Apply(new Pair<double>()) * x.Tape.Constant([2], [1.0, 2])).Sum() - 3.0).Relu()), [1, 1]);
        Is(Open, Objective.OfTensor(x => x.Apply(new Pair<double>()).Abs().Sum()), [0, 0], "pair");

        static Objective Weighted(double ofSmaller, double ofLarger) =>
            Objective.OfTensor(x => (x.Apply(new Pair<double>()) * x.Tape.Constant([2], [ofSmaller, ofLarger])).Sum());
    }

    private static void Is(RegularitySense expected, Objective objective, double[] point, string reason = "")
    {
        RegularityCertificate certificate = Regularity.Certify(objective, point);
        Assert.True(expected == certificate.Sense, $"{expected} was expected at ({string.Join(", ", point)}): {certificate}");
        Assert.Contains(reason, certificate.Reason, StringComparison.Ordinal);
    }

    // The smaller and the larger of two numbers.
    private struct Pair<T>() : IPiecewiseLinearRule<T>, IHasLocalCurvature<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private Sort<T> sort = new(false, null);

        public static OperationFacts Facts { get; } = new("pair", TameClass.SemiAlgebraic) { IsSmooth = false, IsPolyhedral = true };

        public NDArray<T> Value(in Recording<T> recording) => sort.Value(recording);

        public readonly void Pullback(in PullbackContext<T> context) => sort.Pullback(context);

        public readonly void LockedPullback(in PullbackContext<T> context) => sort.LockedPullback(context);

        public readonly void Tangent(in TangentContext<T> context) => sort.Tangent(context);

        public readonly NDArray<T> Kinks(in KinkContext<T> context) => sort.Kinks(context);

        public readonly void SwitchingForms(in SwitchingContext<T> context) => sort.SwitchingForms(context);

        // a·min(x, y) + b·max(x, y) bends as b − a says.
        public readonly Curvature CurvatureUnder(in KinkContext<T> context, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
        {
            T[] x = context.Input(0).ToArray();
            bool isConvex = x[0] != x[1] || lower[1] >= upper[0], isConcave = x[0] != x[1] || upper[1] <= lower[0];
            return isConvex && isConcave ? Curvature.Affine : isConvex ? Curvature.Convex : isConcave ? Curvature.Concave : Curvature.Unknown;
        }
    }
}
