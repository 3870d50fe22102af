using System.Numerics.Tensors;

namespace ConservativeAD.Optimizers;

/// <summary>Linearisations of F, as gradient and error at the centre, with the solution of the proximal step's dual.</summary>
internal sealed class CuttingPlanes(int dimension)
{
    private readonly List<Plane> planes = [];
    private readonly List<double[]> gram = [];
    private double[] weights = [];

    /// <summary>The combination of gradients that the dual chose.</summary>
    public double[] Aggregate { get; private set; } = new double[dimension];

    public double AggregateError { get; private set; }

    /// <summary>The error of the plane that was added last.</summary>
    public double LastError => planes[^1].Error;

    /// <summary>Adds the linearisation at a point.</summary>
    public void Add(Iterate centre, Iterate at, double shift)
    {
        double distance = TensorPrimitives.Distance<double>(centre.Point, at.Point);
        double[] back = new double[dimension];
        TensorPrimitives.Subtract(centre.Point, at.Point, back);
        Append(new Plane(at.Gradient, centre.Value - at.Value - TensorPrimitives.Dot<double>(at.Gradient, back), distance), shift);
    }

    /// <summary>Tells the errors as seen from another centre; distances are summed along the way.</summary>
    public void MoveTo(Iterate from, Iterate to, double shift)
    {
        double[] step = new double[dimension];
        TensorPrimitives.Subtract(to.Point, from.Point, step);
        double length = TensorPrimitives.Norm<double>(step);
        for (int i = 0; i < planes.Count; i++)
        {
            Plane plane = planes[i];
            planes[i] = (plane with { Linear = plane.Linear + to.Value - from.Value - TensorPrimitives.Dot<double>(plane.Gradient, step), Distance = plane.Distance + length }).Raised(shift);
        }
    }

    /// <summary>min ½‖Σwᵢgᵢ‖²/u + Σwᵢαᵢ over the simplex.</summary>
    public void Solve(double weight)
    {
        SimplexQuadratic.Solve(gram, [.. planes.Select(plane => weight * plane.Error)], weights);
        double[] aggregate = new double[dimension];
        double error = 0;
        for (int i = 0; i < planes.Count; i++)
        {
            if (weights[i] == 0)
                continue;
            TensorPrimitives.MultiplyAdd(planes[i].Gradient, weights[i], aggregate, aggregate);
            error += weights[i] * planes[i].Error;
        }

        (Aggregate, AggregateError) = (aggregate, error);
    }

    /// <summary>Makes room for another plane: those of no weight go first, with the largest errors in front; where all have weight, two of the least become one.</summary>
    public void Compress(int most, double shift)
    {
        while (planes.Count >= most)
        {
            int idle = -1;
            for (int i = 0; i < planes.Count; i++)
            {
                if (weights[i] == 0 && (idle < 0 || planes[i].Error > planes[idle].Error))
                    idle = i;
            }

            if (idle >= 0)
            {
                Remove(idle);
                continue;
            }

            // The aggregate replaces the two lightest: it alone keeps the method convergent (Kiwiel 1985, section 2.4).
            int[] lightest = [.. Enumerable.Range(0, planes.Count).OrderBy(i => weights[i]).Take(2).OrderDescending()];
            double linear = 0, distance = 0;
            for (int i = 0; i < planes.Count; i++)
            {
                linear += weights[i] * planes[i].Linear;
                distance += weights[i] * planes[i].Distance;
            }

            Plane aggregate = new([.. Aggregate], linear, distance);
            Remove(lightest[0]);
            Remove(lightest[1]);
            Array.Clear(weights);
            Append(aggregate, shift);
            weights[^1] = 1;
        }
    }

    private void Append(Plane plane, double shift)
    {
        double[] row = new double[planes.Count + 1];
        for (int i = 0; i < planes.Count; i++)
        {
            row[i] = TensorPrimitives.Dot<double>(planes[i].Gradient, plane.Gradient);
            double[] longer = gram[i];
            Array.Resize(ref longer, row.Length);
            longer[^1] = row[i];
            gram[i] = longer;
        }

        row[^1] = TensorPrimitives.Dot<double>(plane.Gradient, plane.Gradient);
        gram.Add(row);
        planes.Add(plane.Raised(shift));
        Array.Resize(ref weights, planes.Count);
    }

    private void Remove(int index)
    {
        planes.RemoveAt(index);
        gram.RemoveAt(index);
        weights = [.. weights.Where((_, k) => k != index)];
        double sum = weights.Sum();
        weights = sum > 0 ? [.. weights.Select(weight => weight / sum)] : new double[planes.Count];
        for (int j = 0; j < gram.Count; j++)
            gram[j] = [.. gram[j].Where((_, k) => k != index)];
    }

    private sealed record Plane(double[] Gradient, double Linear, double Distance)
    {
        public double Error { get; private init; }

        /// <summary>With the error that the dual sees: a negative one, which a convex function does not have, is turned round, and where it is small raised with the square of the distance.</summary>
        public Plane Raised(double shift) => this with { Error = Linear >= 0 ? Linear : Math.Max(-Linear, shift * Distance * Distance) };
    }
}
