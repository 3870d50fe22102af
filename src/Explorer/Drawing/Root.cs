namespace ConservativeAD.Explorer.Drawing;

/// <summary>Places where a function of one number changes its sign, by halving.</summary>
internal static class Root
{
    private const int Halvings = 50;

    /// <summary>A place between two at which the function's signs differ.</summary>
    public static double Between(Func<double, double> function, double low, double high)
    {
        double atLow = function(low);
        for (int i = 0; i < Halvings; i++)
        {
            double middle = 0.5 * (low + high);
            if (function(middle) * atLow > 0)
                low = middle;
            else
                high = middle;
        }

        return 0.5 * (low + high);
    }

    /// <summary>A place near 0, at most a reach away; 0 if the signs do not differ there.</summary>
    public static double Near(Func<double, double> function, double reach)
    {
        double middle = function(0);
        for (double t = reach / 64; middle != 0 && t <= reach; t *= 2)
        {
            foreach (double side in (ReadOnlySpan<double>)[t, -t])
            {
                if (function(side) * middle <= 0)
                    return Between(function, 0, side);
            }
        }

        return 0;
    }
}
