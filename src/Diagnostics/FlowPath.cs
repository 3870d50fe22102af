using System.Globalization;
using System.Numerics.Tensors;
using ConservativeAD.Solvers;

namespace ConservativeAD.Diagnostics;

/// <summary>A solution of θ' ∈ −∂F(θ), at the times of the integration's steps.</summary>
public sealed class FlowPath
{
    private readonly List<double> times = [];
    // A direction jumps if its norm changes by this factor within a few active radii.
    private const double Jump = 1.2;
    private const double RadiiOfJump = 10;

    private readonly List<double[]> points = [];
    private readonly List<double[]> directions = [];
    private readonly List<double> values = [];

    internal FlowPath()
    {
    }

    /// <summary>The times, from 0.</summary>
    public IReadOnlyList<double> Times => times;

    /// <summary>F at those times.</summary>
    public IReadOnlyList<double> Values => values;

    /// <summary>
    /// dist(0, ∂F)² at those times: the rate at which F decreases (H. Brezis, Opérateurs maximaux monotones, 1973, for convex F; J. Bolte and E. Pauwels 2021
    /// for path-differentiable F).
    /// </summary>
    public IReadOnlyList<double> SquaredDistances => [.. directions.Select(direction => TensorPrimitives.SumOfSquares<double>(direction))];

    /// <summary>The number of gradients used.</summary>
    public int Evaluations { get; internal set; }

    /// <summary>Whether the flow came to rest before the end of the time.</summary>
    public bool IsAtRest { get; internal set; }

    /// <summary>The difference between F(θ(0)) − F(θ(T)) and ∫ ‖θ'‖² dt of the interpolated path: the energy error of the integration.</summary>
    public double EnergyError
    {
        get
        {
            double integral = 0;
            for (int i = 1; i < times.Count; i++)
                integral += Action(points[i - 1], points[i], directions[i - 1], directions[i], times[i] - times[i - 1]);
            return values[0] - values[^1] - integral;
        }
    }

    /// <summary>The largest distance of a kink that was taken for one at the point: values are known to this times the slope there.</summary>
    internal double ActiveRadius { get; set; }

    /// <summary>The point at one of the times.</summary>
    /// <param name="index">The index of the time.</param>
    public ReadOnlySpan<double> Point(int index) => points[index];

    /// <summary>
    /// The index of the first time from which on the flow meets no other kinks: it slides along those that it is on, and its direction does not jump any more.
    /// 0 if its direction never jumps.
    /// </summary>
    /// <param name="above">Only times at which F is above this value count. Near the limit a direction is as small as its error.</param>
    public int LastJump(double above = double.NegativeInfinity)
    {
        for (int i = times.Count - 1; i > 0; i--)
        {
            if (!(values[i] > above))
                continue;
            double before = TensorPrimitives.Norm<double>(directions[i - 1]), after = TensorPrimitives.Norm<double>(directions[i]);
            bool isFar = Math.Max(before, after) > Jump * Math.Min(before, after);
            if (isFar && TensorPrimitives.Distance<double>(points[i - 1], points[i]) <= RadiiOfJump * ActiveRadius)
                return i;
        }

        return 0;
    }

    /// <summary>The flow from one of its times on, as a run of least-norm subgradients with the times between its points as step sizes.</summary>
    /// <param name="index">The index of the time.</param>
    /// <param name="greatestGap">Points at which F is above the given limit by more than this are left out.</param>
    /// <param name="limit">The limit.</param>
    public Trajectory From(int index, double greatestGap = double.PositiveInfinity, double limit = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        Trajectory run = new(SubgradientChoice.MinimalNorm);
        for (int i = index; i < times.Count; i++)
        {
            if (values[i] - limit <= greatestGap)
                run.Add(points[i], values[i], TensorPrimitives.Norm<double>(directions[i]), i + 1 < times.Count ? times[i + 1] - times[i] : 0);
        }

        return run;
    }

    /// <summary>θ(t), by cubic interpolation between the times.</summary>
    /// <param name="time">t, not negative. After the last time the last point is returned if the flow is at rest.</param>
    /// <exception cref="ArgumentOutOfRangeException">t is negative, or after the end of a flow that is not at rest.</exception>
    public double[] At(double time)
    {
        if (!(time >= 0) || (time > times[^1] && !IsAtRest))
            throw new ArgumentOutOfRangeException(nameof(time), time, $"The time {time} is not between 0 and {times[^1]}.");
        if (time >= times[^1])
            return [.. points[^1]];
        int after = times.BinarySearch(time) is var place && place >= 0 ? place + 1 : ~place;
        double length = times[after] - times[after - 1], s = (time - times[after - 1]) / length;
        double[] from = points[after - 1], to = points[after], slopeFrom = directions[after - 1], slopeTo = directions[after], at = new double[from.Length];
        double stay = (1 + (2 * s)) * (1 - s) * (1 - s), go = s * s * (3 - (2 * s)), leave = s * (1 - s) * (1 - s) * length, arrive = s * s * (s - 1) * length;
        for (int i = 0; i < at.Length; i++)
            at[i] = (stay * from[i]) + (go * to[i]) + (leave * slopeFrom[i]) + (arrive * slopeTo[i]);
        return at;
    }

    // The integral of the squared derivative of the cubic with these ends and slopes.
    private static double Action(double[] from, double[] to, double[] slopeFrom, double[] slopeTo, double length)
    {
        double sum = 0;
        for (int i = 0; i < from.Length; i++)
        {
            double way = (to[i] - from[i]) / length, leave = slopeFrom[i], arrive = slopeTo[i];
            sum += (1.2 * way * way) - (0.2 * way * (leave + arrive)) + (2 * ((leave * leave) + (arrive * arrive)) / 15) - (leave * arrive / 15);
        }

        return sum * length;
    }

    internal void Add(double time, double[] point, double[] direction, double value)
    {
        times.Add(time);
        points.Add(point);
        directions.Add(direction);
        values.Add(value);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture,
            $"flow of {times.Count} points"
                + $"{(times.Count == 0 ? "" : $" to time {VectorText.Number(times[^1])}, where the value is {VectorText.Number(values[^1])}")}"
                + $"{(IsAtRest ? ", at rest" : "")}");
}
