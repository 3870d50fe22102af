using ConservativeAD.Kernels;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// A gradient check that is meaningful at kinks, where difference quotients prove nothing. Backpropagation is correct if along every path the integral of ⟨v,
/// γ'⟩ equals the change of the value, for whichever elements v it returns (J. Bolte and E. Pauwels, Math. Program. 2021). Random paths meet kinks only at
/// isolated times, where any value may be returned; paths inside the kinks show which values are returned there.
/// </summary>
public static class Conservativity
{
    // The fraction of a path over which a Lipschitz function changes by less than a jump.
    private const double JumpStep = 1.0 / (1 << 26);

    /// <summary>Checks a program.</summary>
    /// <param name="objective">The program.</param>
    /// <param name="domain">The box that contains the paths.</param>
    /// <param name="options">The options of the check; the defaults if null.</param>
    /// <param name="cancellation">Cancels the check.</param>
    public static ConservativityReport Check(Objective objective, Box domain, ConservativityOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(domain);
        ConservativityOptions how = options ?? new ConservativityOptions();
        if (how.Paths < 0 || how.StratumPaths < 0 || how.LeavingPaths < 0 || !(how.Tolerance > 0))
            throw new ArgumentException(
                $"A check of {how.Paths}, {how.StratumPaths} and {how.LeavingPaths} paths at tolerance {how.Tolerance} was requested; counts must not be "
                    + $"negative and the tolerance must be above 0.", nameof(options));
        TestPath[] inside = [.. StratumPaths.Find(objective, domain, how.StratumPaths, how.Seed, cancellation)];
        return Check(objective, [.. Random(domain, how), .. inside, .. StratumPaths.Leaving(objective, domain, how.LeavingPaths, how.Seed, cancellation)], how,
            cancellation);
    }

    /// <summary>Checks a program along given paths.</summary>
    /// <param name="objective">The program.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="options">The selections and the tolerance; the defaults if null.</param>
    /// <param name="cancellation">Cancels the check.</param>
    public static ConservativityReport Check(Objective objective, IReadOnlyList<TestPath> paths, ConservativityOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(paths);
        ConservativityOptions how = options ?? new ConservativityOptions();
        List<ConservativityDefect> failures = [];
        foreach (TestPath path in paths)
        {
            cancellation.ThrowIfCancellationRequested();
            PathIntegral integral = PathIntegral.Along(objective, how.Selections, path, 0.1 * how.Tolerance);
            double scale = 1 + Math.Abs(integral.Change);
            if (!(integral.Largest <= how.Tolerance * scale))
            {
                (OperationFacts? operation, double defect) = FaultyOperation.Along(objective, how.Selections, path, 10 * how.Tolerance);
                failures.Add(new ConservativityDefect(path, integral.Integral, integral.Change, integral.Largest, operation,
                    defect)
                { Jump = JumpAtStart(objective, path, how.Tolerance * scale) });
            }
        }

        return new ConservativityReport([.. failures.OrderByDescending(failure => failure.Defect)], paths.Count,
            paths.Count(path => path.Kind == PathKind.Stratum), how.Selections ?? Selections.PyTorch);
    }

    /// <summary>Checks one operation: the program is a fixed random weighted sum of its output.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes; an elementwise rule wrapped in <see cref="UnaryOperation{T, TRule}"/> or
    /// <see cref="BinaryOperation{T, TRule}"/>.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    /// <param name="domain">The box for the elements of the inputs, in their order.</param>
    /// <param name="options">The options of the check; the defaults if null.</param>
    public static ConservativityReport Check<TRule>(TRule rule, IReadOnlyList<Shape> shapes, Box domain, ConservativityOptions? options = null)
        where TRule : struct, IRule<double> => Check(
            Objective.OfTensors(shapes, leaves =>
            {
                Var<double> output = leaves[0].Tape.Record(rule, leaves);
                double[] weights = new double[output.Shape.Count];
                Philox.For(0x5eed, (uint)Streams.OutputWeights).Uniform<double>(weights, 0.5, 1.5);
                return (output * output.Tape.Constant(output.Shape, weights)).Sum();
            }),
            domain,
            options);

    // Whether the value changes as soon as the path has left a kink.
    private static double? JumpAtStart(Objective objective, TestPath path, double tolerance)
    {
        double jump = objective.Value(path.At(JumpStep)) - objective.Value(path.At(0));
        return path.Kind == PathKind.Leaving && !(Math.Abs(jump) <= tolerance) ? jump : null;
    }

    private static IEnumerable<TestPath> Random(Box domain, ConservativityOptions how)
    {
        for (int i = 0; i < how.Paths; i++)
        {
            double[] start = domain.Draw(Philox.For(how.Seed, (uint)Streams.PathStarts, (ulong)i)),
                end = domain.Draw(Philox.For(how.Seed, (uint)Streams.PathEnds, (ulong)i));
            double[] way = Vectors.Difference(end, start);
            yield return new TestPath(PathKind.Segment, start, way, new double[start.Length]);

            // Between two points of a box, a parabola that bends towards the middle by less than half the distance stays near the box.
            double[] middle = domain.Draw(Philox.For(how.Seed, (uint)Streams.PathMiddles, (ulong)i));
            double[] bend = [.. start.Select((from, k) => (from + end[k] - (2 * middle[k])) / 2)];
            yield return new TestPath(PathKind.Curve, start, Vectors.Difference(way, bend), bend);
        }
    }
}
