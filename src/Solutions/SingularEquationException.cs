namespace ConservativeAD.Solutions;

/// <summary>
/// The derivative of an equation in its unknowns cannot be inverted, so the solution has no derivative by the implicit function theorem. The message names the
/// kinks whose selection makes it singular, if there are any.
/// </summary>
public sealed class SingularEquationException : InvalidOperationException
{
    /// <summary>Makes an exception.</summary>
    public SingularEquationException()
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">The message.</param>
    public SingularEquationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cause">The cause.</param>
    public SingularEquationException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
