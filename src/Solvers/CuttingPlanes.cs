using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>
/// Linearisations of F(y) + η/2·‖y − x‖², where x is the centre, with the solution of the proximal step's dual. The convexification η is the least for which no
/// linearisation lies above F at the centre: 0 for convex functions (W. Hare and C. Sagastizábal, A redistributed proximal bundle method for nonconvex
/// optimization, SIAM J. Optim. 2010).
/// </summary>
internal sealed class CuttingPlanes(int dimension)
{
    // A linearisation error above the negative of this, relative to the value, is due to rounding.
    private const double Rounding = 1e-13;

    // The factor on the least η, so that the planes that need it do not stay tight.
    private const double Margin = 2;

    private readonly List<Plane> planes = [];
    private readonly SimplexQuadratic slopes = new();
    private double scale = 1;

    /// <summary>The combination of gradients given by the dual solution.</summary>
    public double[] Aggregate => slopes.Combination;

    public double AggregateError { get; private set; }

    /// <summary>η.</summary>
    public double Convexification { get; private set; }

    /// <summary>The error of the plane that was added last.</summary>
    public double LastError => Error(planes[^1]);

    public int Count => planes.Count;

    /// <summary>Adds the linearisation at a point.</summary>
    public void Add(Iterate centre, Iterate at)
    {
        double[] offset = new double[dimension];
        TensorPrimitives.Subtract(at.Point, centre.Point, offset);
        scale = Math.Max(1, Math.Abs(centre.Value));
        Append(new Plane(at.Gradient, centre.Value - at.Value + TensorPrimitives.Dot<double>(at.Gradient, offset), offset,
            TensorPrimitives.SumOfSquares<double>(offset)));
        Convexify(false);
    }

    /// <summary>Updates the errors for another centre.</summary>
    public void MoveTo(Iterate from, Iterate to)
    {
        double[] step = new double[dimension];
        TensorPrimitives.Subtract(to.Point, from.Point, step);
        double length = TensorPrimitives.SumOfSquares<double>(step);
        scale = Math.Max(1, Math.Abs(to.Value));
        for (int i = 0; i < planes.Count; i++)
        {
            Plane plane = planes[i];
            double[] offset = new double[dimension];
            TensorPrimitives.Subtract(plane.Offset, step, offset);
            double square = Math.Max(0, plane.Square - (2 * TensorPrimitives.Dot<double>(plane.Offset, step)) + length);
            planes[i] = new Plane(plane.Gradient, plane.Linear + to.Value - from.Value - TensorPrimitives.Dot<double>(plane.Gradient, step), offset, square);
        }

        Convexify(true);
    }

    /// <summary>min ½‖Σwᵢsᵢ‖²/u + Σwᵢcᵢ over the simplex.</summary>
    public void Solve(double weight)
    {
        slopes.Solve([.. planes.Select(plane => weight * Error(plane))]);
        AggregateError = planes.Select((plane, i) => slopes.Weights[i] * Error(plane)).Sum();
    }

    /// <summary>
    /// Makes room for another plane: planes of weight 0 are removed first, those with the largest errors before others; if all have weight, the two with the
    /// least weight are merged.
    /// </summary>
    public void Compress(int most)
    {
        while (planes.Count >= most)
        {
            int idle = -1;
            for (int i = 0; i < planes.Count; i++)
            {
                if (slopes.Weights[i] == 0 && (idle < 0 || Error(planes[i]) > Error(planes[idle])))
                    idle = i;
            }

            if (idle >= 0)
            {
                Remove(idle);
                continue;
            }

            // The aggregate replaces the two planes of least weight, which suffices for convergence (Kiwiel 1985, section 2.4).
            int[] lightest = [.. Enumerable.Range(0, planes.Count).OrderBy(i => slopes.Weights[i]).Take(2).OrderDescending()];
            double[] gradient = new double[dimension], offset = new double[dimension];
            double linear = 0, square = 0;
            for (int i = 0; i < planes.Count; i++)
            {
                TensorPrimitives.MultiplyAdd(planes[i].Gradient, slopes.Weights[i], gradient, gradient);
                TensorPrimitives.MultiplyAdd(planes[i].Offset, slopes.Weights[i], offset, offset);
                linear += slopes.Weights[i] * planes[i].Linear;
                square += slopes.Weights[i] * planes[i].Square;
            }

            Remove(lightest[0]);
            Remove(lightest[1]);
            Append(new Plane(gradient, linear, offset, square));
            slopes.StartFrom(planes.Count - 1);
        }
    }

    private double Error(Plane plane) => Math.Max(0, plane.Linear + (0.5 * Convexification * plane.Square));

    // The least η that the planes need; it may decrease only after the centre moved.
    private void Convexify(bool mayFall)
    {
        double least = 0;
        foreach (Plane plane in planes)
        {
            if (plane.Linear < -Rounding * scale && plane.Square > 0)
                least = Math.Max(least, -2 * plane.Linear / plane.Square);
        }

        double before = Convexification;
        if (least > before || (mayFall && Margin * least < before))
            Convexification = Margin * least;
        if (Convexification == 0 && before == 0)
            return;
        if (!mayFall && Convexification == before)
            return;
        for (int i = 0; i < planes.Count; i++)
            slopes.Replace(i, Slope(planes[i]));
    }

    private void Append(Plane plane)
    {
        planes.Add(plane);
        slopes.Add(Slope(plane));
    }

    private double[] Slope(Plane plane)
    {
        if (Convexification == 0)
            return plane.Gradient;
        double[] slope = new double[dimension];
        TensorPrimitives.MultiplyAdd(plane.Offset, Convexification, plane.Gradient, slope);
        return slope;
    }

    private void Remove(int index)
    {
        planes.RemoveAt(index);
        slopes.RemoveAt(index);
    }

    /// <summary>A linearisation, or a convex combination of several.</summary>
    /// <param name="Gradient">The gradient of F.</param>
    /// <param name="Linear">F minus its linearisation, at the centre.</param>
    /// <param name="Offset">The point of the linearisation minus the centre.</param>
    /// <param name="Square">‖Offset‖², or the combination of these numbers.</param>
    private sealed record Plane(double[] Gradient, double Linear, double[] Offset, double Square);
}
