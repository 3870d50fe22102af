using ConservativeAD.Scalars;

namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>The Burgers equation: the step of one cell, compiled, for all cells, forwards and then backwards through the steps.</summary>
internal sealed class CompiledBurgers : ICompiledWorkload
{
    private readonly TapedProgram<Burgers> taped = new();
    private readonly CompiledFunction cell = CompiledFunction.Of(x => Burgers.Next(x[0], x[1], x[2]), 3);
    private readonly InputColumn[] inputs = [InputColumn.From(0), InputColumn.From(1), InputColumn.From(2)];
    private readonly double[] states;
    private readonly double[] cotangents;
    private readonly double[] before;

    public CompiledBurgers()
    {
        states = new double[taped.Input.Length * (Burgers.Steps + 1)];
        (cotangents, before) = (new double[taped.Input.Length], new double[taped.Input.Length]);
    }

    public string Title => Burgers.Title;

    public double Plain() => taped.Plain();

    public double Tape() => taped.Gradient();

    public double Compiled()
    {
        int points = taped.Input.Length;
        taped.Input.CopyTo(states, 0);
        for (int step = 0; step < Burgers.Steps; step++)
        {
            Span<double> u = State(step), next = State(step + 1);
            (next[0], next[^1]) = (u[0], u[^1]);
            cell.MapColumns(u, inputs, next[1..^1]);
        }

        Span<double> ahead = cotangents, behind = before;
        for (int i = 0; i < points; i++)
            ahead[i] = 2 * State(Burgers.Steps)[i];
        for (int step = Burgers.Steps - 1; step >= 0; step--)
        {
            behind.Clear();
            (behind[0], behind[^1]) = (ahead[0], ahead[^1]);
            cell.PullColumns(State(step), inputs, ahead[1..^1], [], behind);
            Span<double> done = ahead;
            ahead = behind;
            behind = done;
        }

        return ScalarRun.Sums(ahead).Weighted;

        Span<double> State(int step) => states.AsSpan(step * points, points);
    }

    public void Dispose() => taped.Dispose();
}
