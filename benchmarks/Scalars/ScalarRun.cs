namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>
/// The result of one way of running a scalar program: nanoseconds per operation, the value, and two sums over the gradient that distinguish gradients.
/// </summary>
internal sealed record ScalarRun(double Recording, double Reverse, double Value, double WeightedSum, double AbsoluteSum)
{
    public double Total => Recording + Reverse;

    public static (double Weighted, double Absolute) Sums(ReadOnlySpan<double> gradient)
    {
        double weighted = 0, absolute = 0;
        for (int i = 0; i < gradient.Length; i++)
        {
            weighted += gradient[i] * Math.Cos((0.37 * i) + 0.1);
            absolute += Math.Abs(gradient[i]);
        }

        return (weighted, absolute);
    }
}
