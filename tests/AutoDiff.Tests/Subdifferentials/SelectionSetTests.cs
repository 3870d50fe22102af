using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using CsCheck;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>Sets found from what the kinks pass back, held to the enumeration of all pieces and to known sets of many kinks.</summary>
public class SelectionSetTests
{
    [Fact]
    public void EveryLevelAgreesWithTheEnumeration()
    {
        int regular = 0, independent = 0, bounded = 0;
        foreach (bool isPiecewiseLinear in (bool[])[true, false])
        {
            Samples.Check(Gen.Select(RandomProgram.Generate(isPiecewiseLinear, 4), Gen.ULong[0, 1_000_000]), 600, drawn =>
            {
                (RandomProgram program, ulong seed) = drawn;
                foreach (Objective objective in (Objective[])[program.OnNumbers, program.OnTensors])
                {
                    ClarkeSubdifferential cells = Clarke.Subdifferential(objective, program.Point, seed: seed, method: SetMethod.Pieces);
                    if (!cells.IsExact)
                        continue;
                    if (Forced(objective, program.Point, seed, SetMethod.Regularity) is { } byRegularity)
                        Agree(program, cells, byRegularity, seed, ref regular);
                    if (Forced(objective, program.Point, seed, SetMethod.IndependentKinks) is { } byIndependence)
                        Agree(program, cells, byIndependence, seed, ref independent);
                    ClarkeSubdifferential bounds = Clarke.Subdifferential(objective, program.Point, 1, seed, SetMethod.Bounds);
                    if (!bounds.IsExact && bounds.Certificate.IsCertified)
                        Contains(program, cells, bounds, seed, ref bounded);
                }
            });
        }

        Assert.True(regular > 400 && independent > 400 && bounded > 100, $"{regular} by regularity, {independent} by independence, {bounded} bounded");
    }

    [Fact]
    public void MixedKinksOfManyVariablesAreIndependent()
    {
        const int n = 300;
        Objective objective = Objective.OfTensor(x => x.Slice(0, 0, n).Abs().Sum() - x.Slice(0, n, n).Abs().Sum());
        ClarkeSubdifferential set = Clarke.Subdifferential(objective, new double[2 * n]);
        Assert.Equal((SetProof.IndependentKinks, true, false), (set.Proof, set.IsStationary(), set.FrechetContains(new double[2 * n])));
        Assert.Null(set.FrechetElement());
        Assert.NotEqual(true, set.LimitingContains(new double[2 * n]));
        Assert.Null(set.Regularity);
        Assert.True(set.Contains(Enumerable.Repeat(-1.0, 2 * n).ToArray()));
        Assert.False(set.Contains([.. new double[(2 * n) - 1], -1.01]));
        Assert.Equal(new Bounds(2 * n, 2 * n), set.DirectionalDerivative(Enumerable.Repeat(1.0, 2 * n).ToArray()));
    }

    /// <summary>Kinks whose arguments are multiples of one number are one kink: relu(t) − relu(−t) is t.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KinksOfOneNumberAreOne(bool isOfTensors)
    {
        const int n = 500;
        ClarkeSubdifferential Of(Func<Var<double>, Var<double>> tensor, Func<Active, Active> number) => Clarke.Subdifferential(isOfTensors
            ? Objective.OfTensor(x => tensor(x.Reshape(20, 25).Transpose()).Sum())
            : Objective.OfScalars(x => x.Aggregate((Active)0, (sum, t) => sum + number(t))), new double[n]);
        ClarkeSubdifferential identity = Of(x => x.Relu() - (-x).Relu(), t => Active.Max(t, 0) - Active.Max(-t, 0));
        Assert.Equal((SetProof.Regularity, RegularitySense.Smooth, true), (identity.Proof, identity.Regularity!.Sense, identity.IsDifferentiable));
        Assert.Equal(1, identity.GeneratorCount);
        Assert.All(identity.MinimalNormElement, part => Assert.Equal(1, part, 1e-15));
        Assert.False(identity.IsStationary());
        Assert.False(identity.Contains(new double[n]));

        // relu(t) − 3·relu(−2t) − |5t| has the slopes 6 + 5 and 1 − 5.
        ClarkeSubdifferential concave = Of(x => x.Relu() - (3.0 * (-2.0 * x).Relu()) - (5.0 * x).Abs(),
            t => Active.Max(t, 0) - (3 * Active.Max(-2 * t, 0)) - Active.Abs(5 * t));
        Assert.Equal(RegularitySense.NegativeRegular, concave.Regularity!.Sense);
        Assert.True(concave.IsStationary());
        Assert.Equal(new Bounds(11 * n, 11 * n), concave.DirectionalDerivative(Enumerable.Repeat(1.0, n).ToArray()));
        Assert.Equal(new Bounds(4 * n, 4 * n), concave.DirectionalDerivative(Enumerable.Repeat(-1.0, n).ToArray()));
        foreach (PassedBack back in concave.PassedBack)
            Assert.All(back.Cotangents, part => Assert.InRange(part, -6, 5));
    }

    /// <summary>The factor between two arguments underflows; the steep kink beside the flat one is not lost.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KinksOfVeryDifferentFactorsAreNotJoined(bool isFlatFirst)
    {
        const int n = 12;
        double[] weights = isFlatFirst ? [1e-300, 1e300] : [1e300, 1e-300], factors = isFlatFirst ? [1e200, 1e-200] : [1e-200, 1e200];
        Objective tensors = Objective.OfTensor(x => ((weights[0] * (factors[0] * x).Relu()) + (weights[1] * (factors[1] * x).Relu())).Sum());
        Objective numbers = Objective.OfScalars(x => x.Aggregate((Active)0,
            (sum, t) => sum + (weights[0] * Active.Max(factors[0] * t, 0)) + (weights[1] * Active.Max(factors[1] * t, 0))));
        foreach (Objective objective in (Objective[])[tensors, numbers])
        {
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, new double[n]);
            Assert.Equal(1, set.DirectionalDerivative([1, .. new double[n - 1]]).Upper / 1e100, 1e-9);
            Assert.NotEqual(false, set.Contains([1e99, .. new double[n - 1]]));
        }
    }

    [Fact]
    public void JoinedKinksAgreeWithTheEnumeration()
    {
        Func<Var<double>, Var<double>>[] kinks =
        [
            x => x.Relu(), x => x.Abs(), x => x.LeakyRelu(0.25), x => x.Minimum(x.Tape.Constant(0)), x => x.HardTanh(), x => (x.Tanh() + x).Relu(),
            x => x.Elu(2),
        ];
        int agreed = 0, smooth = 0;
        var term = Gen.Select(Gen.Int[0, kinks.Length - 1], Gen.Int[-2, 2], Gen.Int[-3, 3], Gen.Int[0, 2]);
        Samples.Check(
            Gen.Select(term.Array[2, 6], Gen.ULong[0, 1_000_000]), 300, drawn =>
            {
                ((int Kind, int Factor, int Weight, int Coordinate)[] terms, ulong seed) = drawn;
                Objective objective = Objective.OfTensor(v =>
                {
                    Var<double> sum = (v * v).Sum();
                    foreach ((int kind, int factor, int weight, int coordinate) in terms)
                        sum += weight * kinks[kind]((factor == 0 ? 1.0 : factor) * v.Slice(0, coordinate, 1)).Sum();
                    return sum;
                });
                double[] point = new double[3];
                ClarkeSubdifferential cells = Clarke.Subdifferential(objective, point, seed: seed, method: SetMethod.Pieces);
                ClarkeSubdifferential? found = Forced(objective, point, seed, SetMethod.Regularity)
                    ?? Forced(objective, point, seed, SetMethod.IndependentKinks);
                if (!cells.IsExact || found is null)
                    return;
                agreed++;
                smooth += found.IsDifferentiable == true ? 1 : 0;
                Assert.Equal(cells.Distance.Upper, found.Distance.Upper, 1e-9);
                foreach (double[] generator in cells.Generators)
                    Assert.NotEqual(false, found.Contains(generator));
                for (ulong draw = 0; draw < 6; draw++)
                {
                    double[] direction = new double[3];
                    Philox.For(seed, 8, draw).Normal<double>(direction, 0, 1);
                    Assert.Equal(cells.DirectionalDerivative(direction).Upper, found.DirectionalDerivative(direction).Upper, 1e-9);
                }
            });
        Assert.True(agreed > 100 && smooth > 5, $"{agreed} agreed, {smooth} differentiable");
    }

    [Fact]
    public void ExtremePointsAreCountedAndListedOneByOne()
    {
        // 2²⁰⁰ corners of a zonotope.
        Objective mixed = Objective.OfTensor(x => x.Slice(0, 0, 100).Abs().Sum() - x.Slice(0, 100, 100).Abs().Sum());
        ClarkeSubdifferential zonotope = Clarke.Subdifferential(mixed, new double[200]);
        Assert.Equal(BigInteger.Pow(2, 200), zonotope.GeneratorCount);
        double[][] some = [.. zonotope.EnumerateGenerators().Take(5)];
        Assert.Equal(5, some.Distinct(new SameNumbers()).Count());
        Assert.All(some, corner => Assert.All(corner, part => Assert.Equal(1, Math.Abs(part))));

        // An absolute value, a maximum of three that tie, and a sort of three equal keys: 2 · 3 · 6.
        Objective several = Objective.OfTensor(x => x.Slice(0, 0, 1).Abs().Sum()
            + x.Slice(0, 1, 3).Max() + (x.Slice(0, 4, 3).Sort() * x.Tape.Constant(Shape.Of(3), [1.0, 2.0, 4.0])).Sum());
        ClarkeSubdifferential product = Clarke.Subdifferential(several, new double[7], method: SetMethod.IndependentKinks),
            cells = Clarke.Subdifferential(several, new double[7], method: SetMethod.Pieces);
        Assert.Equal(36, product.GeneratorCount);
        double[][] all = [.. product.EnumerateGenerators()];
        Assert.Equal(36, all.Distinct(new SameNumbers()).Count());
        Assert.Equal(36, cells.GeneratorCount);
        Assert.All(all, corner => Assert.Contains(cells.Generators, other => new SameNumbers().Equals(corner, other)));

        // A ball has infinitely many.
        ClarkeSubdifferential ball = Clarke.Subdifferential(Objective.OfTensor(x => x.Norm2().Sum()), new double[20]);
        Assert.Null(ball.GeneratorCount);
        Assert.Contains("extreme points", Assert.Throws<InvalidOperationException>(() => ball.EnumerateGenerators()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASortPassesBackPermutations()
    {
        const int n = 200;
        double[] w = [.. Enumerable.Range(0, n).Select(i => (double)i)];
        Objective rising = Objective.OfTensor(x => (x.Sort() * x.Tape.Constant([n], w)).Sum());
        ClarkeSubdifferential set = Clarke.Subdifferential(rising, new double[n]);
        Assert.Equal(SetProof.Regularity, set.Proof);
        Assert.All(set.MinimalNormElement, coordinate => Assert.Equal(w.Average(), coordinate, 1e-9));
        double[] d = [.. Enumerable.Range(0, n).Select(i => Math.Sin(7.0 * i))];
        Assert.Equal(d.Order().Zip(w, (a, b) => a * b).Sum(), set.DirectionalDerivative(d).Upper, 1e-8);
        Assert.True(set.Contains([.. w.Reverse()]));
        Assert.False(set.Contains([.. w.Select(x => x == n - 1 ? n - 0.9 : x)]));
        Assert.Equal(RegularitySense.NegativeRegular,
            Clarke.Subdifferential(Objective.OfTensor(x => (x.Sort(descending: true) * x.Tape.Constant([n], w)).Sum()), new double[n]).Regularity!.Sense);

        // The largest three of equal ones: weights between 0 and 1 that add to 3.
        ClarkeSubdifferential top = Clarke.Subdifferential(Objective.OfTensor(x => x.TopK(3).Sum()), new double[n]);
        Assert.Equal(3 / Math.Sqrt(n), top.Distance.Upper, 1e-9);
        Assert.True(top.Contains([1, 1, 1, .. new double[n - 3]]));
        Assert.False(top.Contains([1.5, 1, 0.5, .. new double[n - 3]]));
    }

    [Fact]
    public void DependentKinksOfBothSensesAreBounded()
    {
        // 30 kinks of one variable each way, beside a slope that none of them can undo.
        Objective objective = Objective.OfTensor(x => (x + x).Abs().Sum() - x.Abs().Sum() + (x.Slice(0, 0, 1) * 7.0).Sum());
        ClarkeSubdifferential set = Clarke.Subdifferential(objective, new double[30], 20);
        Assert.Equal((SetProof.Bounds, false), (set.Proof, set.IsStationary()));
        Assert.InRange(set.Distance.Lower, 4 - 1e-9, set.Distance.Upper);
        Assert.True(set.DescentDirection![0] < -0.9);
        Assert.Null(set.SteepestDescentDirection);
        Assert.False(set.Contains([20, .. new double[29]]));
        Assert.Null(set.Contains([7, .. new double[29]]));
        Assert.InRange(set.DirectionalDerivative([1, .. new double[29]]).Upper, 8, 10 + 1e-9);
    }

    [Fact]
    public void LimitsAreKept()
    {
        Objective objective = Objective.OfTensor(x => (x.Slice(0, 1, 499) - x.Slice(0, 0, 499)).Abs().Sum()
            + ((x - x.Tape.Constant([500], [.. Enumerable.Range(0, 500).Select(i => Math.Sin(i))])).Square().Sum() * 0.5));
        double[] point = new double[500];
        ClarkeSubdifferential cut = Clarke.Subdifferential(objective, point, new SetOptions { TimeLimit = TimeSpan.Zero }),
            few = Clarke.Subdifferential(objective, point, 3), whole = Clarke.Subdifferential(objective, point, 100_000),
            again = Clarke.Subdifferential(objective, point, 100_000);
        Assert.True(cut.Distance.Lower <= whole.Distance.Upper && cut.Distance.Upper >= whole.Distance.Upper);
        Assert.True(few.Distance.Lower <= whole.Distance.Upper && few.Distance.Upper >= whole.Distance.Upper);
        Assert.Equal(whole.MinimalNormElement, again.MinimalNormElement);
        List<SetProgress> reports = [];
        _ = Clarke.Subdifferential(objective, point, new SetOptions { Budget = 100_000, Progress = new Reports(reports) });
        Assert.NotEmpty(reports);
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Clarke.Subdifferential(objective, point, new SetOptions { Cancellation = source.Token }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Clarke.Subdifferential(objective, point, new SetOptions { TimeLimit = TimeSpan.FromSeconds(-1) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Clarke.Subdifferential(objective, point, new SetOptions { Budget = 0 }));
        Assert.Contains("independent", Assert.Throws<InvalidOperationException>(() => Clarke.Subdifferential(
            Objective.OfTensor(x => ((x + x).Relu() - (-x).Relu()).Sum()), [0, 0], method: SetMethod.IndependentKinks)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KinksDownstreamOfKinksAreNotMixedUp()
    {
        foreach (Objective objective in (Objective[])[
            Objective.OfScalars(x => Active.Abs(Active.Abs(x[0]) - Active.Abs(x[1]))),
            Objective.OfTensor(x => (x.Slice(0, 0, 1).Abs() - x.Slice(0, 1, 1).Abs()).Abs().Sum())])
        {
            Assert.Throws<InvalidOperationException>(() => Clarke.Subdifferential(objective, [0, 0], method: SetMethod.IndependentKinks));
            ClarkeSubdifferential bounds = Clarke.Subdifferential(objective, [0, 0], 1, method: SetMethod.Bounds);
            Assert.NotEqual(false, bounds.IsStationary());
        }
    }

    [Fact]
    public void AValueOnATapeHasTheSetOfItsProgram()
    {
        Samples.Check(RandomProgram.Generate(true, 4), 200, program =>
        {
            using Tape<double> tape = new();
            ClarkeSubdifferential? set = program.OnTape(tape) is { } output && tape.CountKinks() > 0 ? On(output) : null;
            if (set is null)
                return;
            ClarkeSubdifferential expected = Clarke.Subdifferential(program.OnTensors, program.Point);
            Assert.Equal(expected.Distance.Upper, set.Distance.Upper, 1e-7);
            Assert.Equal((expected.Certificate.IsCertified, expected.IsStationary(1e-6)), (set.Certificate.IsCertified, set.IsStationary(1e-6)));
        });

        using Tape<double> network = new();
        Var<double> w = network.Variable([40, 30], new double[1200]), x = network.Constant([5, 40], [.. Enumerable.Range(0, 200).Select(i => Math.Sin(i))]);
        ClarkeSubdifferential wide = Clarke.Subdifferential(x.MatMul(w).Relu().Sum());
        Assert.Equal((SetProof.Regularity, 1200, true), (wide.Proof, wide.Dimension, wide.Contains(new double[1200])));
        using Tape<double> branching = new();
        Var<double> a = branching.Variable([1], [0.0]), b = branching.Variable([1], [0.0]);
        Assert.Throws<InvalidOperationException>(() => Clarke.Subdifferential((a < b ? a : b).Sum()));

        static ClarkeSubdifferential? On(Var<double> output)
        {
            try
            {
                return Clarke.Subdifferential(output);
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    private static ClarkeSubdifferential? Forced(Objective objective, double[] point, ulong seed, SetMethod method)
    {
        try
        {
            return Clarke.Subdifferential(objective, point, 10_000, seed, method);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static void Agree(RandomProgram program, ClarkeSubdifferential cells, ClarkeSubdifferential found, ulong seed, ref int count)
    {
        Interlocked.Increment(ref count);
        int n = program.Point.Length;
        double scale = 1 + cells.Generators.Max(generator => generator.Max(Math.Abs));
        string where = $"{program}: {cells} but {found}";
        Assert.True(Math.Abs(cells.Distance.Upper - found.Distance.Upper) <= 1e-7 * scale, where);
        Assert.True(found.Distance.Lower <= cells.Distance.Upper + (1e-9 * scale), where);
        double[] directions = new double[6 * n];
        new Philox(seed, 78).Normal<double>(directions, 0, 1);
        for (int i = 0; i < 6; i++)
        {
            double[] d = directions[(i * n)..((i + 1) * n)];
            Assert.True(Math.Abs(cells.DirectionalDerivative(d).Upper - found.DirectionalDerivative(d).Upper) <= 1e-9 * scale, where);
        }

        Assert.All(cells.Generators, generator => Assert.True(found.Contains(generator, 1e-6 * scale), where));
        double[] outside = [.. cells.Generators[0].Zip(directions, (g, d) => g + (3 * scale * d))];
        Assert.Equal(cells.Contains(outside, 1e-6 * scale), found.Contains(outside, 1e-6 * scale));
        if (cells.FrechetContains(cells.Generators[0], 1e-6 * scale) is { } isFrechet && found.FrechetContains(cells.Generators[0], 1e-6 * scale) is { } says)
            Assert.True(isFrechet == says, where);
        if (found.IsDifferentiable is { } isDifferentiable)
            Assert.Equal(cells.IsDifferentiable, isDifferentiable);
    }

    private static void Contains(RandomProgram program, ClarkeSubdifferential cells, ClarkeSubdifferential bounds, ulong seed, ref int count)
    {
        Interlocked.Increment(ref count);
        double scale = 1 + cells.Generators.Max(generator => generator.Max(Math.Abs));
        string where = $"{program}: {cells} but {bounds}";
        Assert.True(bounds.Distance.Lower <= cells.Distance.Upper + (1e-9 * scale) && bounds.Distance.Upper >= cells.Distance.Upper - (1e-9 * scale), where);
        double[] d = new double[program.Point.Length];
        new Philox(seed, 79).Normal<double>(d, 0, 1);
        (Bounds support, double exact) = (bounds.DirectionalDerivative(d), cells.DirectionalDerivative(d).Upper);
        Assert.True(support.Lower <= exact + (1e-9 * scale) && support.Upper >= exact - (1e-9 * scale), where);
        Assert.All(cells.Generators, generator => Assert.NotEqual(false, bounds.Contains(generator, 1e-6 * scale)));
    }

    private sealed class Reports(List<SetProgress> kept) : IProgress<SetProgress>
    {
        public void Report(SetProgress value) => kept.Add(value);
    }

    private sealed class SameNumbers : IEqualityComparer<double[]>
    {
        public bool Equals(double[]? x, double[]? y) => x!.Zip(y!, (a, b) => Math.Abs(a - b)).Max() < 1e-9;

        public int GetHashCode(double[] obj) => 0;
    }
}
