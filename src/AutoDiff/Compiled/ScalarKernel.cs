using System.Diagnostics.CodeAnalysis;
using System.Reflection.Emit;

namespace ConservativeAD.Scalars;

/// <summary>A compiled program at one point.</summary>
/// <param name="point">The inputs.</param>
/// <param name="gradient">The destination of the gradient, unless only the value is computed.</param>
/// <param name="value">The destination of the value.</param>
/// <returns>What came of it; nothing is written unless it is <see cref="Outcome.Finite"/>.</returns>
internal unsafe delegate Outcome ScalarKernel(double* point, double* gradient, double* value);

/// <summary>What came of a call of compiled code.</summary>
internal enum Outcome
{
    /// <summary>Finite numbers.</summary>
    Finite,

    /// <summary>The program goes another way at this point.</summary>
    OtherWay,

    /// <summary>A number that is not finite.</summary>
    NotFinite,
}

/// <summary>Writes the method of one point.</summary>
[RequiresDynamicCode("Methods are compiled at run time.")]
internal sealed unsafe class ScalarKernelWriter : KernelWriter
{
    private readonly Label otherWay;

    private ScalarKernelWriter(TracedProgram program, bool withGradient)
        : base(program, withGradient, typeof(double), typeof(Outcome), typeof(double*), typeof(double*), typeof(double*)) => otherWay = Code.DefineLabel();

    /// <summary>Compiles a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="withGradient">Whether the gradient is computed as well as the value.</param>
    public static ScalarKernel Compile(TracedProgram program, bool withGradient)
    {
        ScalarKernelWriter writer = new(program, withGradient);
        writer.WriteSteps();
        writer.WriteResults();
        return (ScalarKernel)writer.Method.CreateDelegate(typeof(ScalarKernel), program);
    }

    protected override void LoadConstant(double value) => Code.Emit(OpCodes.Ldc_R8, value);

    protected override void LoadInput(int number)
    {
        LoadAddress(1, number * sizeof(double));
        Code.Emit(OpCodes.Ldind_R8);
    }

    protected override void WriteOperation(Instruction instruction)
    {
        LoadOperands(instruction);
        OpCode? arithmetic = instruction.Code switch
        {
            Opcode.Add => OpCodes.Add,
            Opcode.Subtract => OpCodes.Sub,
            Opcode.Multiply => OpCodes.Mul,
            Opcode.Divide => OpCodes.Div,
            Opcode.Negate => OpCodes.Neg,
            _ => null,
        };
        if (arithmetic is { } single)
            Code.Emit(single);
        else
            Call(instruction.Code == Opcode.Plain ? instruction.Function!.Of.Method : ScalarFunctions.MethodOf(instruction.Code));
    }

    protected override void WriteGuard(Guard guard)
    {
        Load(guard.Left);
        if (guard.Right < 0)
        {
            Call(((Func<double, int>)Guards.KindOf).Method);
            Code.Emit(OpCodes.Ldc_I4, guard.Outcome);
            Code.Emit(OpCodes.Bne_Un, otherWay);
            return;
        }

        Load(guard.Right);
        switch (guard.Outcome)
        {
            case Guards.Less:
                Code.Emit(OpCodes.Bge_Un, otherWay);
                break;
            case Guards.Equal:
                Code.Emit(OpCodes.Bne_Un, otherWay);
                break;
            case Guards.Greater:
                Code.Emit(OpCodes.Ble_Un, otherWay);
                break;
            default:
                Call(((Func<double, double, bool>)Guards.AreUnordered).Method);
                Code.Emit(OpCodes.Brfalse, otherWay);
                break;
        }
    }

    // A number minus itself is 0 if the number is finite and NaN otherwise.
    private void WriteResults()
    {
        Label notFinite = Code.DefineLabel();
        Code.Emit(OpCodes.Ldc_R8, 0.0);
        foreach (int result in Plan.Results)
        {
            if (IsConstant(result))
                continue;
            Load(result);
            Load(result);
            Code.Emit(OpCodes.Sub);
            Code.Emit(OpCodes.Add);
        }

        Code.Emit(OpCodes.Ldc_R8, 0.0);
        Code.Emit(OpCodes.Bne_Un, notFinite);
        for (int i = 0; i < Plan.Results.Length; i++)
        {
            LoadAddress(i == 0 ? 3 : 2, i == 0 ? 0 : (i - 1) * sizeof(double));
            Load(Plan.Results[i]);

            // The tape adds to 0, so that its gradients have no negative zeros.
            if (i > 0)
            {
                Code.Emit(OpCodes.Ldc_R8, 0.0);
                Code.Emit(OpCodes.Add);
            }

            Code.Emit(OpCodes.Stind_R8);
        }

        Return(Outcome.Finite);
        Code.MarkLabel(notFinite);
        Return(Outcome.NotFinite);
        Code.MarkLabel(otherWay);
        Return(Outcome.OtherWay);
    }

    private void Return(Outcome outcome)
    {
        Code.Emit(OpCodes.Ldc_I4, (int)outcome);
        Code.Emit(OpCodes.Ret);
    }
}
