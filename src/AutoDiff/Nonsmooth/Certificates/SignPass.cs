namespace ConservativeAD.Nonsmooth;

/// <summary>The reverse pass of <see cref="Regularity"/>: what is known of cotangents over all choices at kinks.</summary>
internal sealed class SignPass
{
    private readonly RecordedRun run;
    private readonly Dictionary<int, RecordedOperation> operations;
    private readonly Dictionary<int, OperationKinks> kinks = [];
    private readonly HashSet<int> aboveKinks = [];
    private readonly Dictionary<int, KnownCotangent> known = [];
    private bool bendsUp;
    private bool bendsDown;
    private string reason = "";

    public SignPass(RecordedRun run, KinkCensus census)
    {
        this.run = run;
        operations = run.Operations.ToDictionary(operation => operation.Node);
        foreach (OperationKinks met in census.Operations)
            kinks[met.Node] = met;

        // Cotangents are followed only where an operation at a kink lies further up.
        foreach (RecordedOperation operation in operations.Values.OrderBy(operation => operation.Node))
        {
            if (kinks.ContainsKey(operation.Node) || operation.Inputs.Any(aboveKinks.Contains))
                aboveKinks.Add(operation.Node);
        }
    }

    public RegularityCertificate Run()
    {
        known[run.OutputNode] = KnownCotangent.Exactly([1]);
        foreach (int node in aboveKinks.OrderDescending())
        {
            if (known.Remove(node, out KnownCotangent? cotangent) && !Visit(operations[node], cotangent))
                return new RegularityCertificate(RegularitySense.Unknown, reason);
        }

        return new RegularityCertificate(
            bendsUp ? RegularitySense.Regular : bendsDown ? RegularitySense.NegativeRegular : RegularitySense.Smooth, "");
    }

    private bool Visit(RecordedOperation operation, KnownCotangent cotangent)
    {
        if (operation.IsLeaf || operation.IsConstant)
            return true;
        bool isAtKink = kinks.TryGetValue(operation.Node, out OperationKinks? met);
        if (isAtKink && !IsBentOneWay(operation, met!, cotangent))
            return false;
        if (!operation.Inputs.Any(aboveKinks.Contains))
            return true;

        // A choice that is multiplied by 0 changes nothing.
        if (cotangent.Values is { } values && (!isAtKink || cotangent.SignAt(operation, met!) == 0))
        {
            foreach ((int input, double[] pulled) in run.PullbackOf(operation.Node, values))
                Add(input, KnownCotangent.Exactly(pulled));
            return true;
        }

        for (int index = 0; index < operation.Inputs.Count; index++)
        {
            if (aboveKinks.Contains(operation.Inputs[index]))
                Add(operation.Inputs[index], KnownCotangent.OfSign(cotangent.Sign * SlopeSign(operation, index, isAtKink)));
        }

        return true;
    }

    // Whether the operation bends the value to one side, and to the same one as the operations before.
    private bool IsBentOneWay(RecordedOperation operation, OperationKinks met, KnownCotangent cotangent)
    {
        int bend = operation.Facts.IsLocallyLipschitz ? operation.Curvature switch { Curvature.Convex => 1, Curvature.Concave => -1, _ => 0 } : 0;
        int? sign = cotangent.SignAt(operation, met);
        if (sign == 0)
            return true;
        string name = $"{operation.Facts.Name} (node {operation.Node})";
        if (bend == 0)
            return Fails($"{name} is at a kink that is neither convex nor concave");
        if (sign is null)
            return Fails($"the cotangent of {name}, which is at a kink, may have either sign");
        bendsUp |= bend * sign > 0;
        bendsDown |= bend * sign < 0;
        return !(bendsUp && bendsDown) || Fails($"{name} bends the value the other way than operations after it");
    }

    private bool Fails(string because)
    {
        reason = because;
        return false;
    }

    // The common sign of all slopes of an operation with respect to an input, over all choices at kinks; null if they may have either.
    private int? SlopeSign(RecordedOperation operation, int index, bool isAtKink)
    {
        int? byRule = operation.Curvature switch
        {
            // A third input is an offset that is added to the product.
            Curvature.Product when index == 2 => 1,
            Curvature.Product => operation.HeldSign == 0 ? null : operation.HeldSign,
            Curvature.Quotient => operation.HeldSign == 0 || index != 0 ? null : operation.HeldSign,
            _ => operation.Monotonicity switch
            {
                Monotonicity.Increasing => 1,
                Monotonicity.Decreasing => -1,
                Monotonicity.Difference => index == 0 ? 1 : -1,
                _ => null,
            },
        };
        return byRule ?? (isAtKink ? null : SignOfElementwiseSlopes(operation));
    }

    // A smooth operation of one input and of the input's shape, elementwise: its slopes are its pullback of ones.
    private int? SignOfElementwiseSlopes(RecordedOperation operation)
    {
        if (!operation.IsElementwise || operation.Inputs.Count != 1)
            return null;
        double[] ones = new double[run.SizeOf(operation.Node)];
        Array.Fill(ones, 1);
        return run.PullbackOf(operation.Node, ones) is [{ Cotangent: { } slopes }] ? KnownCotangent.Exactly(slopes).Sign : null;
    }

    private void Add(int node, KnownCotangent cotangent)
    {
        if (aboveKinks.Contains(node))
            known[node] = known.TryGetValue(node, out KnownCotangent? before) ? before.Plus(cotangent) : cotangent;
    }
}
