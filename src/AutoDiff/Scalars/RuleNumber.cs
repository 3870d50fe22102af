namespace ConservativeAD.Scalars;

/// <summary>Small numbers that scalar tapes record for rules, so that an operation's facts can be looked up.</summary>
internal static class RuleNumbers
{
    private static readonly Lock Guard = new();
    private static readonly List<(OperationFacts Facts, int Arity)> Rules = [(OperationFacts.Leaf, 0)];

    public static ushort Register(OperationFacts facts, int arity)
    {
        lock (Guard)
        {
            Rules.Add((facts, arity));
            return checked((ushort)(Rules.Count - 1));
        }
    }

    /// <summary>The number of the facts that a rule has with its attributes; each facts object has its own.</summary>
    public static ushort Known(OperationFacts facts, int arity)
    {
        lock (Guard)
        {
            int known = Rules.FindIndex(rule => ReferenceEquals(rule.Facts, facts));
            return known >= 0 ? (ushort)known : Register(facts, arity);
        }
    }

    public static OperationFacts Of(ushort number)
    {
        lock (Guard)
            return Rules[number].Facts;
    }

    public static int ArityOf(ushort number)
    {
        lock (Guard)
            return Rules[number].Arity;
    }
}

internal static class RuleNumber<TRule>
    where TRule : struct, IUnaryRule<TRule>
{
    public static readonly ushort Value = RuleNumbers.Register(TRule.Facts, 1);

    public static ushort Of(TRule rule) =>
        rule is IHasFacts specific && !ReferenceEquals(specific.FactsHere, TRule.Facts) ? RuleNumbers.Known(specific.FactsHere, 1) : Value;
}

internal static class BinaryRuleNumber<TRule>
    where TRule : struct, IBinaryRule<TRule>
{
    public static readonly ushort Value = RuleNumbers.Register(TRule.Facts, 2);
}
