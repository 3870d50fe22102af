using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>
/// A gradient check that means something at kinks. Difference quotients prove nothing there; what makes backpropagation right is that along every path the integral of ⟨v, γ'⟩ is the change of
/// the value, whichever elements v it returns (J. Bolte and E. Pauwels, Math. Program. 2021). Random paths meet kinks at single moments, where anything may be returned; paths inside the kinks show
/// what is returned there.
/// </summary>
public static class Conservativity
{
    /// <summary>Checks a program.</summary>
    /// <param name="objective">The program.</param>
    /// <param name="domain">Where paths run.</param>
    /// <param name="options">How hard to try; the defaults if null.</param>
    public static ConservativityReport Check(Objective objective, Box domain, ConservativityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(domain);
        ConservativityOptions how = options ?? new ConservativityOptions();
        if (how.Paths < 0 || how.StratumPaths < 0 || !(how.Tolerance > 0))
            throw new ArgumentException($"A check of {how.Paths} and {how.StratumPaths} paths at tolerance {how.Tolerance} was asked for; counts must not be negative and the tolerance must be above 0.", nameof(options));
        TestPath[] inside = [.. StratumPaths.Find(objective, domain, how.StratumPaths, how.Seed)];
        return Check(objective, [.. Random(domain, how), .. inside], how);
    }

    /// <summary>Checks a program along given paths.</summary>
    /// <param name="objective">The program.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="options">The selections and the tolerance; the defaults if null.</param>
    public static ConservativityReport Check(Objective objective, IReadOnlyList<TestPath> paths, ConservativityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(paths);
        ConservativityOptions how = options ?? new ConservativityOptions();
        List<ConservativityDefect> failures = [];
        foreach (TestPath path in paths)
        {
            PathIntegral integral = PathIntegral.Along(objective, how.Selections, path, 0.1 * how.Tolerance);
            double scale = 1 + Math.Abs(integral.Change);
            if (!(integral.Largest <= how.Tolerance * scale))
            {
                (OperationFacts? culprit, double defect) = Culprit.Along(objective, how.Selections, path, 10 * how.Tolerance);
                failures.Add(new ConservativityDefect(path, integral.Integral, integral.Change, integral.Largest, culprit, defect));
            }
        }

        return new ConservativityReport([.. failures.OrderByDescending(failure => failure.Defect)], paths.Count, paths.Count(path => path.Kind == PathKind.Stratum), how.Selections ?? Selections.PyTorch);
    }

    /// <summary>Checks one operation: the program is a fixed random weighted sum of its output.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes; an elementwise rule wrapped in <see cref="UnaryOperation{T, TRule}"/> or <see cref="BinaryOperation{T, TRule}"/>.</param>
    /// <param name="shapes">The shapes of its inputs.</param>
    /// <param name="domain">Where the inputs' elements, in their order, run.</param>
    /// <param name="options">How hard to try; the defaults if null.</param>
    public static ConservativityReport Check<TRule>(TRule rule, IReadOnlyList<Shape> shapes, Box domain, ConservativityOptions? options = null)
        where TRule : struct, IRule<double> => Check(
            Objective.OfTensors(shapes, leaves =>
            {
                Var<double> output = leaves[0].Tape.Record(rule, leaves);
                double[] weights = new double[output.Shape.Count];
                new Philox(0x5eed, 0).Uniform<double>(weights, 0.5, 1.5);
                return (output * output.Tape.Constant(output.Shape, weights)).Sum();
            }),
            domain,
            options);

    private static IEnumerable<TestPath> Random(Box domain, ConservativityOptions how)
    {
        for (int i = 0; i < how.Paths; i++)
        {
            double[] start = domain.Draw(new Philox(how.Seed, 2 * (ulong)i)), end = domain.Draw(new Philox(how.Seed, (2 * (ulong)i) + 1));
            double[] way = Vectors.Difference(end, start);
            yield return new TestPath(PathKind.Segment, start, way, new double[start.Length]);

            // Between two points of a box, a parabola that bends towards the middle by less than half of the way stays near it.
            double[] middle = domain.Draw(new Philox(how.Seed, (1UL << 32) + (ulong)i));
            double[] bend = [.. start.Select((from, k) => (from + end[k] - (2 * middle[k])) / 2)];
            yield return new TestPath(PathKind.Curve, start, Vectors.Difference(way, bend), bend);
        }
    }
}
