namespace ConservativeAD.Nonsmooth;

/// <summary>The reverse pass of <see cref="Regularity"/>: what is known of cotangents over all choices at kinks.</summary>
internal sealed class SignPass
{
    private readonly IRecordedProgram program;
    private readonly Dictionary<int, RecordedOperation> operations;
    private readonly Dictionary<int, OperationKinks> kinks = [];
    private readonly HashSet<int> aboveKinks = [];
    private readonly Dictionary<int, KnownCotangent> known = [];
    private (int Side, Place First)? bend;
    private string reason = "";

    public SignPass(IRecordedProgram program, KinkCensus census)
    {
        this.program = program;
        operations = program.Operations.ToDictionary(operation => operation.Node);
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
        known[program.OutputNode] = KnownCotangent.Exactly([1]);
        foreach (int node in aboveKinks.OrderDescending())
        {
            if (known.Remove(node, out KnownCotangent? cotangent) && !Visit(operations[node], cotangent.AsMultiple(node)))
                return new RegularityCertificate(RegularitySense.Unknown, reason);
        }

        RegularitySense sense = bend switch { null => RegularitySense.Smooth, ( > 0, _) => RegularitySense.Regular, _ => RegularitySense.NegativeRegular };
        return new RegularityCertificate(sense, "");
    }

    private bool Visit(RecordedOperation operation, KnownCotangent cotangent)
    {
        if (operation.IsLeaf || operation.IsConstant)
            return true;
        if (!kinks.TryGetValue(operation.Node, out OperationKinks? met))
        {
            PassSmoothly(operation, cotangent);
            return true;
        }

        if (!operation.Facts.IsLocallyLipschitz || !operation.Facts.IsContinuous)
            return Fails($"{Place.First(operation, met)} is at a kink, and it is not locally Lipschitz");
        return operation is { IsElementwise: true, Inputs.Count: 1 } && program.SlopesBeside(operation.Node) is { } slopes
            ? VisitElements(operation, met, slopes.Left, slopes.Right, cotangent)
            : VisitWhole(operation, met, cotangent);
    }

    // At every element, the two slopes tell to which side it bends.
    private bool VisitElements(RecordedOperation operation, OperationKinks met, double[] left, double[] right, KnownCotangent cotangent)
    {
        foreach (int element in met.Positions)
        {
            (double least, double greatest) = cotangent.At(element);
            int? sign = KnownCotangent.SignOf(least, greatest);
            if (sign == 0 || left[element] == right[element])
                continue;
            Place place = new(operation, met, element);
            if (!double.IsFinite(left[element]) || !double.IsFinite(right[element]))
                return Fails($"the slopes beside the kink of {place} are not finite");
            if (sign is null)
                return FailsBySign(place);
            if (!Bends(sign.Value * (left[element] < right[element] ? 1 : -1), place))
                return false;
        }

        if (aboveKinks.Contains(operation.Inputs[0]))
            Add(operation.Inputs[0], cotangent.Times([.. left.Zip(right, Math.Min)], [.. left.Zip(right, Math.Max)]));
        return true;
    }

    private bool VisitWhole(RecordedOperation operation, OperationKinks met, KnownCotangent cotangent)
    {
        Place place = Place.First(operation, met);
        Curvature? byRule = CurvatureByRule(operation.Node, cotangent);
        Curvature curvature = byRule ?? operation.Curvature;
        if (byRule is null)
        {
            int? sign = operation.IsElementwise && met.Shape.Count == cotangent.Count && met.Positions.Count == met.Count
                ? cotangent.SignAt(met.Positions)
                : cotangent.Sign;
            if (sign != 0 && curvature is not (Curvature.Convex or Curvature.Concave))
                return Fails($"{place} is at a kink that is neither convex nor concave");
            if (sign is null)
                return FailsBySign(place);
            curvature = Turned(curvature, sign.Value);
        }

        switch (curvature)
        {
            case Curvature.Affine when cotangent.Elements is { } elements:
                // Whichever choice is made, the same is passed back.
                IReadOnlyList<(int, double[])> passed = byRule is null
                    ? program.PullbackOf(operation.Node, elements)
                    : program.LockedPullbackOf(operation.Node, elements);
                foreach ((int input, double[] pulled) in passed)
                    Add(input, cotangent.WithElements(pulled));
                return true;
            case Curvature.Affine:
                PassSigns(operation, cotangent);
                return true;
            case Curvature.Convex or Curvature.Concave:
                PassSigns(operation, cotangent);
                return Bends(curvature == Curvature.Convex ? 1 : -1, place);
            default:
                return Fails($"{place} is at a kink, and its cotangents bend the value both ways there or are not known well enough");
        }
    }

    // What the operation's rule says of its outputs, weighted with the cotangents; null if it says nothing.
    private Curvature? CurvatureByRule(int node, KnownCotangent cotangent)
    {
        if (cotangent.Elements is { } elements && program.CurvatureUnder(node, elements, elements) is { } ofElements)
            return cotangent.FactorSign is { } sign ? Turned(ofElements, sign) : ofElements == Curvature.Affine ? ofElements : Curvature.Unknown;
        (double[] lower, double[] upper) = cotangent.Bounds();
        return program.CurvatureUnder(node, lower, upper);
    }

    // The curvature after a multiplication by a number of this sign.
    private static Curvature Turned(Curvature curvature, int sign) => sign == 0 ? Curvature.Affine
        : sign > 0 ? curvature
        : curvature switch { Curvature.Convex => Curvature.Concave, Curvature.Concave => Curvature.Convex, _ => curvature };

    // Away from kinks the slopes are known.
    private void PassSmoothly(RecordedOperation operation, KnownCotangent cotangent)
    {
        if (!operation.Inputs.Any(aboveKinks.Contains))
            return;
        if (cotangent.Elements is { } elements)
        {
            foreach ((int input, double[] pulled) in program.PullbackOf(operation.Node, elements))
                Add(input, cotangent.WithElements(pulled));
            return;
        }

        HashSet<int> passed = [];
        if (operation.IsElementwise)
        {
            double[] ones = new double[cotangent.Count];
            Array.Fill(ones, 1);
            foreach ((int input, double[] slopes) in program.PullbackOf(operation.Node, ones))
            {
                if (slopes.Length == ones.Length && passed.Add(input))
                    Add(input, cotangent.Times(slopes, slopes));
            }
        }

        if (operation.Inputs.All(input => passed.Contains(input) || !aboveKinks.Contains(input)))
            return;
        if (!cotangent.IsBounded)
        {
            PassSigns(operation, cotangent, passed);
            return;
        }

        // Slopes of one sign keep bounds, or exchange them.
        (double[] lower, double[] upper) = cotangent.Bounds();
        Dictionary<int, double[]> fromLower = program.PullbackOf(operation.Node, lower).ToDictionary(pulled => pulled.Input, pulled => pulled.Cotangent);
        foreach ((int input, double[] fromUpper) in program.PullbackOf(operation.Node, upper))
        {
            int index = operation.Inputs.TakeWhile(other => other != input).Count();
            if (operation.Inputs.Count(other => other == input) == 1 && operation.SlopeSign(index) is { } sign && passed.Add(input))
                Add(input, sign > 0 ? KnownCotangent.Between(fromLower[input], fromUpper) : KnownCotangent.Between(fromUpper, fromLower[input]));
        }

        PassSigns(operation, cotangent, passed);
    }

    private void PassSigns(RecordedOperation operation, KnownCotangent cotangent, HashSet<int>? passed = null)
    {
        int? sign = cotangent.Sign;
        for (int index = 0; index < operation.Inputs.Count; index++)
        {
            int input = operation.Inputs[index];
            if (aboveKinks.Contains(input) && passed?.Contains(input) != true)
                Add(input, KnownCotangent.OfSign(program.SizeOf(input), sign == 0 ? 0 : sign * operation.SlopeSign(index)));
        }
    }

    // Notes that the value bends to a side; false if it bends to the other one elsewhere.
    private bool Bends(int side, Place place)
    {
        bend ??= (side, place);
        return side == bend.Value.Side || Fails($"{place} is at a kink that bends the value the other way than {bend.Value.First}, which bends it "
            + (bend.Value.Side > 0 ? "upwards" : "downwards"));
    }

    private bool FailsBySign(Place place) => Fails($"the cotangent of {place}, which is at a kink, may have either sign");

    private bool Fails(string because)
    {
        reason = because;
        return false;
    }

    private void Add(int node, KnownCotangent cotangent)
    {
        if (aboveKinks.Contains(node))
            known[node] = known.TryGetValue(node, out KnownCotangent? before) ? before.Plus(cotangent) : cotangent;
    }

    // An element at a kink.
    private readonly record struct Place(RecordedOperation Operation, OperationKinks Met, int Element)
    {
        public static Place First(RecordedOperation operation, OperationKinks met) => new(operation, met, met.Positions.Count > 0 ? met.Positions[0] : 0);

        public override string ToString() => $"{Operation.Facts.Name} (node {Operation.Node}{(Met.Shape.Count > 1 ? $", element {Element}" : "")})";
    }
}
