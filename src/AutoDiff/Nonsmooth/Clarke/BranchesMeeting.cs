namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Whether a program's branches meet at a point. Its pieces are visited, each along a direction into it, and their values at the point are compared. An element
/// of the subdifferential along one direction does not reveal a jump in another.
/// </summary>
internal static class BranchesMeeting
{
    // The distance at which the other side of a wall is examined, relative to a unit vector along the wall.
    private const double WallOffset = 1e-6;

    // A difference this small, relative to the gradients of both sides, is rounding.
    private const double GradientTolerance = 1e-9;

    /// <summary>The number of pieces visited if the caller gives no budget.</summary>
    public const int Budget = 96;

    /// <summary>Whether a form divides pieces that may not meet: the form of a comparison, or of an operation that may jump.</summary>
    public static bool MayTear(SwitchingForm form) => form.IsComparison || !form.Operation.IsLocallyLipschitz;

    /// <summary>Adds the findings to the certificate: a jump, an obstacle on another piece, or more pieces than the budget allows.</summary>
    public static ClarkeCertificate Look(Objective objective, ReadOnlySpan<double> point, RecordedRun plain, ClarkeCertificate certificate, int budget = Budget)
    {
        double[] at = point.ToArray();
        double? jump = null;
        int undecided = 0;
        bool isCurved = false, hides = false, isTorn = false;
        List<(double[] Gradient, List<double[]> Walls, List<double[]> Tears)> pieces = [];
        IReadOnlyList<Obstacle> obstacles = [];
        HashSet<string> outcomes = [];
        JumpSearch beside = new(objective, at);
        CellSearch<bool> search = new(at.Length, budget, 0);
        bool isWhole = search.Run(Visit);
        if (isCurved && !search.IsEnough)
        {
            foreach (double[] direction in CurvedSample.Directions(at.Length, budget, 0))
                Visit(direction);

            // If every direction leads to the same decisions, there is only one piece.
            isWhole |= outcomes.Count == 1;
            isWhole &= outcomes.Count == 1;
        }

        if (!search.IsEnough && !isCurved)
            isTorn = pieces.Exists(piece => piece.Tears.Exists(wall => IsTornAt(piece.Gradient, piece.Walls, wall)));
        return certificate with
        {
            Jump = jump,
            Obstacles = obstacles,
            UndecidedComparisons = undecided,
            MayHidePieces = hides,
            IsTorn = isTorn,
            PiecesOfMore = isWhole || jump is not null || obstacles.Count > 0 || undecided > 0 || hides || isTorn ? 0 : search.Cells.Count,
        };

        (bool, List<double[]>) Visit(double[] direction)
        {
            using RecordedRun run = objective.RunBeside(at, direction);
            jump ??= Clarke.JumpBetween(plain.Value, run.Value);
            if (obstacles.Count == 0)
                obstacles = run.Obstacles;
            int here = run.Forms.Count(form => form.IsComparison && !form.IsDecided);
            if (here > 0 && !Clarke.IsSeenBeside(objective, at, direction, run, run.Gradient()))
                undecided = Math.Max(undecided, here);
            isCurved |= run.Forms.Any(form => form.IsCurved);
            SwitchingForm[] forms = [.. run.Forms.Where(form => !form.IsCurved)];
            double[][] rows = Array.ConvertAll(forms, run.Pull);
            if (obstacles.Count == 0 && SwitchingForm.FirstRefused(forms, rows) is { } refused)
                obstacles = [refused];
            if (obstacles.Count > 0)
            {
                search.IsEnough = true;
                return (true, []);
            }

            int branches = Array.FindLastIndex(forms, MayTear) + 1;
            hides |= !Transversality.IsMet(run, forms[..branches], rows);
            outcomes.Add(string.Join(' ', run.Forms.Where(form => form.IsComparison).Select(form => $"{form.Node}{Math.Sign(form.FirstFactor)}")));
            search.IsEnough = jump is not null || obstacles.Count > 0 || undecided > 0 || hides;
            if (search.IsEnough)
                return (true, []);
            int[] walls = [.. Enumerable.Range(0, rows.Length).Where(i => Vectors.Norm(rows[i]) > 0)];
            pieces.Add((run.Gradient(), [.. walls.Select(i => Vectors.Unit(rows[i]))],
                [.. walls.Where(i => MayTear(forms[i])).Select(i => Vectors.Unit(rows[i]))]));
            return (true, [.. rows]);
        }

        // At a wall where the pieces meet, both have the same slope in every direction along the wall, so their gradients differ only across it.
        bool IsTornAt(double[] gradient, List<double[]> walls, double[] wall)
        {
            if (OpenCone.OnFace(walls, [wall]) is not { } along)
                return false;
            using RecordedRun other = objective.RunBeside(at, Vectors.Combination([along, wall], [1, -WallOffset], at.Length));
            double[] there = other.Gradient();
            double apart = Vectors.Norm(Orthonormal.Reject([wall], Vectors.Difference(gradient, there)));
            return !(apart <= GradientTolerance * (Vectors.Norm(gradient) + Vectors.Norm(there))) || beside.IsTorn(along, wall);
        }
    }
}
