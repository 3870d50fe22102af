namespace ConservativeAD.Studies.Ranks;

/// <summary>All units of a study, for the threads of this process.</summary>
internal sealed class OwnUnits : IUnitDealer
{
    public Func<int?> Begin(int count)
    {
        int next = -1;
        return () => Interlocked.Increment(ref next) is var place && place < count ? place : null;
    }
}
