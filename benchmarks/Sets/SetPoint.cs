using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Solvers;

namespace ConservativeAD.Benchmarks.Sets;

/// <summary>A point of many kinks whose Clarke set is known, and the time wanted for it.</summary>
/// <param name="Name">The point.</param>
/// <param name="Objective">F.</param>
/// <param name="Point">x.</param>
/// <param name="Wanted">The seconds wanted; null if none are.</param>
internal sealed record SetPoint(string Name, Objective Objective, double[] Point, double? Wanted)
{
    private const int Examples = 10_000;
    private const int Features = 100;
    private const int OnMargin = 200;

    /// <summary>All points.</summary>
    public static IEnumerable<SetPoint> All()
    {
        yield return new SetPoint("Σ|xᵢ| at 0, n = 10⁶", Objective.OfTensor(x => x.Abs().Sum()), new double[1_000_000], 1);
        yield return new SetPoint("maximum of 10⁵ equal numbers", Objective.OfTensor(x => x.Max()), new double[100_000], 1);
        yield return new SetPoint("‖x‖₂ + ‖x‖₁ at 0, n = 10⁴", Objective.OfTensor(x => x.Norm2() + x.Norm1()), new double[10_000], 1);
        foreach (int size in (int[])[1000, 10_000, 100_000])
            yield return TotalVariation(size);
        (SetPoint at, SetPoint beside) = Lasso();
        yield return at;
        yield return beside;
        (at, beside) = Hinge();
        yield return at;
        yield return beside;
        double[] rising = [.. Enumerable.Range(0, 1000).Select(i => (double)i)];
        yield return new SetPoint("sort(x)·w at 1000 equal keys, w rising", Objective.OfTensor(x => (x.Sort() * x.Tape.Constant([1000], rising)).Sum()),
            new double[1000], 1);
        yield return new SetPoint("Σ|xᵢ| − Σ|yᵢ| at 0, n = m = 1000",
            Objective.OfTensor(x => x.Slice(0, 0, 1000).Abs().Sum() - x.Slice(0, 1000, 1000).Abs().Sum()), new double[2000], 1);
        yield return new SetPoint("Σ relu(xᵢ) − relu(−xᵢ) at 0, n = 10⁵", Objective.OfTensor(x => (x.Relu() - (-x).Relu()).Sum()), new double[100_000], 1);
        yield return Network();
        yield return DeepNetwork();
    }

    private static SetPoint TotalVariation(int size)
    {
        double[] noise = Normal(size, 1), b = new double[size];
        for (int i = 0; i < size; i++)
            b[i] = (10 * Math.Sign(Math.Sin(2e-3 * i))) + noise[i];
        return new SetPoint($"total variation + ½‖x − b‖² at its minimiser, n = {size}", Objective.OfTensor(x =>
            (x.Slice(0, 1, size - 1) - x.Slice(0, 0, size - 1)).Abs().Sum() + ((x - x.Tape.Constant([size], b)).Square().Sum() * 0.5)),
            ProximalOperators.TotalVariation(1).Apply(b, 1), size == 100_000 ? 10 : null);
    }

    // A residual is chosen that 20 columns meet at the bound and the others below it; b follows.
    private static (SetPoint At, SetPoint Beside) Lasso()
    {
        const int rows = 1000, columns = 5000, support = 20;
        double[] a = Normal(rows * columns, 2), solution = new double[columns], residual = new double[rows], b = new double[rows];
        double[] signs = [.. Enumerable.Range(0, support).Select(j => j % 2 == 0 ? 1.0 : -1)];
        for (int j = 0; j < support; j++)
            solution[j] = 3 * signs[j];

        // r = −A·v with AᵀA·v = the signs on the support, by conjugate gradients.
        double[] v = new double[support], left = [.. signs], direction = [.. signs];
        for (int step = 0; step < 10 * support; step++)
        {
            double[] along = new double[support], image = Image(a, columns, direction);
            for (int j = 0; j < support; j++)
            {
                for (int i = 0; i < rows; i++)
                    along[j] += a[(i * columns) + j] * image[i];
            }

            double square = left.Sum(x => x * x), length = square / direction.Zip(along, (x, y) => x * y).Sum();
            if (!(square > 1e-28))
                break;
            for (int j = 0; j < support; j++)
            {
                v[j] += length * direction[j];
                left[j] -= length * along[j];
            }

            double next = left.Sum(x => x * x) / square;
            for (int j = 0; j < support; j++)
                direction[j] = left[j] + (next * direction[j]);
        }

        double[] product = Image(a, columns, v), fit = Image(a, columns, solution);
        for (int i = 0; i < rows; i++)
        {
            residual[i] = -product[i];
            b[i] = fit[i] - residual[i];
        }

        Objective objective = Objective.OfTensor(x => ((x.Tape.Constant([rows, columns], a).MatMul(x.Reshape(columns, 1)).Reshape(rows)
            - x.Tape.Constant([rows], b)).Square().Sum() * 0.5) + x.Abs().Sum());
        double[] aside = [.. solution.Select((x, j) => j < support ? x + (1e-3 * signs[j]) : x)];
        return (new SetPoint("lasso, 1000 × 5000, at a solution", objective, solution, 2),
            new SetPoint("lasso, 1000 × 5000, 10⁻³ beside it", objective, aside, 2));
    }

    // The first feature puts examples on the margin; half of each and one more example below it balance the rest.
    private static (SetPoint At, SetPoint Beside) Hinge()
    {
        double[] a = Normal(Examples * Features, 3), w = new double[Features], total = new double[Features];
        w[0] = 1;
        for (int i = 0; i < Examples - 1; i++)
        {
            a[i * Features] = i < OnMargin ? 1 : i % 2 == 0 ? 2 : 0.5;
            double share = i < OnMargin ? 0.5 : i % 2 == 0 ? 0 : 1;
            for (int j = 0; j < Features; j++)
                total[j] -= share * a[(i * Features) + j];
        }

        double penalty = 0.5 - total[0];
        for (int j = 0; j < Features; j++)
            a[((Examples - 1) * Features) + j] = total[j] + (penalty * w[j]);
        Objective objective = Objective.OfTensor(x => x.Tape.Constant([Examples, Features], a).MatMul(x.Reshape(Features, 1)).Hinge().Sum()
            + (x.Square().Sum() * (penalty / 2)));
        double[] aside = [.. w];
        aside[1] = 1e-3;
        return (new SetPoint("hinge loss, 10⁴ × 100, 200 examples on the margin, at a minimiser", objective, w, 2),
            new SetPoint("hinge loss, 10⁴ × 100, 10⁻³ beside it", objective, aside, 2));
    }

    // A tenth of the units of a network are at exactly 0 for every image.
    private static SetPoint Network()
    {
        const int batch = 128, inputs = 784, hidden = 256, classes = 10, dead = 26;
        double[] images = [.. Normal(batch * inputs, 4).Select(Math.Abs)], first = Normal(inputs * hidden, 5), second = Normal(hidden * classes, 6);
        for (int i = 0; i < inputs; i++)
            first.AsSpan(i * hidden, dead).Clear();
        for (int i = 0; i < first.Length; i++)
            first[i] *= 0.05;
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i % classes)];
        Shape[] shapes = [[inputs, hidden], [hidden], [hidden, classes], [classes]];
        double[] point = [.. first, .. new double[hidden], .. second.Select(x => 0.1 * x), .. new double[classes]];
        return new SetPoint("network 784-256-10, batch 128, a tenth of the units at 0", Objective.OfTensors(shapes, p =>
            (((p[0].Tape.Constant([batch, inputs], images).MatMul(p[0]) + p[1]).Relu().MatMul(p[2]) + p[3])).CrossEntropy(labels)), point, 60);
    }

    // A tenth of the units of both hidden layers are at exactly 0 for every image.
    private static SetPoint DeepNetwork()
    {
        const int batch = 64, inputs = 100, hidden = 100, classes = 10, dead = 10;
        double[] images = [.. Normal(batch * inputs, 7).Select(Math.Abs)], first = Normal(inputs * hidden, 8), second = Normal(hidden * hidden, 9),
            third = Normal(hidden * classes, 10);
        for (int i = 0; i < inputs; i++)
            first.AsSpan(i * hidden, dead).Clear();
        for (int i = 0; i < hidden; i++)
            second.AsSpan(i * hidden, dead).Clear();
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i % classes)];
        Shape[] shapes = [[inputs, hidden], [hidden, hidden], [hidden, classes]];
        double[] point = [.. first.Select(x => 0.1 * x), .. second.Select(x => 0.1 * x), .. third.Select(x => 0.1 * x)];
        return new SetPoint("network 100-100-100-10, batch 64, a tenth of the units of both layers at 0", Objective.OfTensors(shapes, p =>
            p[0].Tape.Constant([batch, inputs], images).MatMul(p[0]).Relu().MatMul(p[1]).Relu().MatMul(p[2]).CrossEntropy(labels)), point, 60);
    }

    private static double[] Image(double[] a, int columns, double[] x)
    {
        double[] image = new double[a.Length / columns];
        for (int i = 0; i < image.Length; i++)
        {
            for (int j = 0; j < x.Length; j++)
                image[i] += a[(i * columns) + j] * x[j];
        }

        return image;
    }

    private static double[] Normal(int count, ulong seed)
    {
        double[] numbers = new double[count];
        new Philox(seed, 0).Normal<double>(numbers, 0, 1);
        return numbers;
    }
}
