namespace ConservativeAD.Distributed;

/// <summary>MPI is missing, was started in a way that does not fit, or refused a call.</summary>
public sealed class MpiException : Exception
{
    /// <summary>Makes an exception.</summary>
    public MpiException()
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">What happened, where, and what to do.</param>
    public MpiException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">What happened, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public MpiException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
