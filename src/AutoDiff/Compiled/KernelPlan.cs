namespace ConservativeAD.Scalars;

/// <summary>The order in which a kernel computes the instructions that its results need, and how long it needs each.</summary>
internal sealed class KernelPlan
{
    private readonly InstructionList code;

    /// <summary>Plans a kernel.</summary>
    /// <param name="program">The program.</param>
    /// <param name="withGradient">Whether it computes the gradient as well as the value.</param>
    public KernelPlan(TracedProgram program, bool withGradient)
    {
        code = program.Code;
        Results = withGradient ? [program.Value, .. program.Gradient] : [program.Value];
        bool[] forwards = new bool[code.Count], all = new bool[code.Count];
        Need(forwards, program.Value);
        foreach (Guard guard in program.Guards)
        {
            Need(forwards, guard.Left);
            if (guard.Right >= 0)
                Need(forwards, guard.Right);
        }

        foreach (int result in Results)
            Need(all, result);
        Close(forwards);
        Close(all);

        // The value first, with its guards as early as they can be asked, then what only the gradient needs.
        int asked = 0;
        for (int place = 0; place < code.Count; place++)
        {
            for (; asked < program.Guards.Count && program.Guards[asked].Place <= place; asked++)
                Steps.Add(new Step(-1, program.Guards[asked]));
            if (forwards[place] && !code.IsConstant(place))
                Steps.Add(new Step(place, default));
        }

        for (; asked < program.Guards.Count; asked++)
            Steps.Add(new Step(-1, program.Guards[asked]));
        for (int place = 0; place < code.Count; place++)
        {
            if (all[place] && !forwards[place] && !code.IsConstant(place))
                Steps.Add(new Step(place, default));
        }

        LastUse = new int[code.Count];
        for (int i = 0; i < Steps.Count; i++)
        {
            if (Steps[i].Place >= 0)
            {
                Instruction instruction = code[Steps[i].Place];
                for (int k = 0; k < instruction.Arity; k++)
                    LastUse[instruction.Operand(k)] = i;
                continue;
            }

            LastUse[Steps[i].Guard.Left] = i;
            if (Steps[i].Guard.Right >= 0)
                LastUse[Steps[i].Guard.Right] = i;
        }

        foreach (int result in Results)
            LastUse[result] = int.MaxValue;
    }

    /// <summary>The instructions that compute the value and, if it is wanted, the gradient.</summary>
    public int[] Results { get; }

    /// <summary>Instructions and guards, in order.</summary>
    public List<Step> Steps { get; } = [];

    /// <summary>For each instruction the last step that needs it; the greatest number for a result.</summary>
    public int[] LastUse { get; }

    private static void Need(bool[] needed, int place) => needed[place] = true;

    private void Close(bool[] needed)
    {
        for (int place = code.Count - 1; place >= 0; place--)
        {
            if (!needed[place])
                continue;
            Instruction instruction = code[place];
            for (int k = 0; k < instruction.Arity; k++)
                needed[instruction.Operand(k)] = true;
        }
    }

    /// <summary>An instruction, or a guard.</summary>
    /// <param name="Place">The instruction; −1 for a guard.</param>
    /// <param name="Guard">The guard.</param>
    internal readonly record struct Step(int Place, Guard Guard);
}
