using System.Globalization;

namespace ConservativeAD.Solutions;

/// <summary>Why a flow could not be integrated or differentiated.</summary>
public enum FlowFailure
{
    /// <summary>Not known.</summary>
    None,

    /// <summary>The field or the state is not finite: the solution leaves the domain, or blows up.</summary>
    NotFinite,

    /// <summary>
    /// The error cannot be kept below the tolerance with steps that still move the time: the solution may blow up, or the field may not be smooth.
    /// </summary>
    StepTooSmall,

    /// <summary>Newton's method did not solve the equations of an implicit step.</summary>
    NoConvergence,

    /// <summary>There are more steps or events than the options allow.</summary>
    TooMany,

    /// <summary>Events accumulate before the end: infinitely many happen in finite time (Zeno).</summary>
    Accumulation,

    /// <summary>After an event, or at the start, it is not determined how the solution goes on.</summary>
    NotDetermined,

    /// <summary>The solution has no derivative: it grazes a surface where it jumps.</summary>
    NoDerivative,
}

/// <summary>A flow could not be integrated or differentiated.</summary>
public sealed class FlowException : InvalidOperationException
{
    // Longer states are abbreviated.
    private const int NumbersNamed = 6;

    /// <summary>Makes an exception.</summary>
    public FlowException()
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">The message.</param>
    public FlowException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cause">The cause.</param>
    public FlowException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>Makes an exception with the place where the integration ended.</summary>
    /// <param name="failure">The reason.</param>
    /// <param name="message">The message.</param>
    /// <param name="time">The time.</param>
    /// <param name="state">The state.</param>
    public FlowException(FlowFailure failure, string message, double time, IReadOnlyList<double> state)
        : base(message) => (Failure, Time, State) = (failure, time, state);

    /// <summary>The reason.</summary>
    public FlowFailure Failure { get; }

    /// <summary>The last time that was reached.</summary>
    public double Time { get; }

    /// <summary>The state there.</summary>
    public IReadOnlyList<double> State { get; } = [];

    internal static FlowException At(FlowFailure failure, string reason, double time, double[] state)
    {
        string numbers = string.Join(", ", state.Take(NumbersNamed).Select(number => number.ToString(CultureInfo.InvariantCulture)));
        string rest = state.Length > NumbersNamed ? ", …" : "";
        return new FlowException(failure, $"{reason} At t = {time.ToString(CultureInfo.InvariantCulture)} the state is ({numbers}{rest}).", time, state);
    }
}
