using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>The cost of centroids, the sum of the points' squared distances to the nearest, and Newton's direction for it.</summary>
internal static class KMeans
{
    public static Module Module { get; } = new Module<Input>("kmeans", [new(Sample.Matrix(40, 3, 0, 1), Sample.Matrix(4, 3, 0, 1, 7))],
        ("cost", (input, device) =>
        {
            (double[] points, double[] centroids, int d) = Check(input);
            TensorProgram program = new(device, false, (tape, leaves) => Cost(tape.Constant([points.Length / d, d], points), leaves[0]),
                ([centroids.Length / d, d], centroids));
            return Computation.Of(program.Value, program);
        }
    ),
        ("dir", (input, device) =>
        {
            (double[] points, double[] centroids, int d) = Check(input);
            Newton newton = new(device, device.Array<double>([points.Length / d, d], points), device.Array<double>([centroids.Length / d, d], centroids));
            return Computation.Of(newton.Direction, direction => Rows.Of(direction, input.Centroids.Length), newton);
        }
    ));

    // |c − p|² = |c|² − 2 c·p + |p|² for all pairs at once: one product of matrices. Points stand in the last axis, as long axes are fast there.
    private static Var<double> Cost(Var<double> points, Var<double> centroids)
    {
        Var<double> distances = centroids.Square().Sum(1, keepAxis: true) - (centroids * 2).MatMul(points.Transpose()) + points.Square().Sum(1);
        return distances.Min(0).Sum();
    }

    private static (double[] Points, double[] Centroids, int Dimensions) Check(Input input)
    {
        Rows.NeedAtLeast(input.Points.Length, 1, "the number of points");
        Rows.NeedAtLeast(input.Centroids.Length, 1, "the number of centroids");
        int d = Rows.Length(input.Points);
        Rows.NeedAtLeast(d, 1, "the dimension of points");
        return (Rows.Flat(input.Points, input.Points.Length, d, "points"), Rows.Flat(input.Centroids, input.Centroids.Length, d, "centroids"), d);
    }

    /// <summary>The input.</summary>
    /// <param name="Points">The points.</param>
    /// <param name="Centroids">The centroids, each nearest to some point.</param>
    internal sealed record Input(double[][] Points, double[][] Centroids);

    // The Hessian is diagonal where every point has one nearest centroid, so its product with a vector of ones is its diagonal.
    private sealed class Newton(Device device, NDArray<double> points, NDArray<double> centroids) : IDisposable
    {
        private readonly Tape<double> tape = new(device);
        private readonly double[] ones = [.. Enumerable.Repeat(1.0, centroids.Count)];

        public double[] Direction()
        {
            tape.Reset();
            Var<double> moving = tape.Variable(centroids);
            tape.SetTangent(moving, ones);
            HessianVectorProduct<double> found = tape.HessianVectorProduct(Cost(tape.Constant(points), moving));
            double[] gradient = found.Gradients[moving].ToArray(), diagonal = found.Product[moving].ToArray();
            for (int i = 0; i < gradient.Length; i++)
                gradient[i] /= diagonal[i];
            return gradient;
        }

        public void Dispose() => tape.Dispose();
    }
}
