using System.Globalization;
using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Elements and sets of Clarke's subdifferential ∂F(x), the convex hull of the limits of gradients at nearby points (F. Clarke, Optimization and Nonsmooth
/// Analysis, 1983).
/// </summary>
public static class Clarke
{
    // A difference this small between two sides of a kink, relative to the value, is rounding.
    private const double SameValue = 1e-15;

    // Gradients that differ this much belong to two branches rather than to a single curved one; values may also differ by rounding.
    private const double GradientTolerance = 1e-3;
    private const double Slack = 1e-14;
    private static readonly double[] Steps = [1e-6, 1e-8];

    // Numbers that separate with the square of the step are seen apart at this step, in the direction, its opposite and some others.
    private const double LargeStep = 1e-4;
    private const double EqualUpToRounding = 1e-9;
    private const double SideOffset = 1e-2;
    private const int SideDirections = 8;

    // A derivative that is smaller may have been lost on the way forward.
    private const double SmallestDerivative = 1e-290;

    // Beyond this, floating-point numbers are too far apart: a step lands on integers, where periodic functions repeat their values.
    private const double LargestPoint = 1e9;

    /// <summary>
    /// An element of ∂F(x): the gradient if nothing is at a kink, otherwise the limit of gradients along a random direction. At kinks it costs two forward
    /// passes, a short one to look across the kinks, and one reverse pass. Without kinks it costs little more than backpropagation.
    /// </summary>
    /// <remarks>
    /// The program is run along the direction with tangents; operations at kinks and comparisons of equal numbers decide by (value, tangent). The result is
    /// correct for almost every direction (Nesterov, Math. Program. 2005; Khan, Optim. Methods Softw. 2018; Kakade and Lee, NeurIPS 2018). The certificate
    /// reports where the theory does not apply.
    /// </remarks>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="seed">The seed of the direction.</param>
    public static ClarkeElement Gradient(Objective objective, ReadOnlySpan<double> point, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(objective);
        CheckPoint(point);
        using RecordedRun plain = objective.Run(point);
        if (!plain.HasKinks)
        {
            double[] gradient = plain.WatchedGradient();
            return new ClarkeElement(plain.Value, gradient, EngineEvents.Told(plain.Certify(gradient, new KinkCensus([]), null, null, null)));
        }

        double[] direction = new double[point.Length];
        Philox.For(seed, (uint)Streams.ClarkeDirection).Normal<double>(direction, 0, 1);
        return Along(objective, point, [direction], plain, seed);
    }

    /// <summary>Like <see cref="Gradient(Objective, ReadOnlySpan{double}, ulong)"/>, along a given direction.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="direction">The direction. For almost every direction the result is in ∂F(x).</param>
    public static ClarkeElement Gradient(Objective objective, ReadOnlySpan<double> point, double[] direction)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(direction);
        CheckPoint(point);
        using RecordedRun plain = objective.Run(point);
        return Along(objective, point, [direction], plain, null);
    }

    /// <summary>
    /// Nesterov's lexicographic gradient: the gradient of the piece that x + t·d₁ + t²·d₂ + … enters as t → 0⁺. With a basis of directions (the unit vectors if
    /// none are given) it does not depend on random numbers.
    /// </summary>
    /// <remarks>
    /// The piece is found by decisions in program order. Each takes the sign given by the first direction that leaves the kink, and a direction inside the cone
    /// of the decisions so far leads to the next decision. It takes at most as many runs as there are kinks and is meant for few variables.
    /// </remarks>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="directions">d₁, d₂, …</param>
    public static ClarkeElement LexicographicGradient(Objective objective, ReadOnlySpan<double> point, params double[][] directions)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(directions);
        CheckPoint(point);
        double[][] basis = directions.Length > 0 ? directions : UnitVectors(point.Length);
        using RecordedRun plain = objective.Run(point);
        return objective.CarriesSeveralDirections
            ? Along(objective, point, basis, plain, null)
            : LexicographicLocks.Gradient(objective, point, basis, plain);
    }

    /// <summary>The one-sided directional derivative F'(x; d) = lim (F(x + t·d) − F(x))/t as t → 0⁺.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="direction">d.</param>
    /// <exception cref="InvalidOperationException">The derivative cannot be certified: an operation is singular, jumps or ends its domain there, or a branch is
    /// undecided.</exception>
    public static double DirectionalDerivative(Objective objective, ReadOnlySpan<double> point, double[] direction)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(direction);
        CheckPoint(point);
        using RecordedRun plain = objective.Run(point), run = objective.RunBeside(point, direction);
        double derivative = run.Tangents[0], pulled = Vectors.Dot(run.WatchedGradient(), direction);
        if (Math.Abs(derivative) < SmallestDerivative && !(Math.Abs(pulled) < SmallestDerivative))
            derivative = pulled;
        ClarkeCertificate certificate = run.Certify([derivative], plain.Kinks(), null, direction, JumpBetween(plain.Value, run.Value));
        if (certificate.UndecidedComparisons > 0 && IsQuotient(objective, point, direction, plain.Value, derivative))
            certificate = certificate with { UndecidedComparisons = 0 };
        return certificate.IsCertified ? derivative : throw new InvalidOperationException($"The directional derivative is {certificate}.");
    }

    /// <summary>
    /// An element of ∂F(x) from directional derivatives alone: half the difference between the derivatives along each axis and its opposite (K. Khan and Y.
    /// Yuan, 2020). This works for one or two variables only.
    /// </summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x, of one or two variables.</param>
    /// <exception cref="ArgumentException">There are more than two variables.</exception>
    public static double[] CompassDifference(Objective objective, ReadOnlySpan<double> point)
    {
        if (point.Length > 2)
            throw new ArgumentException(
                $"Compass differences are Clarke subgradients for one or two variables; {point.Length} were given (use Clarke.Gradient for any number).",
                    nameof(point));
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

    /// <summary>
    /// The set ∂F(x). Where few kinks meet, it comes from the gradients of all cells that meet at x, and <see cref="Subdifferential.IsExact"/> tells whether it
    /// is the whole set: it is if kinks are transversal or piecewise affine, or if F is certified convex. Where many kinks meet and F or −F is certified
    /// regular (<see cref="Regularity"/>), no enumeration is needed: every answer takes a few gradients (<see cref="Subdifferential.KnowsWholeSet"/>).
    /// </summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="budget">The largest number of cells to visit, or of gradients for one answer at a regular point. If it is spent, the result reports that it
    /// is a part of the set, or bounds that differ.</param>
    /// <param name="seed">The seed of the directions.</param>
    /// <param name="method">How the set is found.</param>
    /// <exception cref="InvalidOperationException">The set is to be found by regularity, and neither F nor −F is certified regular.</exception>
    public static ClarkeSubdifferential Subdifferential(
        Objective objective, ReadOnlySpan<double> point, int budget = 4096, ulong seed = 0, SetMethod method = SetMethod.Automatic)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget);
        return Subdifferential(objective, point, new SetOptions { Budget = budget, Seed = seed, Method = method });
    }

    /// <summary>Like <see cref="Subdifferential(Objective, ReadOnlySpan{double}, int, ulong, SetMethod)"/>, with a time limit, progress and
    /// cancellation.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">x.</param>
    /// <param name="options">How the set is found.</param>
    /// <exception cref="ArgumentOutOfRangeException">The budget is not above 0, or the time limit is below 0.</exception>
    /// <exception cref="InvalidOperationException">The set is to be found by regularity or by independent kinks, and neither is certified.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public static ClarkeSubdifferential Subdifferential(Objective objective, ReadOnlySpan<double> point, SetOptions options)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(options);
        CheckPoint(point);
        return ClarkeSubdifferential.Of(objective, point.ToArray(), options.Checked());
    }

    /// <summary>
    /// The set of a value on a tape at the recorded point, with respect to the leaves that need gradients: the elements of all of them, in the order in which
    /// they were recorded. Where many kinks meet, it takes the memory of a few gradients.
    /// </summary>
    /// <remarks>
    /// The set reads the tape for every question, so the tape must not be reset before. Tangents of the leaves are replaced, and earlier gradients of the tape
    /// end.
    /// </remarks>
    /// <param name="output">A value of one element.</param>
    /// <param name="options">How the set is found; the defaults if null.</param>
    /// <exception cref="InvalidOperationException">The value has more than one element, depends on nothing that needs a gradient, or on a comparison of equal
    /// numbers; or the set is to be found in a way that is not certified.</exception>
    public static ClarkeSubdifferential Subdifferential(Var<double> output, SetOptions? options = null)
    {
        RecordedObjective<double> objective = new(output);
        return ClarkeSubdifferential.Of(objective, objective.Point, (options ?? new SetOptions()).Checked());
    }

    /// <summary>
    /// Goldstein's ε-subdifferential, the hull of ∂F over a ball, approximated by gradients at points drawn in the ball. The result is a part of the set that
    /// grows with the number of points (A. Goldstein, Math. Program. 1977; Burke, Lewis and Overton, SIAM J. Optim. 2005).
    /// </summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The centre.</param>
    /// <param name="radius">The radius; above 0.</param>
    /// <param name="samples">The number of points drawn in addition to the centre; if null, twice the number of variables and at least 32.</param>
    /// <param name="seed">The seed of the points.</param>
    public static GoldsteinSubdifferential Goldstein(Objective objective, ReadOnlySpan<double> point, double radius, int? samples = null, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(objective);
        CheckPoint(point);
        if (!(radius > 0) || !double.IsFinite(radius))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, $"A radius of {radius} was given; it must be above 0 and finite.");
        int count = samples ?? Math.Max(32, 2 * point.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(samples));
        List<double[]> gradients = [];
        int left = 0;
        Take(Gradient(objective, point, seed));
        double[] aside = new double[point.Length], moved = new double[point.Length], uniform = new double[1];
        for (int i = 0; i < count; i++)
        {
            Philox.For(seed, (uint)Streams.GoldsteinDirections, (ulong)i).Normal<double>(aside, 0, 1);
            Philox.For(seed, (uint)Streams.GoldsteinDistances, (ulong)i).Uniform<double>(uniform, 0, 1);
            double scale = radius * Math.Pow(uniform[0], 1.0 / point.Length) / Vectors.Norm(aside);
            for (int k = 0; k < moved.Length; k++)
                moved[k] = point[k] + (scale * aside[k]);
            Take(Gradient(objective, moved, seed + (ulong)i + 1));
        }

        return new GoldsteinSubdifferential(gradients, radius, count + 1, left, point.Length);

        void Take(ClarkeElement element)
        {
            if (element.Certificate.IsCertified)
                gradients.Add(element.Gradient);
            else
                left++;
        }
    }

    /// <summary>The difference between two values at the same point, or null if it is only rounding.</summary>
    internal static double? JumpBetween(double value, double other)
    {
        double difference = other - value;
        if (!double.IsFinite(difference))
            return double.PositiveInfinity;
        return Math.Abs(difference) > SameValue * Math.Max(Math.Abs(value), Math.Abs(other)) ? difference : null;
    }

    /// <summary>
    /// Whether comparisons of numbers that are equal to first order are harmless. They are if, a small step along the direction and slightly beside it, the
    /// numbers are still equal up to rounding and the gradient is the one found at the point, and if in other directions too the value changes as its gradient
    /// says.
    /// </summary>
    internal static bool IsSeenBeside(Objective objective, ReadOnlySpan<double> point, double[] direction, RecordedRun run, double[] gradient)
    {
        if (Vectors.Norm(point) > LargestPoint)
            return false;
        double[] drawn = new double[point.Length];
        for (int look = 0; look < SideDirections; look++)
        {
            Philox.For(0x51de, (uint)Streams.LooksBeside, (ulong)look).Normal<double>(drawn, 0, 1);
            double[] aside = look switch
            {
                0 => direction,
                1 => Vectors.Scaled(direction, -1),
                < SideDirections / 2 => Vectors.Combination([direction, drawn], [1, SideOffset * Vectors.Norm(direction) / Vectors.Norm(drawn)], point.Length),
                _ => drawn,
            };
            bool isAlong = look != 1 && look < SideDirections / 2;
            if ((isAlong && !StaysTied(objective, point, aside, run)) || !FollowsGradient(objective, point, aside, run.Value, look == 0 ? gradient : null))
                return false;
        }

        return true;
    }

    // If rounding separates the numbers, the program takes another path with other comparisons.
    private static bool StaysTied(Objective objective, ReadOnlySpan<double> point, double[] direction, RecordedRun run)
    {
        double size = Math.Max(1, Vectors.Norm(point));
        using RecordedRun far = objective.RunBeside(Moved(point, direction, LargeStep * size / Vectors.Norm(direction)), direction);
        if (LosesValues(far))
            return false;
        foreach (int index in run.Undecided)
        {
            if (index >= far.Gaps.Count || !(far.Gaps[index] <= EqualUpToRounding))
                return false;
            if (far.Gaps[index] != 0)
                break;
        }

        return true;
    }

    // Whether the value changes as the gradient at the nearby point says, and whether that gradient equals the one at the point, if given.
    private static bool FollowsGradient(Objective objective, ReadOnlySpan<double> point, double[] direction, double value, double[]? gradient)
    {
        foreach (double step in Steps)
        {
            double by = step * Math.Max(1, Vectors.Norm(point)) / Vectors.Norm(direction);
            using RecordedRun beside = objective.RunBeside(Moved(point, direction, by), direction);
            if (LosesValues(beside))
                return false;
            double[] there = beside.Gradient();
            double change = beside.Value - value - (by * Vectors.Dot(there, direction)),
                most = (GradientTolerance * by * Vectors.Norm(direction) * Math.Max(1, Vectors.Norm(there))) + (Slack * Math.Abs(value));
            if (!(Math.Abs(change) <= most))
                return false;
            if (gradient is not null && !(Vectors.Distance(there, gradient) <= GradientTolerance * Math.Max(1, Vectors.Norm(gradient))))
                return false;
        }

        return true;
    }

    // Numbers that underflow beside the point are equal there in the program's arithmetic alone.
    private static bool LosesValues(RecordedRun beside) => beside.Obstacles.Any(obstacle => obstacle.Kind == ObstacleKind.ValueUnderflows);

    /// <summary>Throws if a coordinate of the point is not finite.</summary>
    /// <exception cref="ArgumentException">A coordinate is not finite; the message names it.</exception>
    internal static void CheckPoint(ReadOnlySpan<double> point)
    {
        for (int i = 0; i < point.Length; i++)
        {
            if (!double.IsFinite(point[i]))
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"Coordinate {i} of the point is {point[i]}; a point has finite coordinates."), nameof(point));
        }
    }

    /// <summary>An element of the subdifferential along directions, with its certificate.</summary>
    internal static ClarkeElement Along(Objective objective, ReadOnlySpan<double> point, double[][] directions, RecordedRun plain, ulong? seed)
    {
        using RecordedRun run = objective.RunBeside(point, directions);
        return Along(objective, point, directions, plain, run, seed);
    }

    /// <summary>
    /// Like <see cref="Along(Objective, ReadOnlySpan{double}, double[][], RecordedRun, ulong?)"/>, for a run that was already made along the directions.
    /// </summary>
    internal static ClarkeElement Along(Objective objective, ReadOnlySpan<double> point, double[][] directions, RecordedRun plain, RecordedRun run, ulong? seed)
    {
        double? jump = JumpBetween(plain.Value, run.Value);
        double[] gradient = run.WatchedGradient();
        ClarkeCertificate certificate = run.Certify(gradient, plain.Kinks(), seed, directions.Length == 1 ? directions[0] : null, jump);
        if (certificate.Obstacles.Count == 0)
            certificate = certificate with { Obstacles = plain.WithResult(plain.Obstacles, []) };
        if (seed is null)
            certificate = certificate with
            {
                UndecidedKinks = run.Forms.Count(form => !form.IsDecided && !form.IsComparison
                && (form.IsCurved || Vectors.Norm(run.Pull(form)) > 0))
            };
        if (certificate.UndecidedComparisons > 0 && directions.Length == 1 && IsSeenBeside(objective, point, directions[0], run, gradient))
            certificate = certificate with { UndecidedComparisons = 0 };
        if (certificate.IsCertified && run.Forms.Any(BranchesMeeting.MayTear))
            certificate = BranchesMeeting.Look(objective, point, plain, certificate);
        return new ClarkeElement(plain.Value, gradient, EngineEvents.Told(certificate));
    }

    private static bool IsQuotient(Objective objective, ReadOnlySpan<double> point, double[] direction, double value, double derivative)
    {
        foreach (double step in Steps)
        {
            double by = step * Math.Max(1, Vectors.Norm(point)) / Vectors.Norm(direction);
            using RecordedRun beside = objective.RunBeside(Moved(point, direction, by));
            if (LosesValues(beside))
                return false;
            double change = beside.Value - value - (by * derivative);
            if (!(Math.Abs(change) <= (GradientTolerance * by * Math.Max(Vectors.Norm(direction), Math.Abs(derivative))) + (Slack * Math.Abs(value))))
                return false;
        }

        return true;
    }

    private static double[] Moved(ReadOnlySpan<double> point, double[] direction, double by)
    {
        double[] moved = point.ToArray();
        for (int i = 0; i < moved.Length; i++)
            moved[i] += by * direction[i];
        return moved;
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
}
