using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>The logarithm of the posterior density of a mixture of normal distributions, with a Wishart prior on the precision matrices.</summary>
internal static class GaussianMixture
{
    public static Module Module { get; } = new Module<Input>("gmm",
        [
            new(3, 2, 9, Sample.Numbers(2, -1, 1), Sample.Matrix(2, 3, 0, 1), Sample.Matrix(2, 3, -1, 1, 5), Sample.Matrix(2, 3, -1, 1, 9),
                Sample.Matrix(9, 3, -2, 2), 2, 1.5),
        ],
        ("objective", (input, device) =>
        {
            TensorProgram program = Program(input, device, false);
            return Computation.Of(program.Value, program);
        }
    ),
        ("jacobian", (input, device) =>
        {
            TensorProgram program = Program(input, device, true);
            return Computation.Of(program.Gradient, gradient => new Output(gradient[0], Rows.Of(gradient[1], input.K), Rows.Of(gradient[2], input.K),
                Rows.Of(gradient[3], input.K)), program);
        }
    ));

    private static TensorProgram Program(Input input, Device device, bool isDifferentiated)
    {
        Rows.NeedAtLeast(input.D, 1, "d");
        Rows.NeedAtLeast(input.K, 1, "k");
        Rows.NeedAtLeast(input.N, 1, "n");
        Rows.NeedAtLeast(input.M, 0, "m");
        Rows.NeedLength(input.Alpha, input.K, "alpha");
        int d = input.D, k = input.K, below = d * (d - 1) / 2;
        double[] mu = Rows.Flat(input.Mu, k, d, "mu"), q = Rows.Flat(input.Q, k, d, "q"), l = Rows.Flat(input.L, k, below, "l"),
            x = Rows.Flat(input.X, input.N, d, "x");
        int[] places = Triangle(d);
        return new TensorProgram(device, isDifferentiated, (tape, leaves) => Posterior(tape, input, x, places, leaves[0], leaves[1], leaves[2], leaves[3]),
            ([k], input.Alpha), ([k, d], mu), ([k, d], q), ([k, below], l));
    }

    private static Var<double> Posterior(Tape<double> tape, Input input, double[] x, int[] places, Var<double> alpha, Var<double> mu, Var<double> q,
        Var<double> l)
    {
        (int d, int k, int n) = (input.D, input.K, input.N);
        Var<double> diagonal = q.Exp(), sums = q.Sum(1);

        // The k lower triangular factors, read from their elements: a zero, the diagonal, what is below it column by column.
        Var<double> elements = Operations.Concatenate(1, tape.Constant([k, 1], new double[k]), diagonal, l);
        Var<double> factors = elements.Transpose().GatherRows(tape.Indices([d * d], places)).Transpose().Reshape(k, d, d);

        // Q (x − µ) = Q x − Q µ for all components and points; points stand in the last axis, as long axes are fast there.
        Var<double> images = factors.Reshape(k * d, d).MatMul(tape.Constant([n, d], x).Transpose()).Reshape(k, d, n);
        Var<double> centres = factors.MatMul(mu.Reshape(k, d, 1));
        Var<double> logs = (alpha + sums).Reshape(k, 1) - ((images - centres).Square().Sum(1) * 0.5);
        Var<double> likelihood = logs.LogSumExp(0).Sum() - (alpha.LogSumExp() * n);

        double degrees = d + input.M + 1, gamma = input.Gamma;
        Var<double> squares = diagonal.Square().Sum() + l.Square().Sum();
        Var<double> prior = (sums.Sum() * input.M) - (squares * (0.5 * gamma * gamma));
        double constant = (k * ((degrees * d * Math.Log(gamma / Math.Sqrt(2))) - LogGamma(0.5 * degrees, d))) - (n * d * 0.5 * Math.Log(2 * Math.PI));
        return likelihood + prior + constant;
    }

    // Where each element of a lower triangular matrix, row by row, stands in the list of its elements.
    private static int[] Triangle(int d)
    {
        int[] places = new int[d * d];
        int next = d + 1;
        for (int column = 0; column < d; column++)
        {
            places[(column * d) + column] = column + 1;
            for (int row = column + 1; row < d; row++)
                places[(row * d) + column] = next++;
        }

        return places;
    }

    // The logarithm of the multivariate gamma function in d dimensions, for multiples of one half.
    private static double LogGamma(double a, int d)
    {
        double sum = 0.25 * d * (d - 1) * Math.Log(Math.PI);
        for (int j = 0; j < d; j++)
            sum += LogGamma(a - (0.5 * j));
        return sum;
    }

    private static double LogGamma(double a)
    {
        double sum = 0;
        while (a > 1)
            sum += Math.Log(--a);
        return a == 0.5 ? sum + (0.5 * Math.Log(Math.PI)) : sum;
    }

    /// <summary>The input.</summary>
    /// <param name="D">The dimension of the space.</param>
    /// <param name="K">The number of components.</param>
    /// <param name="N">The number of points.</param>
    /// <param name="Alpha">Logarithms of the components' weights, up to a summand.</param>
    /// <param name="Mu">Means.</param>
    /// <param name="Q">Logarithms of the diagonals of the factors of the precision matrices.</param>
    /// <param name="L">What is below these diagonals, column by column.</param>
    /// <param name="X">The points.</param>
    /// <param name="M">Additional degrees of freedom of the prior.</param>
    /// <param name="Gamma">Its precision.</param>
    internal sealed record Input(int D, int K, int N, double[] Alpha, double[][] Mu, double[][] Q, double[][] L, double[][] X, int M, double Gamma);

    /// <summary>The gradient, in the form of the input.</summary>
    internal sealed record Output(double[] Alpha, double[][] Mu, double[][] Q, double[][] L);
}
