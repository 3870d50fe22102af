using ConservativeAD.Scalars;
using Xunit;

namespace ConservativeAD.AutoDiff.Tests.Scalars;

/// <summary>
/// A loop reversed from snapshots has the same gradient as the fully recorded loop, recomputes the fewest possible steps, and records one step at a time.
/// </summary>
public class CheckpointedLoopTests
{
    private const double Tolerance = 1e-12;

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(17, 1)]
    [InlineData(17, 2)]
    [InlineData(64, 3)]
    [InlineData(100, 5)]
    [InlineData(100, 200)]
    public void The_gradient_is_that_of_the_whole_record(int steps, int snapshots)
    {
        double[] start = [0.3, -0.2, 0.9], parameters = [0.7, 1.1];
        LoopGradient found = new CheckpointedLoop(Step, Value, snapshots).Gradient(start, parameters, steps);

        using ScalarTape tape = new();
        Active[] state = [.. start.Select(x => tape.Variable(x))], given = [.. parameters.Select(x => tape.Variable(x))];
        for (int k = 0; k < steps; k++)
            state = Step(k, state, given);
        Active value = Value(state, given);
        double[] gradient = tape.Gradient(value);
        Assert.Equal(value.Value, found.Value);
        Assert.Equal(state.Select(number => number.Value), found.State);
        AssertClose(gradient, [.. found.StartGradient, .. found.ParameterGradient]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void No_schedule_computes_fewer_steps(int snapshots)
    {
        const int Longest = 60;
        long[,] fewest = Fewest(Longest, snapshots);
        for (int steps = 1; steps <= Longest; steps++)
        {
            LoopGradient found = new CheckpointedLoop(Step, Value, snapshots).Gradient([0.3, -0.2, 0.9], [0.7, 1.1], steps);
            Assert.Equal(fewest[steps, snapshots] + steps, found.StepEvaluations);
        }
    }

    [Fact]
    public void What_is_recorded_is_a_step_and_the_value()
    {
        const int OperationsOfAStepAndTheValue = 15;
        LoopGradient found = new CheckpointedLoop(Step, Value, 4).Gradient([0.3, -0.2, 0.9], [0.7, 1.1], 1000);
        Assert.InRange(found.LargestTape, 5, 5 + OperationsOfAStepAndTheValue);
    }

    [Fact]
    public void Long_loops_with_few_snapshots_stay_cheap()
    {
        // With the starting state there are ten: (10 + 3 choose 10) = 286 steps, each recomputed at most three times.
        LoopGradient found = new CheckpointedLoop(Step, Value, 9).Gradient([0.3, -0.2, 0.9], [0.7, 1.1], 286);
        Assert.InRange(found.StepEvaluations, 286, 4 * 286);
    }

    [Fact]
    public void The_selections_hold_within_the_loop()
    {
        CheckpointedLoop loop = new((_, state, _) => [Active.Relu(state[0])], (state, _) => state[0], 2);
        Assert.Equal([0], loop.Gradient([0], [], 3, new Selections { ReluAtZero = 0 }).StartGradient);
        Assert.Equal([0.125], loop.Gradient([0], [], 3, new Selections { ReluAtZero = 0.5 }).StartGradient);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointedLoop(Step, Value, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CheckpointedLoop(Step, Value, 1).Gradient([0.3, -0.2, 0.9], [0.7, 1.1], -1));
        CheckpointedLoop growing = new((_, state, _) => [.. state, 1], Value, 1);
        Assert.Contains("3 numbers and returned one of 4", Assert.Throws<ArgumentException>(() => growing.Gradient([0.3, -0.2, 0.9], [0.7, 1.1], 2)).Message,
            StringComparison.Ordinal);
    }

    private static Active[] Step(int k, Active[] state, Active[] parameters) =>
    [
        (parameters[0] * Active.Sin(state[1])) + (0.1 * k / (1 + k)),
        Active.Max(state[0], -state[2]) * parameters[1],
        Active.Abs(state[2] - (0.5 * state[0])) - 0.1,
    ];

    private static Active Value(Active[] state, Active[] parameters) => (state[0] * state[1]) + Active.Exp(state[2] * parameters[0]);

    // The fewest plain steps that reverse a chain, over all places of the next snapshot.
    private static long[,] Fewest(int longest, int most)
    {
        long[,] fewest = new long[longest + 1, most + 1];
        for (int snapshots = 0; snapshots <= most; snapshots++)
        {
            for (int steps = 2; steps <= longest; steps++)
            {
                fewest[steps, snapshots] = snapshots == 0
                    ? steps * (steps - 1) / 2
                    : Enumerable.Range(1, steps - 1).Min(ahead => ahead + fewest[steps - ahead, snapshots - 1] + fewest[ahead, snapshots]);
            }
        }

        return fewest;
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - (Tolerance * (1 + Math.Abs(expected[i]))), expected[i] + (Tolerance * (1 + Math.Abs(expected[i]))));
    }
}
