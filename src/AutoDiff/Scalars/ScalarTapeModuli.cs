namespace ConservativeAD.Scalars;

/// <content>Records every kink as an absolute value, for abs-normal forms.</content>
public sealed unsafe partial class ScalarTape
{
    private readonly List<(int Switch, int Modulus)>? moduli;

    /// <summary>The arguments and results of the recorded absolute values, in program order.</summary>
    internal IReadOnlyList<(int Switch, int Modulus)> Moduli => moduli ?? [];

    internal static ScalarTape WithModuli() => new(null, 0, true, true, true, false, false);

    /// <summary>The derivatives of a node with respect to the variables and to the absolute values, which are treated as independent variables.</summary>
    internal (double[] Variables, double[] Moduli) PullToModuli(int node)
    {
        Span<bool> isModulus = new bool[record->Count];
        foreach ((_, int modulus) in Moduli)
            isModulus[modulus] = true;
        double[] cotangents = new double[record->Count];
        cotangents[node] = 1;
        for (int k = node; k > 0; k--)
        {
            if (cotangents[k] == 0 || (isModulus[k] && k != node))
                continue;
            cotangents[record->Nodes[k].First] += cotangents[k] * record->Nodes[k].FirstSlope;
            cotangents[record->Nodes[k].Second] += cotangents[k] * record->Nodes[k].SecondSlope;
        }

        // An output that is itself an absolute value was decomposed above; as a modulus it counts as a whole.
        if (isModulus[node])
        {
            Array.Clear(cotangents);
            cotangents[node] = 1;
        }

        return ([.. variables.Select(variable => cotangents[variable])], [.. Moduli.Select(entry => cotangents[entry.Modulus])]);
    }

    private Active WrittenWithModuli<TRule>(Active x)
        where TRule : struct, IUnaryRule<TRule>
    {
        if (typeof(TRule) == typeof(Relu))
            return 0.5 * (x + Active.Abs(x));
        if (typeof(TRule) != typeof(Abs))
            throw new NotSupportedException($"{TRule.Facts.Name} has no abs-normal form here; write it with absolute values, maxima, minima or relus.");
        Active modulus = Append(Math.Abs(x.Number), double.IsNaN(x.Number) ? double.NaN : Math.Sign(x.Number), x.Node, 0, 0, RuleNumber<Abs>.Value);
        keptValues!.Add(modulus.Value);
        moduli!.Add((x.Node, modulus.Node));
        return modulus;
    }

    private static Active WrittenWithModuli<TRule>(Active x, Active y)
        where TRule : struct, IBinaryRule<TRule>
    {
        if (typeof(TRule) == typeof(Maximum))
            return 0.5 * (x + y + Active.Abs(x - y));
        if (typeof(TRule) == typeof(Minimum))
            return 0.5 * (x + y - Active.Abs(x - y));
        throw new NotSupportedException($"{TRule.Facts.Name} has no abs-normal form here; write it with absolute values, maxima, minima or relus.");
    }
}
