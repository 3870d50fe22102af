namespace ConservativeAD.Kernels;

/// <summary>Thrown when an array is read whose elements had to stay unchanged but did not, such as a parameter that changed between recording and the reverse
/// pass.</summary>
public sealed class ArrayChangedException : InvalidOperationException
{
    /// <summary>Makes an exception.</summary>
    public ArrayChangedException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ArrayChangedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The exception that caused this one.</param>
    public ArrayChangedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="changedBy">What changed the array.</param>
    /// <param name="innerException">The exception that caused this one.</param>
    public ArrayChangedException(string message, string? changedBy, Exception? innerException = null)
        : base(message, innerException) => ChangedBy = changedBy;

    /// <summary>The operation that changed the array, as in <see cref="Storage{T}.ChangedBy"/>.</summary>
    public string? ChangedBy { get; }
}
