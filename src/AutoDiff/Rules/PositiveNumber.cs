namespace ConservativeAD.Rules;

/// <summary>Checks attributes that must be finite and above 0.</summary>
internal static class PositiveNumber
{
    /// <summary>The number itself.</summary>
    /// <param name="operation">The operation's name, for the message.</param>
    /// <param name="number">The number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not above 0, or not finite.</exception>
    public static double Check(string operation, double number) => number > 0 && double.IsFinite(number)
        ? number
        : throw new ArgumentOutOfRangeException(nameof(number), number, $"{operation}: {number} was given; a finite number above 0 is needed.");
}
