namespace ConservativeAD.Solutions;

/// <summary>What was given as a solution of an equation is none: its residual is above the tolerance, or not a number.</summary>
public sealed class NotASolutionException : InvalidOperationException
{
    /// <summary>Makes an exception.</summary>
    public NotASolutionException()
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">The message.</param>
    public NotASolutionException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cause">The cause.</param>
    public NotASolutionException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>Makes an exception with a residual.</summary>
    /// <param name="message">The message.</param>
    /// <param name="residual">The largest magnitude of a value of the equation.</param>
    public NotASolutionException(string message, double residual)
        : base(message) => Residual = residual;

    /// <summary>The largest magnitude of a value of the equation.</summary>
    public double Residual { get; }
}
