namespace ConservativeAD.Nonsmooth;

/// <summary>The amount of arithmetic that a search may still do, so that it ends.</summary>
/// <param name="products">The approximate number of multiplications.</param>
internal sealed class WorkBudget(long products)
{
    private long left = products;

    /// <summary>Whether it is used up.</summary>
    public bool IsSpent => left < 0;

    public void Spend(long products) => left -= products;
}
