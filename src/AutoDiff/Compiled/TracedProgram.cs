namespace ConservativeAD.Scalars;

/// <summary>
/// A program on numbers as it ran at one point, with the cotangents of the reverse pass among its instructions: they are added and multiplied in the order in
/// which the tape does it, so that a gradient has the tape's bits wherever all its numbers are finite.
/// </summary>
/// <remarks>
/// The tape passes a cotangent of exactly 0 by, whatever the slope. Here the product is made, and with a slope that is not finite it is NaN, which no later
/// operation hides. So a finite gradient is the tape's, and another one is computed by the tape.
/// </remarks>
internal sealed class TracedProgram
{
    private TracedProgram(ProgramTrace trace, int value, int[] gradient) =>
        (Code, Guards, Value, Gradient) = (trace.Code, trace.Guards, value, gradient);

    /// <summary>The instructions.</summary>
    public InstructionList Code { get; }

    /// <summary>The answers under which the program goes this way.</summary>
    public IReadOnlyList<Guard> Guards { get; }

    /// <summary>The instruction that computes the value.</summary>
    public int Value { get; }

    /// <summary>The instructions that compute the gradient.</summary>
    public int[] Gradient { get; }

    /// <summary>Runs a program at a point and notes what it does.</summary>
    /// <param name="program">The program.</param>
    /// <param name="selections">The values to return at kinks.</param>
    /// <param name="point">The point.</param>
    /// <param name="inVectors">Whether it answers its questions as it does in vectors, where functions may round differently.</param>
    /// <param name="refusal">Why there is no result.</param>
    /// <returns>What it does; null if that cannot be told by instructions.</returns>
    public static TracedProgram? Of(Func<Active[], Active> program, Selections selections, ReadOnlySpan<double> point, bool inVectors,
        out string refusal)
    {
        ProgramTrace trace = new(selections, inVectors);
        using ScalarTape tape = ScalarTape.ForTrace(trace);
        InstructionList? before = TracedLane.Begin(trace.Code);
        try
        {
            Active[] variables = new Active[point.Length];
            for (int i = 0; i < variables.Length; i++)
            {
                trace.ComesVariable(i, point[i]);
                variables[i] = tape.Variable(point[i]);
            }

            Active output = program(variables);
            if (!output.IsConstant && !tape.Holds(output))
                ScalarTapeSlots.ThrowForeign();
            trace.Close();
            refusal = trace.Refusal ?? "";
            return trace.Refusal is null ? new TracedProgram(trace, trace.PlaceOf(output), Reverse(trace, output, point.Length)) : null;
        }
        finally
        {
            TracedLane.Begin(before);
        }
    }

    private static int[] Reverse(ProgramTrace trace, Active output, int inputs)
    {
        InstructionList code = trace.Code;
        int[] cotangents = new int[trace.Nodes.Count];
        Array.Fill(cotangents, -1);
        int last = output.IsConstant ? 0 : trace.Nodes[output.Node].Cell;
        cotangents[last] = code.Constant(1);
        for (int node = last; node > inputs; node--)
        {
            if (cotangents[node] < 0)
                continue;
            TracedNode operation = trace.Nodes[node];
            Pass(operation.First, operation.SlopeOfFirst, cotangents[node]);
            Pass(operation.Second, operation.SlopeOfSecond, cotangents[node]);
        }

        int[] gradient = new int[inputs];
        for (int i = 0; i < inputs; i++)
            gradient[i] = cotangents[i + 1] < 0 || last == 0 ? code.Constant(0) : cotangents[i + 1];
        return gradient;

        void Pass(int to, int slope, int cotangent)
        {
            if (to == 0)
                return;
            int share = code.Is(cotangent, 1) ? slope
                : code.Is(slope, 1) ? cotangent
                : code.Is(slope, -1) ? code.Add(Opcode.Negate, cotangent)
                : code.Add(Opcode.Multiply, cotangent, slope);
            cotangents[to] = cotangents[to] < 0 ? share : code.Add(Opcode.Add, cotangents[to], share);
        }
    }
}
