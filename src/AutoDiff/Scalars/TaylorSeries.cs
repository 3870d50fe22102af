namespace ConservativeAD.Scalars;

/// <summary>
/// Taylor coefficients of programs on numbers along a direction: f(x + t·d) = c₀ + c₁·t + c₂·t² + … for small t above 0. The k-th derivative along the
/// direction is k!·c_k.
/// </summary>
/// <remarks>
/// One run of the program carries all coefficients; an operation costs O(k³) for order k. At a kink the series is that of the piece that the direction leads
/// to: comparisons of equal numbers are decided by the first coefficients that differ. Where there is no such series, as for √t, or behind a
/// coefficient that is not finite, the coefficients are NaN.
/// A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., SIAM 2008, chapter 13.
/// </remarks>
public static class TaylorSeries
{
    /// <summary>The coefficients of one output.</summary>
    /// <param name="program">The program.</param>
    /// <param name="point">The point x.</param>
    /// <param name="direction">The direction d, with one number for each of the point.</param>
    /// <param name="order">The largest power of t; 0 or more.</param>
    /// <param name="selections">The values to return at kinks that the direction does not decide; <see cref="Selections.PyTorch"/> if null.</param>
    /// <returns>The coefficients of t⁰ to t^order.</returns>
    /// <exception cref="ArgumentNullException">There is no program.</exception>
    /// <exception cref="ArgumentException">Point and direction differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order is negative.</exception>
    public static double[] Of(
        Func<Active[], Active> program, ReadOnlySpan<double> point, ReadOnlySpan<double> direction, int order, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        return Of(x => (Active[])[program(x)], point, direction, order, selections)[0];
    }

    /// <summary>The coefficients of several outputs.</summary>
    /// <param name="program">The program.</param>
    /// <param name="point">The point x.</param>
    /// <param name="direction">The direction d, with one number for each of the point.</param>
    /// <param name="order">The largest power of t; 0 or more.</param>
    /// <param name="selections">The values to return at kinks that the direction does not decide; <see cref="Selections.PyTorch"/> if null.</param>
    /// <returns>For each output, the coefficients of t⁰ to t^order.</returns>
    /// <exception cref="ArgumentNullException">There is no program.</exception>
    /// <exception cref="ArgumentException">Point and direction differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order is negative.</exception>
    public static double[][] Of(
        Func<Active[], Active[]> program, ReadOnlySpan<double> point, ReadOnlySpan<double> direction, int order, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        if (point.Length != direction.Length)
            throw new ArgumentException($"The point has {point.Length} numbers and the direction {direction.Length}.", nameof(direction));
        using ScalarTape tape = ScalarTape.OfSeries(selections);
        Active[] variables = new Active[point.Length];
        for (int i = 0; i < point.Length; i++)
        {
            double[] coefficients = new double[order + 1];
            coefficients[0] = point[i];
            if (order > 0)
                coefficients[1] = direction[i];
            variables[i] = tape.SeriesVariable(coefficients);
        }

        return Array.ConvertAll(program(variables), output =>
        {
            double[] found = new double[order + 1];
            tape.SeriesOf(output).Coefficients.AsSpan().CopyTo(found);
            return found;
        });
    }
}
