using System.Numerics.Tensors;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Solvers;

/// <summary>
/// A model of μ·f + Σmax(gᵢ, 0) + Σ|hⱼ| around a centre: each of these functions is the maximum of its own linearisations at collected points, and a step
/// minimises their sum plus ‖d‖²·u/2 within the bounds. A linearisation of a function that is not convex is lowered to be below its value at the centre by its
/// own error or a multiple of the squared distance (K. Kiwiel, Methods of Descent for Nondifferentiable Optimization, 1985, chapter 3).
/// </summary>
internal sealed class PenaltyModel(VariableBounds? bounds, int most)
{
    private const double Rounding = 1e-13;

    // In the dual, the weights of a group sum to its size up to the change of the group's value over the square of this, relative to the size of a gradient.
    // Changes become small with the steps; a large number would cost digits.
    private const double Coupling = 1;
    private const int MaximumRounds = 50;

    private readonly List<ConstrainedIterate> points = [];
    private readonly Dictionary<(ConstrainedIterate? Point, int Group, int Sign), double> weights = [];
    private double[] localities = [];

    // The number of points from before the last move.
    private int older;

    /// <summary>The point around which steps are taken.</summary>
    public ConstrainedIterate Centre { get; private set; } = null!;

    /// <summary>Moves the centre. Linearisations without weight in the last step are left out.</summary>
    public void MoveTo(ConstrainedIterate centre)
    {
        if (Centre is not null)
            points.RemoveAll(point => !weights.Any(pair => ReferenceEquals(pair.Key.Point, point) && pair.Value != 0));
        older = points.Count;
        Centre = centre;
        Add(centre);
    }

    /// <summary>Adds the linearisations at a point. If there are too many, those at the oldest points that had no weight in the last step are left
    /// out.</summary>
    public void Add(ConstrainedIterate point)
    {
        if (points.Exists(other => ReferenceEquals(other, point)))
            return;
        points.Add(point);
        for (int k = 0; k < points.Count - 1 && points.Count > most;)
        {
            ConstrainedIterate old = points[k];
            if (ReferenceEquals(old, Centre) || weights.Any(pair => ReferenceEquals(pair.Key.Point, old) && pair.Value != 0))
            {
                k++;
                continue;
            }

            points.RemoveAt(k);
            if (k < older)
                older--;
        }
    }

    /// <summary>The step for a share μ of the objective.</summary>
    public double[] Step(double share, double weight)
    {
        int n = Centre.Point.Length, groups = 1 + Centre.Rows.Length;
        if (localities.Length == 0)
            localities = new double[groups];
        List<Plane> all = Planes();
        double largest = Math.Max(1e-12, all.Max(plane => TensorPrimitives.Norm<double>(plane.Gradient)) / Math.Sqrt(weight)), coupling = Coupling * largest;
        bool[] isTaken = new bool[all.Count];
        for (int k = 0; k < all.Count; k++)
            isTaken[k] = ReferenceEquals(all[k].Point, Centre) || all[k].Point is null || weights.GetValueOrDefault(all[k].Key) != 0;
        HashSet<(int Variable, bool IsUpper)> bounded = [];
        double[] step = new double[n];
        for (int round = 0; round < MaximumRounds; round++)
        {
            List<Plane> planes = [.. all.Where((_, k) => isTaken[k])];
            (int Variable, bool IsUpper)[] normals = [.. bounded.Order()];
            Solve(planes, normals, share, weight, coupling, step);
            if (!Extend(all, isTaken, step) & !LeavesBounds(step, bounded))
                break;
        }

        for (int i = 0; i < n && bounds is not null; i++)
            step[i] = Math.Clamp(step[i], bounds.Lower[i] - Centre.Point[i], bounds.Upper[i] - Centre.Point[i]);
        return step;
    }

    /// <summary>What the model has after a step: μ times the change of f, and the violation.</summary>
    public (double Objective, double Violation) After(double[] step, double share)
    {
        double[] highest = Highest(Planes(), step);
        return (share * highest[0], highest.Skip(1).Sum());
    }

    private double[] Highest(List<Plane> planes, double[] step)
    {
        double[] highest = new double[1 + Centre.Rows.Length];
        Array.Fill(highest, double.NegativeInfinity);
        foreach (Plane plane in planes)
            highest[plane.Group] = Math.Max(highest[plane.Group], plane.At(step));
        return highest;
    }

    private void Solve(List<Plane> planes, (int Variable, bool IsUpper)[] normals, double share, double weight, double coupling, double[] step)
    {
        int n = step.Length, groups = 1 + Centre.Rows.Length, count = planes.Count + normals.Length;
        double root = Math.Sqrt(weight);
        double[] now = Highest(planes, new double[n]);
        double[] origin = new double[n + groups], costs = new double[count], lower = new double[count], upper = new double[count], start = new double[count];
        for (int i = 0; i < groups; i++)
            origin[n + i] = -coupling * (i == 0 ? share : 1);
        double[][] vectors = new double[count][];
        Array.Fill(upper, double.PositiveInfinity);
        for (int k = 0; k < planes.Count; k++)
        {
            double[] vector = vectors[k] = new double[n + groups];
            TensorPrimitives.Multiply(planes[k].Gradient, 1 / root, vector.AsSpan(0, n));
            vector[n + planes[k].Group] = coupling;
            (costs[k], start[k]) = (now[planes[k].Group] - planes[k].Value, weights.GetValueOrDefault(planes[k].Key));
        }

        for (int k = 0; k < normals.Length; k++)
        {
            (int variable, bool isUpper) = normals[k];
            double[] vector = vectors[planes.Count + k] = new double[n + groups];
            vector[variable] = (isUpper ? 1 : -1) / root;
            costs[planes.Count + k] = isUpper ? bounds!.Upper[variable] - Centre.Point[variable] : Centre.Point[variable] - bounds!.Lower[variable];
        }

        double[] found = BoxQuadratic.Solve(origin, vectors, costs, lower, upper, start);
        Array.Clear(step);
        for (int k = 0; k < count; k++)
        {
            if (found[k] != 0)
                TensorPrimitives.MultiplyAdd(vectors[k].AsSpan(0, n), -found[k] / root, step, step);
        }

        weights.Clear();
        for (int k = 0; k < planes.Count; k++)
            weights[planes[k].Key] = found[k];
    }

    // Takes the highest plane of each group into the problem; whether one was not there yet.
    private bool Extend(List<Plane> all, bool[] isTaken, double[] step)
    {
        int groups = 1 + Centre.Rows.Length;
        double[] known = Highest([.. all.Where((_, k) => isTaken[k])], step);
        int[] highest = new int[groups];
        Array.Fill(highest, -1);
        for (int k = 0; k < all.Count; k++)
        {
            int group = all[k].Group;
            double value = all[k].At(step);
            if (!isTaken[k] && value > known[group] + (Rounding * (1 + Math.Abs(known[group]))) && (highest[group] < 0 || value > all[highest[group]].At(step)))
                highest[group] = k;
        }

        foreach (int k in highest)
        {
            if (k >= 0)
                isTaken[k] = true;
        }

        return Array.Exists(highest, k => k >= 0);
    }

    private bool LeavesBounds(double[] step, HashSet<(int Variable, bool IsUpper)> bounded)
    {
        bool leaves = false;
        for (int i = 0; i < step.Length && bounds is not null; i++)
        {
            double above = Centre.Point[i] + step[i] - bounds.Upper[i], below = bounds.Lower[i] - Centre.Point[i] - step[i];
            leaves |= Math.Max(above, below) > 1e-12 * (Math.Abs(step[i]) + Math.Abs(Centre.Point[i])) && bounded.Add((i, above > below));
        }

        return leaves;
    }

    private List<Plane> Planes()
    {
        List<Plane> planes = [];
        for (int k = 0; k < points.Count; k++)
        {
            ConstrainedIterate point = points[k];
            double[] offset = new double[Centre.Point.Length];
            TensorPrimitives.Subtract(Centre.Point, point.Point, offset);
            AddPlane(planes, point, k < older, 0, 1, offset);
            for (int i = 1; i <= point.Rows.Length; i++)
            {
                AddPlane(planes, point, k < older, i, 1, offset);
                if (i > Centre.Inequalities)
                    AddPlane(planes, point, k < older, i, -1, offset);
            }
        }

        for (int i = 0; i < Centre.Inequalities; i++)
            planes.Add(new Plane((null, 1 + i, 1), new double[Centre.Point.Length], 0));
        return planes;
    }

    // A linearisation from before the last move that is above the function at the centre is left out; one that a step from the centre has shown is lowered.
    private void AddPlane(List<Plane> planes, ConstrainedIterate point, bool isOlder, int group, int sign, double[] offset)
    {
        double centre = group == 0 ? Centre.Value : Centre.Constraints[group - 1], value = group == 0 ? point.Value : point.Constraints[group - 1];
        double[] gradient = group == 0 ? point.Gradient : point.Rows[group - 1];
        double error = 0, square = TensorPrimitives.SumOfSquares<double>(offset);
        if (square > 0)
        {
            error = sign * (centre - value - TensorPrimitives.Dot<double>(gradient, offset));
            ref double locality = ref localities[group];
            if (error < -Rounding * Math.Max(1, Math.Abs(centre)))
            {
                locality = Math.Max(locality, -error / square);
                if (isOlder)
                    return;
            }

            error = Math.Max(Math.Abs(error), locality * square);
        }

        planes.Add(new Plane((point, group, sign), sign > 0 ? gradient : Vectors.Scaled(gradient, -1), (group == 0 ? 0 : sign * centre) - error));
    }

    /// <summary>A linearisation of one function.</summary>
    /// <param name="Key">The point where it was taken, null for the constant 0; the function: 0 for f, then the constraints; 1, or −1 for −hⱼ.</param>
    /// <param name="Gradient">Its gradient.</param>
    /// <param name="Value">Its value at the centre; for f less f there.</param>
    private sealed record Plane((ConstrainedIterate? Point, int Group, int Sign) Key, double[] Gradient, double Value)
    {
        public ConstrainedIterate? Point => Key.Point;

        public int Group => Key.Group;

        public double At(double[] step) => Value + TensorPrimitives.Dot<double>(Gradient, step);
    }
}
