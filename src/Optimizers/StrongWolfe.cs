namespace ConservativeAD.Optimizers;

/// <summary>
/// A line search for the strong Wolfe conditions: an interval is widened by cubic extrapolation until it brackets a minimum, then narrowed by cubic
/// interpolation (J. Nocedal and S. Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6), with the limits and safeguards of PyTorch's L-BFGS.
/// </summary>
internal static class StrongWolfe
{
    private const double SufficientDecrease = 1e-4;
    private const double SlopeShare = 0.9;
    private const int MaximumSteps = 25;
    private const double MinimumGrowth = 0.01;
    private const double MaximumGrowth = 10;
    private const double EndShare = 0.1;

    /// <summary>Searches a function of one variable.</summary>
    /// <param name="along">Value and slope at a length.</param>
    /// <param name="first">The first length to try.</param>
    /// <param name="value">The value at 0.</param>
    /// <param name="slope">The slope at 0, negative.</param>
    /// <param name="narrowest">The width of a bracket at which the search stops.</param>
    /// <returns>The length with the least value found; 0 if none is below the value at 0.</returns>
    public static double Search(Func<double, (double Value, double Slope)> along, double first, double value, double slope, double narrowest)
    {
        Place start = new(0, value, slope), before = start, now = At(along, first);
        for (int step = 0; step < MaximumSteps; step++)
        {
            if (!(now.Value <= value + (SufficientDecrease * now.Length * slope)) || (step > 1 && now.Value >= before.Value) || now.Slope >= 0)
            {
                bool isDone = now.Value <= value + (SufficientDecrease * now.Length * slope) && !(step > 1 && now.Value >= before.Value)
                    && Math.Abs(now.Slope) <= -SlopeShare * slope;
                return isDone ? now.Length : Narrow(along, before, now, value, slope, narrowest, step);
            }

            if (Math.Abs(now.Slope) <= -SlopeShare * slope)
                return now.Length;
            double next = CubicMinimum(before, now, now.Length + (MinimumGrowth * (now.Length - before.Length)), MaximumGrowth * now.Length);
            (before, now) = (now, At(along, next));
        }

        return now.Value < value ? now.Length : 0;
    }

    private static double Narrow(Func<double, (double Value, double Slope)> along, Place one, Place other, double value, double slope, double narrowest,
        int step)
    {
        Place low = one.Value <= other.Value ? one : other, high = one.Value <= other.Value ? other : one;
        bool isCreeping = false;
        for (; step < MaximumSteps && Math.Abs(high.Length - low.Length) >= narrowest; step++)
        {
            double left = Math.Min(low.Length, high.Length), right = Math.Max(low.Length, high.Length);
            double length = CubicMinimum(low.Length < high.Length ? low : high, low.Length < high.Length ? high : low, left, right);
            double margin = EndShare * (right - left);

            // If the minimum of the cubic is at an end, or close to one twice in a row, it gives no new information, and a point inside the interval is used.
            bool isAtEnd = Math.Min(right - length, length - left) < margin;
            if (isAtEnd && (isCreeping || length >= right || length <= left))
            {
                length = Math.Abs(length - right) < Math.Abs(length - left) ? right - margin : left + margin;
                isCreeping = false;
            }
            else
            {
                isCreeping = isAtEnd;
            }

            Place place = At(along, length);
            if (!(place.Value <= value + (SufficientDecrease * length * slope)) || place.Value >= low.Value)
            {
                high = place;
                if (high.Value < low.Value)
                    (low, high) = (high, low);
                continue;
            }

            if (Math.Abs(place.Slope) <= -SlopeShare * slope)
                return length;
            if (place.Slope * (high.Length - low.Length) >= 0)
                high = low;
            low = place;
        }

        return low.Length;
    }

    // The minimum, within limits, of the cubic with given values and slopes at two points; their midpoint if it has none.
    private static double CubicMinimum(Place one, Place other, double least, double most)
    {
        (Place left, Place right) = one.Length <= other.Length ? (one, other) : (other, one);
        double bend = left.Slope + right.Slope - (3 * (left.Value - right.Value) / (left.Length - right.Length)),
            square = (bend * bend) - (left.Slope * right.Slope);
        if (!(square >= 0))
            return 0.5 * (least + most);
        double root = Math.Sqrt(square),
            place = right.Length - ((right.Length - left.Length) * ((right.Slope + root - bend) / (right.Slope - left.Slope + (2 * root))));
        return double.IsNaN(place) ? 0.5 * (least + most) : Math.Min(Math.Max(place, least), most);
    }

    private static Place At(Func<double, (double Value, double Slope)> along, double length)
    {
        (double value, double slope) = along(length);
        return new Place(length, value, slope);
    }

    private readonly record struct Place(double Length, double Value, double Slope);
}
