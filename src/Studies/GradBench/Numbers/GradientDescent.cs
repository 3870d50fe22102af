using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Numbers;

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
    /// <param name="function">The function to minimise.</param>
    /// <param name="gradientOf">Its gradient.</param>
    /// <param name="start">Where the descent begins.</param>
    public static Active[] Minimum(Func<Active[], Active> function, Func<Active[], Active[]> gradientOf, Active[] start)
    {
        Active[] x = start, gradient = gradientOf(x);
        double value = function(x).Value, step = FirstStep;
        int taken = 0;
        while (Norm(gradient) > Tolerance)
        {
            if (taken == StepsBeforeDoubling)
            {
                step *= 2;
                taken = 0;
                continue;
            }

            Active[] next = [.. x.Zip(gradient, (element, slope) => element - (slope * step))];
            if (Norm([.. x.Zip(next, (element, moved) => new Active(element.Value - moved.Value))]) <= Tolerance)
                break;
            double ahead = function(next).Value;
            if (ahead < value)
            {
                (x, value) = (next, ahead);
                gradient = gradientOf(x);
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

    private static double Norm(Active[] x) => Math.Sqrt(x.Sum(element => element.Value * element.Value));
}
