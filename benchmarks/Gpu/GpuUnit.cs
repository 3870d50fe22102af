namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>What a value is counted in.</summary>
internal enum GpuUnit
{
    /// <summary>10⁹ bytes a second.</summary>
    GigabytesPerSecond,

    /// <summary>10¹² operations a second.</summary>
    TeraflopsPerSecond,

    /// <summary>Thousandths of a second.</summary>
    Milliseconds,

    /// <summary>Millionths of a second.</summary>
    Microseconds,

    /// <summary>Times the seconds of the reference.</summary>
    Ratio,
}
