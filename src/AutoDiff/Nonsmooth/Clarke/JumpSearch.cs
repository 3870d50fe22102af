namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Looks for a jump of a function on short segments across a wall, beside a point. Branches that agree at a point to first order may still come apart beside
/// it, such as those of y &gt; 0 ? x² : 0 at the origin: no derivative at the point shows it, values beside it do.
/// </summary>
/// <param name="objective">The function.</param>
/// <param name="point">The point.</param>
internal sealed class JumpSearch(Objective objective, double[] point)
{
    // Jumps of order k shrink with the k-th power of the distance from the point. A jump that is seen at both distances reaches the point.
    private static readonly double[] Distances = [1e-2, 1e-3];

    // The half-length of the segment relative to the distance, which leaves room for a curved wall.
    private const double HalfLength = 0.125;

    // Segments of this length, relative to the point, are not divided further.
    private const double ShortestLength = 1e-12;

    // Rounding of the values, relative to their size.
    private const double Rounding = 1e-13;

    private const int MaximumDivisions = 120;

    // Pieces are divided unevenly: a jump and a kink can cancel over a symmetric piece.
    private const double Division = 0.382;

    /// <summary>Whether the function jumps across the wall at every distance.</summary>
    /// <param name="along">A direction that lies in the wall.</param>
    /// <param name="wall">The unit normal of the wall.</param>
    public bool IsTorn(double[] along, double[] wall)
    {
        double scale = Math.Max(1, Vectors.Norm(point));
        return Array.TrueForAll(Distances, distance =>
        {
            double far = distance * scale;
            double[] centre = Vectors.Combination([point, along], [1, far / Vectors.Norm(along)], point.Length);
            return Jumps(centre, wall, HalfLength * far, ShortestLength * scale);
        });
    }

    // The piece whose values its slopes explain worst is divided. A kink's defect shrinks with its piece; that of a jump stays.
    private bool Jumps(double[] centre, double[] wall, double half, double shortest)
    {
        PriorityQueue<(Sample Left, Sample Right), double> worst = new();
        Sample first = At(-half), inner = At(half * ((2 * Division) - 1)), last = At(half);
        Add(first, inner);
        Add(inner, last);
        for (int i = 0; i < MaximumDivisions && worst.TryDequeue(out (Sample Left, Sample Right) piece, out _); i++)
        {
            if (piece.Right.Position - piece.Left.Position <= shortest)
                return true;
            Sample middle = At(piece.Left.Position + (Division * (piece.Right.Position - piece.Left.Position)));
            Add(piece.Left, middle);
            Add(middle, piece.Right);
        }

        return false;

        Sample At(double position)
        {
            using RecordedRun run = objective.RunBeside(Vectors.Combination([centre, wall], [1, position], centre.Length), wall);
            return new Sample(position, run.Value, Vectors.Dot(run.Gradient(), wall));
        }

        void Add(Sample left, Sample right)
        {
            double length = right.Position - left.Position;
            double defect = Math.Abs(right.Value - left.Value - (length * (left.Slope + right.Slope) / 2));
            double most = Rounding * (Math.Abs(left.Value) + Math.Abs(right.Value));
            if (length <= shortest)
                most += length * (Math.Abs(left.Slope) + Math.Abs(right.Slope));
            if (defect > most)
                worst.Enqueue((left, right), -defect);
        }
    }

    private readonly record struct Sample(double Position, double Value, double Slope);
}
