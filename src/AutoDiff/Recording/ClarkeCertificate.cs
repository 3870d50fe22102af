namespace ConservativeAD;

/// <summary>
/// What is known about a gradient that was computed by locking kinks along a direction. Nothing is certified where a value or gradient is not finite, at the
/// edge of a domain or outside it, where a slope is infinite, or where continuity is lost.
/// </summary>
/// <param name="Kinks">The operations and comparisons at a kink, and the positions. Only those that the output depends on are listed.</param>
/// <param name="Obstacles">What prevents certification: operations and elements whose values can affect the output at or near the point. Elements that were
/// left out by a selection, slice or gather do not count.</param>
/// <param name="Seed">The seed of the direction; null if the caller gave the direction.</param>
public sealed record ClarkeCertificate(KinkCensus Kinks, IReadOnlyList<Obstacle> Obstacles, ulong? Seed)
{
    // Longer lists are abbreviated to a count.
    private const int MaximumObstaclesNamed = 4;

    /// <summary>The direction along which kinks were locked; null if none was needed or if the tangents of the tape's leaves are the direction.</summary>
    public IReadOnlyList<double>? Direction { get; init; }

    /// <summary>
    /// The decision taken at each kink, such as "maximum (node 3): node 1[0] &gt; node 2[0]", in program order. Empty when the caller runs the tape.
    /// </summary>
    public IReadOnlyList<string> Locks { get; init; } = [];

    /// <summary>
    /// The number of comparisons of equal numbers that the tangents could not decide. The program may take another branch next to the point than the one that
    /// ran. A tape recorded before its direction was known has decided none of them; <see cref="Nonsmooth.Clarke"/> runs the program again.
    /// </summary>
    public int UndecidedComparisons { get; init; }

    /// <summary>
    /// The number of comparisons of equal numbers that were decided along the tangents of a tape, by the program's own branches and by the elements of
    /// <see cref="Operations.ChooseWhereGreater"/>. What lies on the other side was not examined, so it is unknown whether the program is continuous around the
    /// point; <see cref="Nonsmooth.Clarke"/> examines both sides.
    /// </summary>
    public int ComparisonsSeenFromOneSide { get; init; }

    /// <summary>
    /// The number of kinks that the caller's direction stays on, so that the chosen piece is arbitrary. A randomly drawn direction leaves every kink almost
    /// surely.
    /// </summary>
    public int UndecidedKinks { get; init; }

    /// <summary>
    /// The size of the jump in the value between two sides of the kinks at the same point; null if there is none. If there is one, the program is discontinuous
    /// at the point.
    /// </summary>
    public double? Jump { get; init; }

    /// <summary>
    /// The number of pieces that were examined when the branches of the program meet in more pieces than the budget allows. It is then unknown whether the
    /// program is continuous. 0 if all pieces were examined.
    /// </summary>
    public int PiecesOfMore { get; init; }

    /// <summary>
    /// Whether the program's branches touch at the point, so that a piece may lie between two others where no direction leads into it. The region 0 &lt; y &lt;
    /// x² at the origin is an example. It is then unknown whether the program is continuous.
    /// </summary>
    public bool MayHidePieces { get; init; }

    /// <summary>
    /// Whether two branches of the program agree at the point but differ next to it, such as those of y &gt; 0 ? x : 0 at the origin. The program is then not
    /// continuous around the point.
    /// </summary>
    public bool IsTorn { get; init; }

    /// <summary>The operations whose slope is infinite at the point, such as the square root at 0. They are not locally Lipschitz there.</summary>
    public IReadOnlyList<OperationFacts> NotLocallyLipschitz =>
        [.. Obstacles.Where(obstacle => obstacle.Kind is ObstacleKind.InfiniteSlope).Select(obstacle => obstacle.Operation)];

    /// <summary>The operations at a jump, where no conservative field exists.</summary>
    public IReadOnlyList<OperationFacts> Discontinuous =>
        [.. Obstacles.Where(obstacle => obstacle.Kind is ObstacleKind.Jump).Select(obstacle => obstacle.Operation)];

    /// <summary>
    /// Whether no operation is at a kink. The result is then the classical gradient. If an operation is at a kink, the function may still be differentiable.
    /// </summary>
    public bool IsDifferentiable => Kinks.IsEmpty && IsCertified;

    /// <summary>Whether the result is an element of the Clarke subdifferential, for almost every direction.</summary>
    public bool IsCertified =>
        Obstacles.Count == 0 && UndecidedComparisons == 0 && ComparisonsSeenFromOneSide == 0 && UndecidedKinks == 0 && Jump is null && PiecesOfMore == 0
        && !MayHidePieces && !IsTorn;

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsDifferentiable)
            return "the gradient: no operation sat at a kink";
        return IsCertified ? $"a Clarke subgradient, locked at {Kinks}" : $"not certified: {Reasons()}";
    }

    /// <summary>What prevents certification, as text.</summary>
    internal string Reasons()
    {
        List<string> reasons = [.. Obstacles.Take(MaximumObstaclesNamed).Select(obstacle => obstacle.ToString())];
        if (Obstacles.Count > MaximumObstaclesNamed)
            reasons.Add($"{Obstacles.Count - MaximumObstaclesNamed} more operations prevent certification");
        if (UndecidedComparisons > 0)
            reasons.Add($"{Comparisons(UndecidedComparisons)} could not be decided to first order");
        if (ComparisonsSeenFromOneSide > 0)
            reasons.Add($"{Comparisons(ComparisonsSeenFromOneSide)} followed one side only, so continuity is not known; "
                + $"Clarke.Gradient of an objective examines both sides");
        if (UndecidedKinks > 0)
            reasons.Add($"the direction stays on {UndecidedKinks} kink{(UndecidedKinks == 1 ? "" : "s")}");
        if (Jump is { } jump)
            reasons.Add(double.IsFinite(jump) ? $"the value jumps by {jump}" : "the value is not finite on another side of a branch");
        if (PiecesOfMore > 0)
            reasons.Add($"only {PiecesOfMore} of the pieces between its branches were examined (the budget), so continuity is not known");
        if (IsTorn)
            reasons.Add("its branches agree at the point but not next to it");
        if (MayHidePieces)
            reasons.Add("its branches touch at the point, so a piece that no direction leads into may lie between them");
        return string.Join(", ", reasons);

        static string Comparisons(int count) => count == 1 ? "1 comparison of equal numbers" : $"{count} comparisons of equal numbers";
    }
}
