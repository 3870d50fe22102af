using Microsoft.Extensions.Logging;

namespace ConservativeAD.Diagnostics;

/// <summary>Writes what the library meets (<see cref="EngineEvents"/>) to an <see cref="ILogger"/> of the category "ConservativeAD".</summary>
/// <remarks>Results without a certificate are warnings, values that are not finite are errors, and replays that record anew are debug messages.</remarks>
public static partial class EngineLogging
{
    /// <summary>The category of the logger.</summary>
    public const string Category = "ConservativeAD";

    /// <summary>Writes to a logger until the result is disposed.</summary>
    /// <param name="loggers">Makes the logger.</param>
    /// <returns>Dispose it to end.</returns>
    public static IDisposable Attach(ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        return new Subscription(loggers.CreateLogger(Category));
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A Clarke result is not certified: {Reason}")]
    private static partial void NotCertified(ILogger logger, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "{What}")]
    private static partial void RecordedAgain(ILogger logger, string what);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "{What}")]
    private static partial void Anomaly(ILogger logger, string what);

    private sealed class Subscription : IDisposable
    {
        private readonly ILogger logger;

        public Subscription(ILogger logger)
        {
            this.logger = logger;
            EngineEvents.Occurred += Write;
        }

        public void Dispose() => EngineEvents.Occurred -= Write;

        private void Write(EngineEvent met)
        {
            switch (met.Kind)
            {
                case EngineEventKind.NotCertified:
                    NotCertified(logger, met.Message);
                    break;
                case EngineEventKind.RecordedAgain:
                    RecordedAgain(logger, met.Message);
                    break;
                default:
                    Anomaly(logger, met.Message);
                    break;
            }
        }
    }
}
