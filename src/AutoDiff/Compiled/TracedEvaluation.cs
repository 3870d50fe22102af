using System.Numerics;
using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <summary>Computes a traced program instruction by instruction, with the bits of the compiled one, where it is not worth compiling.</summary>
internal static class TracedEvaluation
{
    /// <summary>Computes a block of examples.</summary>
    /// <param name="program">The program.</param>
    /// <param name="points">A vector of each input.</param>
    /// <param name="results">The destination, as <see cref="VectorKernel"/> fills it.</param>
    /// <param name="withGradient">Whether the gradient is wanted as well as the value.</param>
    public static void Run(TracedProgram program, ReadOnlySpan<double> points, Span<double> results, bool withGradient)
    {
        int width = Vector<double>.Count;
        KernelPlan plan = new(program, withGradient);
        Vector<double>[] values = new Vector<double>[program.Code.Count];
        for (int place = 0; place < values.Length; place++)
        {
            if (program.Code.IsConstant(place))
                values[place] = Vector.Create(program.Code[place].Constant);
        }

        Vector<long> goesThisWay = Vector<long>.AllBitsSet;
        foreach ((int place, Guard guard) in plan.Steps)
        {
            if (place < 0)
                goesThisWay = guard.Right < 0
                    ? Guards.AndKind(goesThisWay, values[guard.Left], guard.Outcome)
                    : And(goesThisWay, values[guard.Left], values[guard.Right], guard.Outcome);
            else if (program.Code[place] is { Code: Opcode.Input, A: int input })
                values[place] = new Vector<double>(points.Slice(input * width, width));
            else
                values[place] = VectorFunctions.Evaluate(program.Code[place], values);
        }

        Vector<double> check = Vector<double>.Zero;
        for (int i = 0; i < plan.Results.Length; i++)
        {
            Vector<double> result = values[plan.Results[i]];
            (i == 0 ? result : result + Vector<double>.Zero).CopyTo(results[(i * width)..]);
            if (!program.Code.IsConstant(plan.Results[i]))
                check += result - result;
        }

        Span<long> masks = MemoryMarshal.Cast<double, long>(results[(plan.Results.Length * width)..]);
        goesThisWay.CopyTo(masks);
        Vector.Equals(check, Vector<double>.Zero).CopyTo(masks[width..]);
    }

    private static Vector<long> And(Vector<long> mask, Vector<double> a, Vector<double> b, int outcome) => outcome switch
    {
        Guards.Less => Guards.AndLess(mask, a, b),
        Guards.Equal => Guards.AndEqual(mask, a, b),
        Guards.Greater => Guards.AndGreater(mask, a, b),
        _ => Guards.AndUnordered(mask, a, b),
    };
}
