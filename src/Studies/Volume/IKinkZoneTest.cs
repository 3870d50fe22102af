namespace ConservativeAD.Studies.Volume;

/// <summary>Tests networks in one precision.</summary>
internal interface IKinkZoneTest : IDisposable
{
    /// <summary>Tests one network, or one mini-batch where all networks are the same.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="everyBatch">Whether mini-batches without a kink get reverse passes, too; tests compare with it.</param>
    /// <param name="progress">Called after every mini-batch.</param>
    /// <param name="cancellation">Checked at every mini-batch.</param>
    KinkOutcome Test(int index, bool everyBatch, Action? progress, CancellationToken cancellation);
}
