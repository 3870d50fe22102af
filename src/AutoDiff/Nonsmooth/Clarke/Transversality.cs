namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Whether every piece that meets at a point has a direction that leads into it. This holds if the forms that decide at the kinks are linearly independent (the
/// kink qualification of A. Griewank and A. Walther, SIAM J. Optim. 2016), or if the deciding values are piecewise affine, so that the pieces are cones.
/// Otherwise a piece may lie between two others that touch, such as 0 &lt; y &lt; x² at the origin.
/// </summary>
internal static class Transversality
{
    /// <summary>Whether no piece is hidden between those that directions lead into.</summary>
    /// <param name="run">A run along a direction.</param>
    /// <param name="forms">The forms that decided in the run and are not curved. For branches alone, only those up to the last comparison, because later kinks
    /// do not affect them.</param>
    /// <param name="rows">The forms' gradients.</param>
    public static bool IsMet(RecordedRun run, IReadOnlyList<SwitchingForm> forms, IReadOnlyList<double[]> rows)
    {
        // On a line there are two sides and nothing between them.
        if (run.Dimension == 1 || forms.Count < 2)
            return true;
        HashSet<int> polyhedral = PolyhedralNodes(run);
        HashSet<((int, int), (int, int), double)> seen = [];
        List<double[]> flat = [], bent = [];
        for (int i = 0; i < forms.Count; i++)
        {
            SwitchingForm form = forms[i];
            if (!seen.Add(Place(form)))
                continue;
            bool isFlat = polyhedral.Contains(form.First.Node) && (form.Second is not { } second || polyhedral.Contains(second.Node));
            (isFlat ? flat : bent).Add(rows[i]);
        }

        // A kink whose form vanishes passes back the same cotangent on either side.
        bent.RemoveAll(row => Vectors.Norm(row) == 0);
        if (bent.Count == 0 || flat.Count + bent.Count < 2)
            return true;
        List<double[]> basis = [];
        foreach (double[] row in flat)
            Extend(basis, row);
        foreach (double[] row in bent)
        {
            int before = basis.Count;
            Extend(basis, row);
            if (basis.Count == before)
                return false;
        }

        return true;
    }

    private static void Extend(List<double[]> basis, double[] row)
    {
        double norm = Vectors.Norm(row);
        if (norm > 0 && double.IsFinite(norm) && basis.Count < row.Length)
            Orthonormal.Extend(basis, Vectors.Scaled(row, 1 / norm));
    }

    // Identifies a form regardless of the side on which it is positive.
    private static ((int Node, int Element) First, (int Node, int Element) Second, double Ratio) Place(SwitchingForm form)
    {
        (int Node, int Element) first = form.First, second = form.Second ?? (-1, 0);
        double factor = form.Second is null ? 0 : form.SecondFactor / form.FirstFactor;
        return first.CompareTo(second) <= 0 || form.Second is null ? (first, second, factor) : (second, first, 1 / factor);
    }

    // The values that are piecewise affine in the variables.
    private static HashSet<int> PolyhedralNodes(RecordedRun run)
    {
        HashSet<int> nodes = [], constants = [];
        foreach (RecordedOperation operation in run.Operations)
        {
            if (operation.IsConstant)
                constants.Add(operation.Node);
            if (operation.IsLeaf || operation.IsConstant || (KeepsPolyhedra(operation, constants) && operation.Inputs.All(nodes.Contains)))
                nodes.Add(operation.Node);
        }

        // The constant side of a comparison.
        nodes.Add(-1);
        return nodes;
    }

    private static bool KeepsPolyhedra(RecordedOperation operation, HashSet<int> constants) => operation.Curvature switch
    {
        Curvature.Affine => true,
        Curvature.Product => constants.Contains(operation.Inputs[0]) || constants.Contains(operation.Inputs[1]),
        Curvature.Quotient => constants.Contains(operation.Inputs[1]),
        _ => operation.Facts.IsPolyhedral,
    };
}
