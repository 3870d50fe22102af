namespace ConservativeAD.Scalars;

/// <summary>
/// The gradient of a long loop in bounded memory. A few states are kept, one step at a time is recorded, and the steps in between are recomputed as rarely as
/// the number of states allows (binomial checkpointing; Griewank and Walther 2000). With s states, including the starting one, a chain of (s + r choose s)
/// steps is reversed with at most r recomputations of each step.
/// </summary>
public sealed class CheckpointedLoop
{
    private readonly Func<int, Active[], Active[], Active[]> step;
    private readonly Func<Active[], Active[], Active> value;
    private readonly int snapshots;

    /// <summary>Creates a loop.</summary>
    /// <param name="step">Computes the next state from the step's index, the state and the parameters; the new state has the same length. It is called several
    /// times for a step, with constants and with recorded numbers, and must return the same values each time. It must not change the arrays passed to
    /// it.</param>
    /// <param name="value">Computes the value from the last state and the parameters.</param>
    /// <param name="snapshots">The number of states that may be held at a time in addition to the starting one, at least one. It bounds the memory.</param>
    public CheckpointedLoop(Func<int, Active[], Active[], Active[]> step, Func<Active[], Active[], Active> value, int snapshots)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfLessThan(snapshots, 1);
        this.step = step;
        this.value = value;
        this.snapshots = snapshots;
    }

    /// <summary>Runs the loop and reverses it.</summary>
    /// <param name="start">The state before the first step.</param>
    /// <param name="parameters">Numbers that every step may read.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="selections">The values to return at kinks; <see cref="Selections.PyTorch"/> if null.</param>
    /// <exception cref="ArgumentException">A step returned a state of another length.</exception>
    public LoopGradient Gradient(ReadOnlySpan<double> start, ReadOnlySpan<double> parameters, int steps, Selections? selections = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        using Reversal reversal = new(this, parameters.ToArray(), selections);
        return reversal.Run(start.ToArray(), steps);
    }

    private sealed class Reversal(CheckpointedLoop loop, double[] parameters, Selections? selections) : IDisposable
    {
        private readonly ScalarTape tape = new(selections);
        private readonly Active[] constants = Constants(parameters);
        private readonly double[] parameterGradient = new double[parameters.Length];
        private double[] cotangent = [];
        private double[] lastState = [];
        private double result;
        private long evaluations;
        private int largestTape;
        private int last;

        public LoopGradient Run(double[] start, int steps)
        {
            last = steps;
            cotangent = new double[start.Length];
            if (steps == 0)
                PullValue(Begin(start, out Active[] given), given);
            else
                Reverse(0, steps, start, loop.snapshots);
            return new LoopGradient(result, lastState, cotangent, parameterGradient, evaluations, largestTape);
        }

        public void Dispose() => tape.Dispose();

        // Pulls the cotangent of the state after some steps back to the given state before them. The value is reversed together with the last step.
        private void Reverse(int first, int count, double[] state, int free)
        {
            if (count == 1)
            {
                Active[] next = Step(first, Begin(state, out Active[] given), given);
                if (first + 1 == last)
                    PullValue(next, given);
                else
                    Pull(next, cotangent);
                return;
            }

            if (free == 0)
            {
                for (int back = count - 1; back >= 0; back--)
                    Reverse(first + back, 1, Advance(first, back, state), 0);
                return;
            }

            int ahead = BinomialSchedule.Advance(count, free);
            Reverse(first + ahead, count - ahead, Advance(first, ahead, state), free - 1);
            Reverse(first, ahead, state, free);
        }

        private double[] Advance(int first, int count, double[] state)
        {
            Active[] moving = Constants(state);
            for (int k = first; k < first + count; k++)
                moving = Step(k, moving, constants);
            return count == 0 ? state : [.. moving.Select(number => number.Value)];
        }

        private Active[] Step(int k, Active[] state, Active[] given)
        {
            evaluations++;
            Active[] next = loop.step(k, state, given) ?? throw new ArgumentException($"Step {k} returned null.");
            if (next.Length != state.Length)
                throw new ArgumentException($"Step {k} took a state of {state.Length} numbers and returned one of {next.Length}.");
            return next;
        }

        private void PullValue(Active[] state, Active[] given)
        {
            lastState = [.. state.Select(number => number.Value)];
            Active output = loop.value(state, given);
            result = output.Value;
            Pull([output], [1]);
        }

        private Active[] Begin(double[] state, out Active[] given)
        {
            tape.Reset();
            Active[] active = [.. state.Select(number => tape.Variable(number))];
            given = [.. parameters.Select(number => tape.Variable(number))];
            return active;
        }

        private void Pull(Active[] outputs, double[] weights)
        {
            double[] gradient = new double[cotangent.Length + parameters.Length];
            tape.Pull(outputs, weights, gradient);
            largestTape = Math.Max(largestTape, tape.Count);
            cotangent = gradient[..cotangent.Length];
            for (int i = 0; i < parameters.Length; i++)
                parameterGradient[i] += gradient[cotangent.Length + i];
        }

        private static Active[] Constants(double[] numbers) => [.. numbers.Select(number => new Active(number))];
    }
}
