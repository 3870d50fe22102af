using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using CsCheck;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>The main tests, on random programs with planted kinks at their points.</summary>
public class RandomProgramTests
{
    [Fact]
    public void OfPiecewiseLinearProgramsTheClarkeGradientIsTheGradientJustBeside() => Samples.Check(
        Gen.Select(RandomProgram.Generate(true, 6), Gen.ULong[0, 1_000_000]),
        400,
        drawn =>
        {
            (RandomProgram program, ulong seed) = drawn;
            foreach (Objective objective in (Objective[])[program.OnNumbers, program.OnTensors])
            {
                double[] direction = Direction(program.Point.Length, seed);
                ClarkeElement element = Clarke.Gradient(objective, program.Point, direction);
                foreach (double step in (double[])[1e-3, 1e-6])
                    AssertClose(objective.Gradient(Moved(program.Point, direction, step)).Gradient, element.Gradient, 1e-9, program);
            }
        });

    [Fact]
    public void OfPiecewiseSmoothProgramsTheClarkeGradientIsTheLimitOfGradients() => Samples.Check(
        Gen.Select(RandomProgram.Generate(false, 5), Gen.ULong[0, 1_000_000]),
        400,
        drawn =>
        {
            (RandomProgram program, ulong seed) = drawn;
            foreach (Objective objective in (Objective[])[program.OnNumbers, program.OnTensors])
            {
                double[] direction = Direction(program.Point.Length, seed);
                ClarkeElement element = Clarke.Gradient(objective, program.Point, direction);
                if (element.Certificate.UndecidedComparisons > 0 || element.Certificate.MayHidePieces)
                    continue;
                Assert.True(element.Certificate.IsCertified, $"{program}: {element.Certificate}");

                // Gradients along the direction approach the result in proportion to the step, for programs of any curvature.
                double scale = 1 + element.Gradient.Max(Math.Abs);
                double[] near = objective.Gradient(Moved(program.Point, direction, 1e-7)).Gradient,
                    nearer = objective.Gradient(Moved(program.Point, direction, 1e-8)).Gradient;
                double left = Distance(nearer, element.Gradient);
                Assert.True(left <= 1e-4 * scale
                    || left <= 0.2 * Distance(near, element.Gradient),
                    $"{program}: ({string.Join(", ", near)}) and nearer ({string.Join(", ", nearer)}) beside ({string.Join(", ", element.Gradient)}), "
                        + $"{element.Certificate}");
            }
        });

    [Fact]
    public void BothSpellingsAgree() => Samples.Check(
        Gen.Select(RandomProgram.Generate(false, 6), Gen.ULong[0, 1_000_000]),
        300,
        drawn =>
        {
            (RandomProgram program, ulong seed) = drawn;
            double[] direction = Direction(program.Point.Length, seed);
            ClarkeElement numbers = Clarke.Gradient(program.OnNumbers, program.Point, direction),
                tensors = Clarke.Gradient(program.OnTensors, program.Point, direction);
            Assert.Equal(numbers.Value, tensors.Value, 1e-9 * Math.Max(1, Math.Abs(numbers.Value)));
            AssertClose(numbers.Gradient, tensors.Gradient, 1e-9, program);
            double derivative = Clarke.DirectionalDerivative(program.OnNumbers, program.Point, direction);
            Assert.Equal(derivative, Clarke.DirectionalDerivative(program.OnTensors, program.Point, direction), 1e-9 * Math.Max(1, Math.Abs(derivative)));
        });

    [Fact]
    public void TheCellsAreThoseThatDenseSamplingFinds() => Samples.Check(
        Gen.Select(RandomProgram.Generate(true, 6), Gen.ULong[0, 1_000_000]),
        60,
        drawn =>
        {
            (RandomProgram program, ulong seed) = drawn;
            ClarkeSubdifferential set = Clarke.Subdifferential(program.OnNumbers, program.Point, seed: seed);
            Assert.True(set.IsExact, $"{program}: {set.Certificate}");
            if (program.OnNumbers.Kinks(program.Point).Count > 10)
                return;
            List<double[]> sampled = [];
            for (ulong draw = 0; draw < 200; draw++)
            {
                double[] gradient = Clarke.Gradient(program.OnNumbers, program.Point, Direction(program.Point.Length, (1000 * seed) + draw)).Gradient;
                if (!sampled.Exists(other => Distance(other, gradient) < 1e-9))
                    sampled.Add(gradient);
            }

            // Every sampled gradient is a generator. A generator whose cell is too narrow for 200 directions is checked along the direction that the
            // enumeration itself gives.
            Assert.All(sampled,
                gradient => Assert.True(set.Generators.Any(generator => Distance(generator, gradient) < 1e-9),
                    $"{program}: {set} misses ({string.Join(", ", gradient)})"));
            foreach (double[] generator in set.Generators.Where(generator => !sampled.Exists(gradient => Distance(generator, gradient) < 1e-9)))
                Assert.True(IsReached(program, set, generator), $"{program}: ({string.Join(", ", generator)}) is not reached");
        });

    [Fact]
    public void TensorsAndNumbersHaveTheSameSet() => Samples.Check(
        RandomProgram.Generate(true, 5),
        150,
        program =>
        {
            ClarkeSubdifferential numbers = Clarke.Subdifferential(program.OnNumbers, program.Point),
                tensors = Clarke.Subdifferential(program.OnTensors, program.Point);
            Assert.True(tensors.IsExact);
            Assert.Equal(numbers.Generators.Count, tensors.Generators.Count);
            Assert.All(numbers.Generators, generator => Assert.Contains(tensors.Generators, other => Distance(generator, other) < 1e-9));
        });

    [Fact]
    public void TheDirectionalDerivativeIsTheLargestProductOverItsCell() => Samples.Check(
        Gen.Select(RandomProgram.Generate(true, 5), Gen.ULong[0, 1_000_000]),
        200,
        drawn =>
        {
            (RandomProgram program, ulong seed) = drawn;
            double[] direction = Direction(program.Point.Length, seed);
            ClarkeSubdifferential set = Clarke.Subdifferential(program.OnNumbers, program.Point);
            double derivative = Clarke.DirectionalDerivative(program.OnNumbers, program.Point, direction);
            Assert.True(derivative <= set.DirectionalDerivative(direction).Upper + 1e-9);
            Assert.Equal(derivative, Dot(Clarke.Gradient(program.OnNumbers, program.Point, direction).Gradient, direction),
                1e-9 * Math.Max(1, Math.Abs(derivative)));
        });

    [Fact]
    public void TheNotionsAreNested() => Samples.Check(
        RandomProgram.Generate(true, 4),
        150,
        program =>
        {
            ClarkeSubdifferential set = Clarke.Subdifferential(program.OnNumbers, program.Point);
            double[] mean = [.. Enumerable.Range(0, program.Point.Length).Select(i => set.Generators.Average(generator => generator[i]))];
            Assert.True(set.Contains(mean, 1e-7));
            if (set.FrechetElement() is { } regular)
            {
                Assert.True(set.FrechetContains(regular, 1e-6));
                Assert.True(set.Contains(regular, 1e-6));
                Assert.True(set.LimitingContains(regular, 1e-6));
            }
            else
            {
                Assert.False(set.FrechetContains(mean, 1e-9));
            }

            Assert.All(set.Generators, generator => Assert.True(set.LimitingContains(generator)));
        });

    [Theory]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(3, 3)]
    public void TheReluFamilyOfSignsIsEnumerated(int layers, int width)
    {
        // F(x) = M_L relu(… relu(M₁x)) with entries in {−1, 0, 1}: Bolte, Boustany, Pauwels and Pesquet-Popescu, ICLR 2023.
        for (ulong seed = 0; seed < 6; seed++)
        {
            double[][] matrices = [.. Enumerable.Range(0, layers)
                .Select(layer => Signs(seed, (ulong)layer, layer == layers - 1 ? width : width * (layer == 0 ? 2 : width)))];
            Var<double> Network(Var<double> x)
            {
                Var<double> h = x.Reshape([1, x.Shape.Count]);
                for (int layer = 0; layer < layers; layer++)
                {
                    int inputs = h.Shape[1], outputs = matrices[layer].Length / inputs;
                    h = h.Linear(h.Tape.Constant([outputs, inputs], matrices[layer]));
                    if (layer < layers - 1)
                        h = h.Relu();
                }

                return h.Sum();
            }

            Objective objective = Objective.OfTensor(Network);
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, [0, 0]);
            Assert.True(set.IsExact);
            for (int angle = 0; angle < 720; angle++)
            {
                double radians = (angle + 0.31) * Math.PI / 360;
                double[] beside = objective.Gradient([Math.Cos(radians), Math.Sin(radians)]).Gradient;
                Assert.Contains(set.Generators, generator => Distance(generator, beside) < 1e-12);
            }

            Assert.All(set.Generators, generator => Assert.Contains(Enumerable.Range(0, 720), angle =>
            {
                double radians = (angle + 0.31) * Math.PI / 360;
                return Distance(objective.Gradient([Math.Cos(radians), Math.Sin(radians)]).Gradient, generator) < 1e-12;
            }));
            BackpropagationSet all = BackpropagationSet.Of(objective, [0, 0], 1 << 14);
            Assert.All(set.Generators, generator => Assert.True(all.Contains(generator, 1e-7)));
        }
    }

    private static double[] Signs(ulong seed, ulong layer, int count)
    {
        double[] draws = new double[count];
        new Philox(seed + 77, layer).Uniform<double>(draws, -1, 1);
        return Array.ConvertAll(draws, draw => (double)Math.Sign(Math.Round(1.49 * draw)));
    }

    // The enumeration's own direction, taken as a small step.
    private static bool IsReached(RandomProgram program, ClarkeSubdifferential set, double[] generator)
    {
        foreach (ClarkeCell cell in set.Cells)
        {
            if (Distance(cell.Gradient, generator) < 1e-9
                && Distance(program.OnNumbers.Gradient(Moved(program.Point, cell.Direction, 1e-5)).Gradient, generator) < 1e-9)
                return true;
        }

        return false;
    }

    private static double[] Direction(int dimension, ulong seed)
    {
        double[] direction = new double[dimension];
        new Philox(seed, 9).Normal<double>(direction, 0, 1);
        return direction;
    }

    private static double[] Moved(double[] point, double[] direction, double step) => [.. point.Zip(direction, (x, d) => x + (step * d))];

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static double Distance(double[] x, double[] y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());

    private static void AssertClose(double[] expected, double[] actual, double tolerance, RandomProgram program) =>
        Assert.True(Distance(expected, actual) <= tolerance * Math.Max(1, expected.Max(Math.Abs)),
            $"{program}: ({string.Join(", ", actual)}) instead of ({string.Join(", ", expected)})");
}
