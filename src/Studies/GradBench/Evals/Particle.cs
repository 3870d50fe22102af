using ConservativeAD.Scalars;
using ConservativeAD.Studies.GradBench.Numbers;

namespace ConservativeAD.Studies.GradBench.Evals;

/// <summary>
/// The position of a charge that leads a charged particle through the origin: a minimisation over a simulation whose forces are gradients of a potential. A
/// function's name gives the modes of the derivative around the simulation and of the one within: f for forward, r for reverse.
/// </summary>
internal static class Particle
{
    private const int MostSteps = 100_000;
    private const double TimeStep = 0.1;

    public static Module Module { get; } = new Module<Input>("particle", [new(0.2)],
        ("rr", (input, _) => Prepare(input, GradientMode.Reverse, GradientMode.Reverse)),
        ("ff", (input, _) => Prepare(input, GradientMode.Forward, GradientMode.Forward)),
        ("fr", (input, _) => Prepare(input, GradientMode.Forward, GradientMode.Reverse)),
        ("rf", (input, _) => Prepare(input, GradientMode.Reverse, GradientMode.Forward)));

    private static Computation Prepare(Input input, GradientMode outer, GradientMode inner) =>
        Computation.Of(() => GradientDescent.Minimum(
            x => Miss(x[0], inner),
            x => [outer.Outermost(control => Miss(control[0], inner), [x[0].Value])[0]],
            [input.W])[0].Value);

    /// <summary>The input.</summary>
    /// <param name="W">The control that the search starts from.</param>
    internal sealed record Input(double W);

    // The squared distance from the origin at which the particle crosses the axis, for a control.
    private static Active Miss(Active control, GradientMode mode)
    {
        Active[] position = [0, 8], velocity = [0.75, 0];
        for (int step = 0; step < MostSteps; step++)
        {
            Active[] force = mode.Within(at => Potential(control, at), position);
            position = [.. position.Zip(velocity, (x, v) => x + (v * TimeStep))];
            if (position[1].Value <= 0)
            {
                Active crossing = position[0] - (position[1] / velocity[1] * velocity[0]);
                return crossing * crossing;
            }

            velocity = [.. velocity.Zip(force, (v, f) => v - (f * TimeStep))];
        }

        throw new InvalidDataException($"With the control {control.Value} the particle does not cross the axis within {MostSteps} steps.");
    }

    // Of two charges, at (10, 10 − w) and (10, 0).
    private static Active Potential(Active w, Active[] at)
    {
        Active across = at[0] + -10, up = at[1] + w + -10;
        return (1 / Active.Sqrt((across * across) + (up * up))) + (1 / Active.Sqrt((across * across) + (at[1] * at[1])));
    }
}
