namespace ConservativeAD.Rules;

/// <summary>A rule whose attributes determine further facts, such as a power with an integer exponent, which is a polynomial.</summary>
public interface IHasFacts
{
    /// <summary>The facts about the operation with these attributes. Equal attributes must return the same object.</summary>
    OperationFacts FactsHere { get; }
}
