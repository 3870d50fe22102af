namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>The unit of a value.</summary>
internal enum GpuUnit
{
    /// <summary>10⁹ bytes per second.</summary>
    GigabytesPerSecond,

    /// <summary>10¹² operations per second.</summary>
    TeraflopsPerSecond,

    /// <summary>Milliseconds.</summary>
    Milliseconds,

    /// <summary>Microseconds.</summary>
    Microseconds,

    /// <summary>The ratio to the time of the reference.</summary>
    Ratio,
}
