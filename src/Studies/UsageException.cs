namespace ConservativeAD.Studies;

/// <summary>
/// Thrown if a request is invalid. The message names the cause and the remedy. It is thrown before any work is done, and the process returns 2.
/// </summary>
internal sealed class UsageException : Exception
{
    public UsageException()
    {
    }

    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
