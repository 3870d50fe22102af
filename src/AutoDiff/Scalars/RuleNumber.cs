namespace ConservativeAD;

/// <summary>Small numbers for the rules that scalar tapes record, so that an operation's facts can be found again.</summary>
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
}

internal static class BinaryRuleNumber<TRule>
    where TRule : struct, IBinaryRule<TRule>
{
    public static readonly ushort Value = RuleNumbers.Register(TRule.Facts, 2);
}
