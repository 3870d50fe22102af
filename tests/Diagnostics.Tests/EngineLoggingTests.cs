using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using Microsoft.Extensions.Logging;

namespace ConservativeAD.Diagnostics.Tests;

/// <summary>What the library meets reaches a logger, while it is attached.</summary>
public class EngineLoggingTests
{
    [Fact]
    public void WarningsErrorsAndDebugMessagesAreWrittenWhileAttached()
    {
        using Lines lines = new();
        using (EngineLogging.Attach(lines))
        {
            Clarke.Gradient(Objective.OfScalars(x => Active.Sqrt(x[0])), [0]);
            Clarke.Gradient(Objective.OfScalars(x => Active.Abs(x[0])), [0]);
            using Tape<double> tape = new() { DetectAnomalies = true };
            Assert.Throws<ArithmeticException>(() => tape.Variable([1], [-1]).Log());
            Replay<double> replay = new(new Tape<double>(), on => on.Variable([1], [1]).Exp());
            replay.Run();
            replay.Tape.Dispose();
        }

        Clarke.Gradient(Objective.OfScalars(x => Active.Sqrt(x[0])), [0]);
        Assert.Equal(["ConservativeAD"], lines.Categories);
        Assert.Collection(
            lines.Written,
            line => Assert.Matches("^Warning 1: A Clarke result is not certified: .*sqrt.*infinite slope", line),
            line => Assert.Matches("^Error 3: .*log.*NaN or infinite", line),
            line => Assert.Equal("Debug 2: A replay recorded its program because it was never run.", line));
        Assert.Throws<ArgumentNullException>(() => EngineLogging.Attach(null!));
    }

    // Keeps what this test's thread writes; other tests run beside it.
    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly int thread = Environment.CurrentManagedThreadId;

        public List<string> Written { get; } = [];

        public List<string> Categories { get; } = [];

        public ILogger CreateLogger(string categoryName)
        {
            Categories.Add(categoryName);
            return this;
        }

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Environment.CurrentManagedThreadId == thread)
                Written.Add($"{logLevel} {eventId.Id}: {formatter(state, exception)}");
        }

        public void Dispose()
        {
        }
    }
}
