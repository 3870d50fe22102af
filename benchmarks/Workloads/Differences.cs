namespace ConservativeAD.Benchmarks.Workloads;

/// <summary>The difference between two results.</summary>
internal static class Differences
{
    /// <summary>The largest absolute difference over the largest magnitude of the second.</summary>
    public static double Largest(ReadOnlySpan<float> ours, ReadOnlySpan<float> peers)
    {
        if (ours.Length != peers.Length)
            throw new InvalidOperationException($"The engines returned {ours.Length} and {peers.Length} numbers; they do not do the same work.");
        double difference = 0, magnitude = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)ours[i] - peers[i]));
            magnitude = Math.Max(magnitude, Math.Abs((double)peers[i]));
        }

        return magnitude == 0 ? difference : difference / magnitude;
    }
}
