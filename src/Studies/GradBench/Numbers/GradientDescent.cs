namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>A function to be minimised, with its gradient.</summary>
/// <typeparam name="T">The number type.</typeparam>
internal interface IMinimized<T>
    where T : struct, IScalar<T>
{
    /// <summary>The function.</summary>
    /// <param name="x">Where.</param>
    T Value(ReadOnlySpan<T> x);

    /// <summary>Its gradient.</summary>
    /// <param name="x">Where.</param>
    /// <param name="gradient">The gradient.</param>
    void Gradient(ReadOnlySpan<T> x, Span<T> gradient);
}

/// <summary>
/// Gradient descent with a step size that doubles after ten steps and halves where the value does not fall. It runs on numbers that carry derivatives, which
/// then are those of the point it ends at.
/// </summary>
/// <remarks>
/// J. Siskind and B. Pearlmutter, Using programming language theory to make automatic differentiation sound and efficient, AD 2008, whose examples fix every
/// constant.
/// </remarks>
internal static class GradientDescent
{
    private const double FirstStep = 1e-5;
    private const double Tolerance = 1e-5;
    private const int StepsBeforeDoubling = 10;

    /// <summary>The point where the descent ends.</summary>
    /// <typeparam name="T">The number type.</typeparam>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="start">Where it begins.</param>
    public static T[] Minimum<T, TFunction>(TFunction function, ReadOnlySpan<T> start)
        where T : struct, IScalar<T>
        where TFunction : IMinimized<T>
    {
        T[] x = start.ToArray(), gradient = new T[x.Length], next = new T[x.Length];
        double value = function.Value(x).Value, step = FirstStep;
        function.Gradient(x, gradient);
        int taken = 0;
        while (Norm(gradient) > Tolerance)
        {
            if (taken == StepsBeforeDoubling)
            {
                step *= 2;
                taken = 0;
                continue;
            }

            for (int i = 0; i < x.Length; i++)
                next[i] = x[i] - (gradient[i] * step);
            if (Distance(x, next) <= Tolerance)
                break;
            double ahead = function.Value(next).Value;
            if (ahead < value)
            {
                (x, next, value) = (next, x, ahead);
                function.Gradient(x, gradient);
                taken++;
            }
            else
            {
                step /= 2;
                taken = 0;
            }
        }

        return x;
    }

    private static double Norm<T>(T[] x)
        where T : struct, IScalar<T>
    {
        double sum = 0;
        foreach (T element in x)
            sum += element.Value * element.Value;
        return Math.Sqrt(sum);
    }

    private static double Distance<T>(T[] x, T[] y)
        where T : struct, IScalar<T>
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (x[i].Value - y[i].Value) * (x[i].Value - y[i].Value);
        return Math.Sqrt(sum);
    }
}
