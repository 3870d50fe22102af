using System.Text.Json.Nodes;

namespace ConservativeAD.Studies.Tests.GradBench;

/// <summary>The evals' functions on plain numbers, written down from their definitions, by other ways than the program's where there are any.</summary>
internal static class ReferencePrograms
{
    /// <summary>The determinant, by elimination.</summary>
    public static double Determinant(double[] elements)
    {
        int n = (int)Math.Round(Math.Sqrt(elements.Length));
        double[][] a = [.. elements.Chunk(n)];
        double determinant = 1;
        for (int k = 0; k < n; k++)
        {
            int pivot = Enumerable.Range(k, n - k).MaxBy(row => Math.Abs(a[row][k]));
            if (pivot != k)
            {
                (a[k], a[pivot]) = (a[pivot], a[k]);
                determinant = -determinant;
            }

            determinant *= a[k][k];
            for (int row = k + 1; row < n; row++)
            {
                double factor = a[row][k] / a[k][k];
                a[row] = [.. a[row].Zip(a[k], (one, other) => one - (factor * other))];
            }
        }

        return determinant;
    }

    /// <summary>log Σ exp(xᵢ), as it stands.</summary>
    public static double LogSumExp(double[] x) => Math.Log(x.Sum(Math.Exp));

    /// <summary>½ Σ (sᵢ − Σ xⱼ tᵢʲ)².</summary>
    public static double LeastSquares(double[] x, int n) => 0.5 * Enumerable.Range(0, n).Sum(i =>
    {
        double t = -1 + (2.0 * i / (n - 1));
        return Math.Pow(Math.Sign(t) - x.Select((coefficient, power) => coefficient * Math.Pow(t, power)).Sum(), 2);
    });

    /// <summary>The last state of y' = f(y) at time 2.</summary>
    public static double[] RungeKutta(double[] x, int steps)
    {
        double h = 2.0 / steps;
        double[] Slope(double[] y) => [.. x.Select((factor, i) => i == 0 ? factor : factor * y[i - 1])];
        static double[] Sum(double[] y, double factor, double[] slope) => [.. y.Zip(slope, (one, other) => one + (factor * other))];
        double[] y = new double[x.Length];
        for (int step = 0; step < steps; step++)
        {
            double[] k1 = Slope(y), k2 = Slope(Sum(y, h / 2, k1)), k3 = Slope(Sum(y, h / 2, k2)), k4 = Slope(Sum(y, h, k3));
            y = Sum(Sum(Sum(Sum(y, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
        }

        return y;
    }

    /// <summary>
    /// The logarithm of the product of the points' densities, each a sum over components, and of the prior's density of each precision matrix.
    /// </summary>
    public static double Mixture(JsonNode input)
    {
        int d = (int)input["d"]!, k = (int)input["k"]!;
        double gamma = (double)input["gamma"]!, degrees = d + (int)input["m"]! + 1;
        double[] weights = [.. References.Numbers(input["alpha"]).Select(Math.Exp)];
        double[][] mu = References.Matrix(input["mu"]), q = References.Matrix(input["q"]), l = References.Matrix(input["l"]);
        double[][] points = References.Matrix(input["x"]);
        double[][][] factors = [.. Enumerable.Range(0, k).Select(component => Factor(q[component], l[component]))];
        double total = 0;
        foreach (double[] point in points)
        {
            total += Math.Log(Enumerable.Range(0, k).Sum(component =>
            {
                double[] image = Product(factors[component], [.. point.Zip(mu[component], (one, other) => one - other)]);
                double density = Diagonal(factors[component]) * Math.Exp(-0.5 * image.Sum(one => one * one)) / Math.Pow(2 * Math.PI, d / 2.0);
                return weights[component] / weights.Sum() * density;
            }));
        }

        foreach (double[][] factor in factors)
        {
            // Wishart's density at QᵀQ with the scale matrix I/γ².
            double trace = gamma * gamma * factor.Sum(row => row.Sum(one => one * one));
            total += ((degrees - d - 1) * Math.Log(Diagonal(factor))) - (trace / 2) - (degrees * d / 2 * Math.Log(2)) + (degrees * d * Math.Log(gamma))
                - (d * (d - 1) / 4.0 * Math.Log(Math.PI)) - Enumerable.Range(0, d).Sum(j => LogGamma((degrees - j) / 2));
        }

        return total;
    }

    /// <summary>The sum of squared distances to the nearest centroid, and how far each centroid is from the mean of its points.</summary>
    public static (double Cost, double[][] FromMeans) Clusters(double[][] points, double[][] centroids)
    {
        static double Distance(double[] p, double[] c) => p.Zip(c, (one, other) => (one - other) * (one - other)).Sum();
        ILookup<int, double[]> clusters = points.ToLookup(p => Enumerable.Range(0, centroids.Length).MinBy(j => Distance(p, centroids[j])));
        return (points.Sum(p => centroids.Min(c => Distance(p, c))),
            [.. centroids.Select((centroid, j) => (double[])[.. centroid.Select((one, i) => one - clusters[j].Average(p => p[i]))])]);
    }

    /// <summary>The two weighted errors of an observation, and the weight's.</summary>
    /// <param name="x">The camera, the point, the weight.</param>
    /// <param name="feature">Where the point was seen.</param>
    public static double[] Observation(double[] x, double[] feature)
    {
        double[] ray = Rotated(x[..3], [x[11] - x[3], x[12] - x[4], x[13] - x[5]]);
        double u = ray[0] / ray[2], v = ray[1] / ray[2], r = (u * u) + (v * v), distortion = 1 + (x[9] * r) + (x[10] * r * r);
        return [x[14] * ((x[6] * distortion * u) + x[7] - feature[0]), x[14] * ((x[6] * distortion * v) + x[8] - feature[1]), 1 - (x[14] * x[14])];
    }

    /// <summary>What the points miss of the posed hand.</summary>
    public static double[] Hand(JsonNode input, double[] theta, double[][] places)
    {
        JsonNode model = input["data"]!["model"]!;
        int[] parents = [.. model["parents"]!.AsArray().Select(parent => (int)parent!)];
        double[][][] relatives = [.. model["base_relatives"]!.AsArray().Select(References.Matrix)],
            inverses = [.. model["inverse_base_absolutes"]!.AsArray().Select(References.Matrix)];
        double[][] positions = References.Matrix(model["base_positions"]), weights = References.Matrix(model["weights"]),
            points = References.Matrix(input["data"]!["points"]);
        double[][] angles = [.. parents.Select(_ => new double[3])];
        for (int finger = 0; finger < 5; finger++)
        {
            (angles[(4 * finger) + 2][0], angles[(4 * finger) + 2][1]) = (theta[(4 * finger) + 6], theta[(4 * finger) + 7]);
            (angles[(4 * finger) + 3][0], angles[(4 * finger) + 4][0]) = (theta[(4 * finger) + 8], theta[(4 * finger) + 9]);
        }

        List<double[][]> absolutes = [];
        for (int bone = 0; bone < parents.Length; bone++)
        {
            // First about x, then about y, then about z.
            double[] Bent(double[] v) => Rotated([0, 0, angles[bone][1]], Rotated([0, angles[bone][2], 0], Rotated([angles[bone][0], 0, 0], v)));
            double[][] basis = [Bent([1, 0, 0]), Bent([0, 1, 0]), Bent([0, 0, 1])];
            double[][] bend = [.. Enumerable.Range(0, 3).Select(row => (double[])[basis[0][row], basis[1][row], basis[2][row], 0]), [0, 0, 0, 1]];
            double[][] relative = Product(relatives[bone], bend);
            absolutes.Add(parents[bone] < 0 ? relative : Product(absolutes[parents[bone]], relative));
        }

        double[][] vertices = [.. positions.Select((position, vertex) =>
        {
            double[] sum = new double[3];
            for (int bone = 0; bone < parents.Length; bone++)
            {
                double[] moved = Product(absolutes[bone], Product(inverses[bone], position));
                for (int i = 0; i < 3; i++)
                    sum[i] += weights[vertex][bone] * moved[i];
            }

            if ((bool)model["is_mirrored"]!)
                sum[0] = -sum[0];
            return (double[])[.. Rotated(theta[..3], sum).Zip(theta[3..6], (one, other) => one + other)];
        })];
        int[] met = [.. input["data"]!["correspondences"]!.AsArray().Select(one => (int)one!)];
        return [.. points.SelectMany((point, i) =>
        {
            if (places.Length == 0)
                return point.Zip(vertices[met[i]], (one, other) => one - other);
            double[][] corners = [.. model["triangles"]![met[i]]!.AsArray().Select(vertex => vertices[(int)vertex!])];
            (double u, double v) = (places[i][0], places[i][1]);
            return point.Select((one, axis) => one - (u * corners[0][axis]) - (v * corners[1][axis]) - ((1 - u - v) * corners[2][axis]));
        })];
    }

    /// <summary>The loss of the recurrent network.</summary>
    public static double Recurrent(JsonNode input, double[] main, double[] extra)
    {
        double[][] sequence = References.Matrix(input["sequence"]), state = References.Matrix(input["state"]);
        int width = extra.Length / 3;
        double[][] parameters = [.. main.Chunk(4 * width)];
        static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
        double total = 0;
        for (int t = 0; t + 1 < sequence.Length; t++)
        {
            double[] signal = [.. sequence[t].Select((bit, i) => bit * extra[i])];
            for (int layer = 0; layer < parameters.Length / 2; layer++)
            {
                (double[] w, double[] b) = (parameters[2 * layer], parameters[(2 * layer) + 1]);
                double[] hidden = [.. state[2 * layer]];
                double[] Gate(int gate, double[] from) => [.. from.Select((x, i) => (x * w[(gate * width) + i]) + b[(gate * width) + i])];
                double[] forget = Gate(0, signal), take = Gate(1, hidden), show = Gate(2, signal), change = Gate(3, hidden);
                state[(2 * layer) + 1] = [.. state[(2 * layer) + 1].Select((cell, i) =>
                    (cell * Logistic(forget[i])) + (Logistic(take[i]) * Math.Tanh(change[i])))];
                state[2 * layer] = [.. state[(2 * layer) + 1].Select((cell, i) => Logistic(show[i]) * Math.Tanh(cell))];
                signal = state[2 * layer];
            }

            double[] predicted = [.. signal.Select((x, i) => (x * extra[width + i]) + extra[(2 * width) + i])];
            double normalizer = Math.Log(predicted.Sum(Math.Exp) + 2);
            total += sequence[t + 1].Zip(predicted, (bit, one) => bit * (one - normalizer)).Sum();
        }

        return -total / (width * (sequence.Length - 1));
    }

    /// <summary>The control that leads the particle through the origin, by bisection of where it crosses the axis.</summary>
    public static double ControlThroughOrigin()
    {
        double low = 0, high = 1;
        for (int halving = 0; halving < 60; halving++)
        {
            double middle = (low + high) / 2;
            (low, high) = Crossing(low) * Crossing(middle) <= 0 ? (low, middle) : (middle, high);
        }

        return low;
    }

    // Where the particle crosses the axis, by its equations of motion with the forces in closed form.
    private static double Crossing(double w)
    {
        (double x, double y, double vx, double vy) = (0, 8, 0.75, 0);
        while (true)
        {
            double ax = 0, ay = 0;
            foreach ((double cx, double cy) in ((double, double)[])[(10, 10 - w), (10, 0)])
            {
                double cube = Math.Pow(((x - cx) * (x - cx)) + ((y - cy) * (y - cy)), -1.5);
                ax += (x - cx) * cube;
                ay += (y - cy) * cube;
            }

            (x, y) = (x + (0.1 * vx), y + (0.1 * vy));
            if (y <= 0)
                return x - (y / vy * vx);
            (vx, vy) = (vx + (0.1 * ax), vy + (0.1 * ay));
        }
    }

    // The exponential of an axis' cross product, by its series.
    private static double[] Rotated(double[] axis, double[] vector)
    {
        double[] sum = [.. vector], term = [.. vector];
        for (int k = 1; k < 60; k++)
        {
            term =
            [
                ((axis[1] * term[2]) - (axis[2] * term[1])) / k,
                ((axis[2] * term[0]) - (axis[0] * term[2])) / k,
                ((axis[0] * term[1]) - (axis[1] * term[0])) / k,
            ];
            sum = [.. sum.Zip(term, (one, other) => one + other)];
        }

        return sum;
    }

    private static double[][] Factor(double[] q, double[] l)
    {
        int d = q.Length, next = 0;
        double[][] factor = [.. q.Select((logarithm, i) => new double[d])];
        for (int column = 0; column < d; column++)
        {
            factor[column][column] = Math.Exp(q[column]);
            for (int row = column + 1; row < d; row++)
                factor[row][column] = l[next++];
        }

        return factor;
    }

    private static double Diagonal(double[][] factor) => factor.Select((row, i) => row[i]).Aggregate((one, other) => one * other);

    private static double[] Product(double[][] matrix, double[] vector) => [.. matrix.Select(row => row.Zip(vector, (one, other) => one * other).Sum())];

    private static double[][] Product(double[][] left, double[][] right) =>
        [.. left.Select(row => (double[])[.. Enumerable.Range(0, right[0].Length).Select(column => row.Select((one, k) => one * right[k][column]).Sum())])];

    // Stirling's series, after a step up to where it is exact in double.
    private static double LogGamma(double x)
    {
        double below = 0;
        for (; x < 20; x++)
            below += Math.Log(x);
        double square = x * x;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + ((1.0 / 12) - (1 / (360 * square)) + (1 / (1260 * square * square))) / x - below;
    }
}
