using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>Elements and sets of Clarke's subdifferential ∂F(x), the convex hull of the limits of gradients at nearby points (F. Clarke, Optimization and Nonsmooth Analysis, 1983).</summary>
public static class Clarke
{
    // Beside the value itself, a difference this small between two sides of a kink is rounding.
    private const double SameValue = 1e-9;

    // Gradients this far apart, a step this long apart, tell of two branches and not of one that bends.
    private const double SmallStep = 1e-6;
    private const double Alike = 1e-3;

    // A product of a form and a direction this small, relative to both, is 0: the direction lies in the kink.
    private const double InKink = 1e-12;

    /// <summary>
    /// An element of ∂F(x): the gradient where nothing sits at a kink, else the limit of gradients along a random direction. Two passes forward, a short one to look across the kinks, and
    /// one reverse pass, where kinks are met; backpropagation and nothing more where none is.
    /// </summary>
    /// <remarks>
    /// The program is run along the direction with tangents; operations at kinks and comparisons of equal numbers go by (value, tangent). Right for almost every direction
    /// (Nesterov, Math. Program. 2005; Khan, Optim. Methods Softw. 2018; Kakade and Lee, NeurIPS 2018). The certificate says where the theory does not hold.
    /// </remarks>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="seed">The seed of the direction.</param>
    public static ClarkeElement Gradient(Objective objective, ReadOnlySpan<double> point, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(objective);
        using RecordedRun plain = objective.Run(point);
        if (!plain.HasKinks)
            return new ClarkeElement(plain.Value, plain.Gradient(), plain.Certify(new KinkCensus([]), null, null, null));
        double[] direction = new double[point.Length];
        new Philox(seed, 0).Normal<double>(direction, 0, 1);
        return Along(objective, point, direction, plain, seed);
    }

    /// <summary>As <see cref="Gradient(Objective, ReadOnlySpan{double}, ulong)"/>, along a given direction.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="direction">The direction; the result is in ∂F(x) for almost every one.</param>
    public static ClarkeElement Gradient(Objective objective, ReadOnlySpan<double> point, double[] direction)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(direction);
        using RecordedRun plain = objective.Run(point);
        return Along(objective, point, direction, plain, null);
    }

    /// <summary>
    /// Nesterov's lexicographic gradient: the gradient of the piece that x + t·d₁ + t²·d₂ + … moves onto as t → 0⁺. With a basis of directions, the unit vectors if none are given, it depends on nothing
    /// drawn at random.
    /// </summary>
    /// <remarks>
    /// The piece is found by decisions in program order, each with the sign that the first direction outside the kink gives; a direction inside the cone of the decisions so far leads to the
    /// next. At most as many runs as there are kinks; meant for few variables.
    /// </remarks>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="directions">d₁, d₂, …</param>
    public static ClarkeElement LexicographicGradient(Objective objective, ReadOnlySpan<double> point, params double[][] directions)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(directions);
        double[][] basis = directions.Length > 0 ? directions : UnitVectors(point.Length);
        using RecordedRun plain = objective.Run(point);
        double[] direction = Mixed(basis);
        OpenCone cone = OpenCone.WholeSpace;
        while (true)
        {
            using RecordedRun run = objective.Run(point, null, direction);
            double[]? turned = null;
            foreach (SwitchingForm form in run.Forms)
            {
                if (form.IsCurved)
                    continue;
                double[] row = run.Pull(form);
                int sign = LexicographicSign(row, basis);
                if (sign == 0 || cone.Has(row))
                    continue;
                cone = cone.With(sign > 0 ? row : Vectors.Scaled(row, -1));
                if (Vectors.Dot(row, direction) * sign > 0)
                    continue;
                turned = cone.Direction();
                if (turned is not null)
                    break;
            }

            if (turned is null)
                return Along(objective, point, direction, plain, null);
            direction = turned;
        }
    }

    /// <summary>The one-sided directional derivative F'(x; d) = lim (F(x + t·d) − F(x))/t as t → 0⁺.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="direction">d.</param>
    public static double DirectionalDerivative(Objective objective, ReadOnlySpan<double> point, double[] direction)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(direction);
        using RecordedRun run = objective.Run(point, null, direction);
        return run.Tangents[0];
    }

    /// <summary>
    /// An element of ∂F(x) from directional derivatives alone: half the difference along each axis and its opposite (K. Khan and Y. Yuan, 2020). An element for one or two variables only.
    /// </summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x, of one or two variables.</param>
    /// <exception cref="ArgumentException">There are more than two variables.</exception>
    public static double[] CompassDifference(Objective objective, ReadOnlySpan<double> point)
    {
        if (point.Length > 2)
            throw new ArgumentException($"Compass differences are Clarke subgradients for one or two variables; {point.Length} were given (Clarke.Gradient serves any number).", nameof(point));
        double[] result = new double[point.Length];
        for (int i = 0; i < result.Length; i++)
        {
            double[] ahead = new double[point.Length], back = new double[point.Length];
            ahead[i] = 1;
            back[i] = -1;
            result[i] = (DirectionalDerivative(objective, point, ahead) - DirectionalDerivative(objective, point, back)) / 2;
        }

        return result;
    }

    /// <summary>The set ∂F(x): the gradients of all cells that meet at x. Exact where the directional derivative is piecewise linear in the direction.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="budget">How many cells to visit at most; beyond, the result says that it is a part of the set.</param>
    /// <param name="seed">The seed of the directions.</param>
    public static ClarkeSubdifferential Subdifferential(Objective objective, ReadOnlySpan<double> point, int budget = 4096, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget);
        return ClarkeSubdifferential.Of(objective, point.ToArray(), budget, seed);
    }

    /// <summary>
    /// Goldstein's ε-subdifferential, the hull of ∂F over a ball, from gradients at points drawn in the ball: a part of it that grows with the number of points (A. Goldstein, Math. Program. 1977;
    /// Burke, Lewis and Overton, SIAM J. Optim. 2005).
    /// </summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The centre.</param>
    /// <param name="radius">The radius; above 0.</param>
    /// <param name="samples">How many points are drawn, beside the centre; if null, twice the number of variables and at least 32.</param>
    /// <param name="seed">The seed of the points.</param>
    public static GoldsteinSubdifferential Goldstein(Objective objective, ReadOnlySpan<double> point, double radius, int? samples = null, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(objective);
        if (!(radius > 0) || !double.IsFinite(radius))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, $"A radius of {radius} was given; it must be above 0 and finite.");
        int count = samples ?? Math.Max(32, 2 * point.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(samples));
        List<double[]> gradients = [Gradient(objective, point, seed).Gradient];
        double[] aside = new double[point.Length], moved = new double[point.Length], uniform = new double[1];
        for (int i = 0; i < count; i++)
        {
            new Philox(seed, 2 * (ulong)i).Normal<double>(aside, 0, 1);
            new Philox(seed, (2 * (ulong)i) + 1).Uniform<double>(uniform, 0, 1);
            double scale = radius * Math.Pow(uniform[0], 1.0 / point.Length) / Vectors.Norm(aside);
            for (int k = 0; k < moved.Length; k++)
                moved[k] = point[k] + (scale * aside[k]);
            gradients.Add(Gradient(objective, moved, seed + (ulong)i + 1).Gradient);
        }

        return new GoldsteinSubdifferential(gradients, radius, count + 1);
    }

    /// <summary>How far two values at one point are apart, where they are apart.</summary>
    internal static double? JumpBetween(double value, double other)
    {
        double difference = other - value;
        return Math.Abs(difference) > SameValue * Math.Max(1, Math.Abs(value)) ? difference : null;
    }

    /// <summary>
    /// Whether the gradient a small step along the direction is the one that was found at the point: where it is, comparisons of numbers that are equal to first order took the branch on which the
    /// program goes on, as those of two numbers that are equal everywhere do.
    /// </summary>
    internal static bool IsSeenBeside(Objective objective, ReadOnlySpan<double> point, double[] direction, double[] gradient)
    {
        double[] beside = point.ToArray();
        double step = SmallStep * Math.Max(1, Vectors.Norm(beside)) / Vectors.Norm(direction);
        for (int i = 0; i < beside.Length; i++)
            beside[i] += step * direction[i];
        return Vectors.Distance(objective.Gradient(beside).Gradient, gradient) <= Alike * Math.Max(1, Vectors.Norm(gradient));
    }

    private static ClarkeElement Along(Objective objective, ReadOnlySpan<double> point, double[] direction, RecordedRun plain, ulong? seed)
    {
        using RecordedRun run = objective.Run(point, null, direction);
        double? jump = JumpBetween(plain.Value, run.Value);
        if (jump is null && run.Forms.Any(form => form.IsComparison))
        {
            // The other side of a branch is looked at too: a step seen from its level side does not move.
            using RecordedRun behind = objective.Run(point, null, Vectors.Scaled(direction, -1));
            jump = JumpBetween(plain.Value, behind.Value);
        }

        double[] gradient = run.Gradient();
        ClarkeCertificate certificate = run.Certify(plain.Kinks(), seed, direction, jump);
        return new ClarkeElement(plain.Value, gradient, certificate.UndecidedComparisons > 0 && IsSeenBeside(objective, point, direction, gradient) ? certificate with { UndecidedComparisons = 0 } : certificate);
    }

    private static double[][] UnitVectors(int dimension)
    {
        double[][] basis = new double[dimension][];
        for (int i = 0; i < dimension; i++)
        {
            basis[i] = new double[dimension];
            basis[i][i] = 1;
        }

        return basis;
    }

    // A first guess at the direction that the order of the directions means; decisions correct it.
    private static double[] Mixed(double[][] basis)
    {
        double[] direction = new double[basis[0].Length];
        double weight = 1;
        foreach (double[] part in basis)
        {
            for (int i = 0; i < direction.Length; i++)
                direction[i] += weight * part[i];
            weight *= 0.25;
        }

        return direction;
    }

    private static int LexicographicSign(double[] row, double[][] basis)
    {
        double size = Vectors.Norm(row);
        foreach (double[] direction in basis)
        {
            double product = Vectors.Dot(row, direction);
            if (Math.Abs(product) > InKink * size * Vectors.Norm(direction))
                return Math.Sign(product);
        }

        return 0;
    }
}
