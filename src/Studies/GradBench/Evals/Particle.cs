using ConservativeAD.Studies.GradBench.Numbers;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>
/// The position of a charge that leads a charged particle through the origin: a minimisation over a simulation whose forces are gradients of a potential. A
/// function's name gives the modes of the derivative around the simulation and of the one within: f for forward, r for reverse.
/// </summary>
internal static class Particle
{
    private const int MostSteps = 10_000_000;
    private const double TimeStep = 0.1;

    public static Module Module { get; } = new Module<Input>("particle", [new(0.2)],
        ("rr", (input, _) => Prepare<EngineReverseMode, ReverseMode>(input)),
        ("ff", (input, _) => Prepare<OuterForwardMode, ForwardMode>(input)),
        ("fr", (input, _) => Prepare<OuterForwardMode, ReverseMode>(input)),
        ("rf", (input, _) => Prepare<EngineReverseMode, ForwardMode>(input)));

    private static Computation Prepare<TOuter, TInner>(Input input)
        where TOuter : IOuterMode
        where TInner : IGradientMode =>
        Computation.Of(() => GradientDescent.Minimum(default(Controlled<TOuter, TInner>), [Plain.Of(input.W)])[0].Value);

    /// <summary>The input.</summary>
    /// <param name="W">The control that the search starts from.</param>
    internal sealed record Input(double W);

    private readonly struct Controlled<TOuter, TInner> : IMinimized<Plain>
        where TOuter : IOuterMode
        where TInner : IGradientMode
    {
        public Plain Value(ReadOnlySpan<Plain> x) => Miss<TInner>.Value(x);

        public void Gradient(ReadOnlySpan<Plain> x, Span<Plain> gradient) => TOuter.Gradient<Miss<TInner>>(x, gradient);
    }

    // The squared distance from the origin at which the particle crosses the axis, for a control.
    private readonly struct Miss<TInner> : IFunction
        where TInner : IGradientMode
    {
        public static T Value<T>(ReadOnlySpan<T> x)
            where T : struct, IScalar<T>
        {
            T[] control = [x[0], T.Of(0), T.Of(8)], force = new T[2];
            Span<T> position = control.AsSpan(1), velocity = [T.Of(0.75), T.Of(0)];
            for (int step = 0; step < MostSteps; step++)
            {
                TInner.Gradient<T, Potential>(control, force);
                for (int i = 0; i < 2; i++)
                    position[i] += velocity[i] * TimeStep;
                if (position[1].Value <= 0)
                {
                    T crossing = position[0] - (position[1] / velocity[1] * velocity[0]);
                    return crossing * crossing;
                }

                for (int i = 0; i < 2; i++)
                    velocity[i] -= force[i] * TimeStep;
            }

            throw new InvalidDataException($"With the control {x[0].Value} the particle does not cross the axis within {MostSteps} steps.");
        }
    }

    // Of two charges, at (10, 10 − w) and (10, 0); the arguments are w and a position.
    private readonly struct Potential : IFunction
    {
        public static T Value<T>(ReadOnlySpan<T> x)
            where T : struct, IScalar<T>
        {
            T across = x[1] + -10, up = x[2] + x[0] + -10;
            return (1 / T.Sqrt((across * across) + (up * up))) + (1 / T.Sqrt((across * across) + (x[2] * x[2])));
        }
    }
}
