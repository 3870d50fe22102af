namespace ConservativeAD.Rules;

/// <summary>Signs of vectors that are known up to their sign: the element of largest magnitude is positive, the first of several.</summary>
internal static class SignedVectors
{
    // Elements whose magnitudes are this close may change places beside the point.
    private const double Tie = 1e-7;

    /// <summary>Gives a vector its sign, and another vector with it.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="other">One that changes its sign together with it; may be empty.</param>
    public static void Orient(Span<double> vector, Span<double> other)
    {
        int at = Largest(vector);
        if (vector.IsEmpty || !(vector[at] < 0))
            return;
        Negate(vector);
        Negate(other);
    }

    /// <summary>Whether another element may become the largest beside the point, and change the sign.</summary>
    /// <param name="vector">A vector with its sign.</param>
    public static bool MayFlip(ReadOnlySpan<double> vector)
    {
        double largest = vector[Largest(vector)];
        foreach (double element in vector)
        {
            if (element < 0 && -element >= largest * (1 - Tie))
                return true;
        }

        return false;
    }

    private static void Negate(Span<double> vector)
    {
        for (int i = 0; i < vector.Length; i++)
            vector[i] = 0 - vector[i];
    }

    private static int Largest(ReadOnlySpan<double> vector)
    {
        int at = 0;
        for (int i = 1; i < vector.Length; i++)
        {
            if (Math.Abs(vector[i]) > Math.Abs(vector[at]) * (1 + Tie))
                at = i;
        }

        return at;
    }
}
