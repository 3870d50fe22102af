namespace ConservativeAD;

/// <summary>What an <see cref="EngineEvent"/> reports.</summary>
public enum EngineEventKind
{
    /// <summary>A Clarke gradient or subdifferential is not certified; the message says why.</summary>
    NotCertified,

    /// <summary>A replay recorded its program anew; the message says why.</summary>
    RecordedAgain,

    /// <summary>Anomaly detection found a value or cotangent that is not finite; the message names the operation. An exception follows.</summary>
    Anomaly,
}

/// <summary>Something that a program may want to log.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Message">A sentence for a log.</param>
public readonly record struct EngineEvent(EngineEventKind Kind, string Message);

/// <summary>
/// Tells subscribers what the library meets: results without a certificate, replays that record anew, values that are not finite. Messages are only written
/// while somebody listens. The package ConservativeAD.Diagnostics writes them to an ILogger.
/// </summary>
public static class EngineEvents
{
    /// <summary>Raised on the thread that computes. A handler must be quick and must not throw; what it throws reaches the caller of the library.</summary>
    public static event Action<EngineEvent>? Occurred;

    /// <summary>Counts a certificate, and tells of it if it certifies nothing.</summary>
    /// <returns>The certificate.</returns>
    internal static ClarkeCertificate Told(ClarkeCertificate certificate)
    {
        EngineMetrics.CountCertificate(certificate.IsCertified);
        if (!certificate.IsCertified)
            Occurred?.Invoke(new EngineEvent(EngineEventKind.NotCertified, certificate.Reasons()));
        return certificate;
    }

    internal static void ReplayRan(string? recordedBecause)
    {
        EngineMetrics.CountRun(recordedBecause is not null);
        if (recordedBecause is not null)
            Occurred?.Invoke(new EngineEvent(EngineEventKind.RecordedAgain, $"A replay recorded its program because {recordedBecause}."));
    }

    internal static void AnomalyFound(string message) => Occurred?.Invoke(new EngineEvent(EngineEventKind.Anomaly, message));
}
