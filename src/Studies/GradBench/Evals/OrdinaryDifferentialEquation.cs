using System.Numerics;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>y₀' = x₀ and yᵢ' = xᵢ yᵢ₋₁ from 0 at time 0 to time 2, by the classical method of Runge and Kutta; the gradient of the last element.</summary>
internal static class OrdinaryDifferentialEquation
{
    private const double End = 2;

    public static Module Module { get; } = new Module<Input>("ode", [new(Sample.Numbers(400, 0.2, 1.2), 3)],
        ("primal", (input, _) =>
        {
            Check(input);
            return Computation.Of(() => Solution<double>(input.X, input.S));
        }
    ),
        ("gradient", (input, _) =>
        {
            Check(input);
            ScalarProgram program = new(x => Solution<Active>(x, input.S)[^1], input.X);
            return Computation.Of(program.Gradient, program);
        }
    ));

    // An element's slopes depend on the element before alone, so that one pass over the elements takes the whole step. Elements that have not moved yet are
    // constants, and so are products with them: nothing is recorded for them.
    private static T[] Solution<T>(ReadOnlySpan<T> x, int steps)
        where T : struct, INumber<T>
    {
        double h = End / steps;
        T half = T.CreateChecked(h / 2), whole = T.CreateChecked(h), sixth = T.CreateChecked(h / 6), two = T.CreateChecked(2);
        T[] y = new T[x.Length];
        for (int step = 0; step < steps; step++)
        {
            T before = T.One, firstBefore = T.Zero, secondBefore = T.Zero, thirdBefore = T.Zero;
            for (int i = 0; i < y.Length; i++)
            {
                T first = x[i] * before;
                T second = x[i] * (before + (firstBefore * half));
                T third = x[i] * (before + (secondBefore * half));
                T fourth = x[i] * (before + (thirdBefore * whole));
                (before, firstBefore, secondBefore, thirdBefore) = (y[i], first, second, third);
                y[i] = before + ((first + (two * (second + third)) + fourth) * sixth);
            }
        }

        return y;
    }

    private static void Check(Input input)
    {
        Rows.NeedAtLeast(input.S, 1, "s");
        Rows.NeedAtLeast(input.X.Length, 1, "the number of elements of x");
    }

    /// <summary>The input.</summary>
    /// <param name="X">The factors.</param>
    /// <param name="S">The number of steps.</param>
    internal sealed record Input(double[] X, int S);
}
