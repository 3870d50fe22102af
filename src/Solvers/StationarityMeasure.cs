using System.Numerics.Tensors;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>The measures of stationarity.</summary>
public enum StationarityKind
{
    /// <summary>The distance of Clarke's subdifferential at the point from 0.</summary>
    ClarkeDistance,

    /// <summary>The distance from 0 of the hull of some gradients in the ball: an upper bound of the distance of Goldstein's ε-subdifferential.</summary>
    GoldsteinResidual,
}

/// <summary>How close to stationary a point is.</summary>
/// <param name="Kind">The measure.</param>
/// <param name="Value">The distance from 0.</param>
/// <param name="Radius">The ball's radius; 0 for the set at the point itself.</param>
/// <param name="Evaluations">The number of gradients used.</param>
/// <param name="IsArtificial">Whether the point is critical only for backpropagation: backpropagation can return 0, but 0 is not in Clarke's subdifferential.
/// Null if this is unknown.</param>
public sealed record StationarityMeasure(StationarityKind Kind, double Value, double Radius, int Evaluations, bool? IsArtificial)
{
    internal const int MaximumVariables = 64;
    private const int DrawsPerVariable = 40;
    private const int MaximumDraws = 2000;

    // A cell takes a locked gradient, and a reverse pass for each kink that decides.
    private const int EvaluationsPerCell = 10;

    /// <summary>
    /// A unit vector along which F decreases at least by the slope to first order, if the point is at a kink and proved not to be stationary.
    /// </summary>
    internal (double[] Direction, double Slope)? Descent { get; private init; }

    /// <summary>Measures stationarity at a point: by Clarke's subdifferential if it contains 0 up to the tolerance, otherwise by Goldstein's over a
    /// ball.</summary>
    /// <param name="objective">F.</param>
    /// <param name="point">The point.</param>
    /// <param name="options">Tolerance, radius, budget of cells, seed, bounds. At a bound the normals of the box belong to the set.</param>
    /// <param name="cancellation">Stops it.</param>
    public static StationarityMeasure Of(Objective objective, ReadOnlySpan<double> point, SolverOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(objective);
        options ??= new SolverOptions();
        options.Check();
        return Of(objective, point, options, MeasureLimits.None(), cancellation);
    }

    internal static StationarityMeasure Of(Objective objective, ReadOnlySpan<double> point, SolverOptions options, MeasureLimits limits,
        CancellationToken cancellation)
    {
        double[] x = point.ToArray();
        NormalCone? cone = NormalCone.At(x, options.Bounds);
        bool? isArtificial = null;
        (double[] Direction, double Slope)? descent = null;
        if (cone is null)
        {
            if (x.Length <= MaximumVariables)
                isArtificial = ArtificialCriticality.Of(objective, x, options.Tolerance, options.CellBudget, options.Seed).IsArtificial;
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, x, new SetOptions
            {
                Budget = x.Length <= MaximumVariables ? options.CellBudget : Math.Clamp(limits.Evaluations / EvaluationsPerCell, 1, options.CellBudget),
                Seed = options.Seed,
                TimeLimit = limits.TimeLeft() is { } left ? TimeSpan.FromTicks(Math.Max(0, left.Ticks)) : null,
                Cancellation = cancellation,
            });
            if (set.IsStationary(options.Tolerance) == true)
                return new StationarityMeasure(StationarityKind.ClarkeDistance, set.Distance.Upper, 0, Math.Max(1, set.Cells.Count), isArtificial);
            if (set.IsDifferentiable != true && set.IsStationary(options.Tolerance) == false && set.DescentDirection is { } direction)
                descent = (direction, -set.Distance.Lower);
        }

        int evaluations = 0;
        Iterate Evaluate(double[] at)
        {
            cancellation.ThrowIfCancellationRequested();
            evaluations++;
            options.Bounds?.Project(at);
            ClarkeElement element = Clarke.Gradient(objective, at, options.Seed + (ulong)evaluations);
            return new Iterate(at, element.Value, cone?.Shorten(element.Gradient) ?? element.Gradient);
        }

        bool IsSpent() => evaluations >= limits.Evaluations || limits.Work.IsSpent || limits.IsOutOfTime;

        double radius = options.Radius * Math.Max(1, TensorPrimitives.MaxMagnitude<double>(x) is var size ? Math.Abs(size) : 1);
        GoldsteinStep step = new(Evaluate, Philox.For(options.Seed, (uint)Streams.StationaritySteps), Math.Min(20 * (x.Length + 10), 600), IsSpent,
            limits.Work);
        Iterate centre = Evaluate(x);
        step.Take(centre, [], radius, options.Tolerance, false);
        GradientHull hull = step.Hull!;
        Widen(hull, x, radius, options, Evaluate, IsSpent);
        return new StationarityMeasure(StationarityKind.GoldsteinResidual, hull.Norm, radius, evaluations, isArtificial) { Descent = descent };
    }

    // A step ends when F decreases, and its gradients may then come from one side only, so others are drawn from the ball.
    private static void Widen(GradientHull hull, double[] x, double radius, SolverOptions options, Func<double[], Iterate> evaluate, Func<bool> isSpent)
    {
        int n = x.Length;
        double[] aside = new double[n], uniform = new double[1], point = new double[n];
        for (int draw = 0; draw < Math.Min(DrawsPerVariable * (n + 10), MaximumDraws) && hull.Norm > options.Tolerance && !isSpent(); draw++)
        {
            Philox.For(options.Seed, (uint)Streams.StationarityPoints, 2UL * (ulong)draw).Normal<double>(aside, 0, 1);
            Philox.For(options.Seed, (uint)Streams.StationarityPoints, (2UL * (ulong)draw) + 1).Uniform<double>(uniform, 0, 1);

            TensorPrimitives.Multiply(aside, (draw % 2 == 0 ? 1 : 0.5) / TensorPrimitives.Norm<double>(aside), aside);

            // Every second draw lies in the direction in which F decreases according to the element of least norm.
            if (draw % 2 != 0)
                TensorPrimitives.MultiplyAdd(hull.Element, -0.5 / hull.Norm, aside, aside);
            TensorPrimitives.MultiplyAdd(aside, radius * Math.Pow(uniform[0], 1.0 / n), x, point);
            Iterate drawn = evaluate([.. point]);
            if (drawn.IsFinite && TensorPrimitives.Dot<double>(drawn.Gradient, hull.Element) < hull.Norm * hull.Norm * (1 - 1e-9))
            {
                hull.Add(drawn);
                hull.Prune();
            }
        }
    }

    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
