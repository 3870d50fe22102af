using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Reflection.Emit;

namespace ConservativeAD.Scalars;

/// <summary>A compiled program at many points, in blocks of as many as a vector has elements.</summary>
/// <param name="points">The inputs: for each block a vector of each.</param>
/// <param name="results">
/// The destination: for each block vectors of the value, of each element of the gradient if it is computed, of whether the program goes this way and of whether
/// the numbers are finite (all bits set or none).
/// </param>
/// <param name="blocks">The number of blocks, at least one.</param>
internal unsafe delegate void VectorKernel(double* points, double* results, int blocks);

/// <summary>Writes the method of many points.</summary>
[RequiresDynamicCode("Methods are compiled at run time.")]
internal sealed unsafe class VectorKernelWriter : KernelWriter
{
    private readonly LocalBuilder goesThisWay;

    private VectorKernelWriter(TracedProgram program, bool withGradient)
        : base(program, withGradient, typeof(Vector<double>), typeof(void), typeof(double*), typeof(double*), typeof(int)) =>
        goesThisWay = Code.DeclareLocal(typeof(Vector<long>));

    /// <summary>Compiles a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="withGradient">Whether the gradient is computed as well as the value.</param>
    public static VectorKernel Compile(TracedProgram program, bool withGradient)
    {
        VectorKernelWriter writer = new(program, withGradient);
        ILGenerator code = writer.Code;
        Label loop = code.DefineLabel();
        code.MarkLabel(loop);
        writer.Call(VectorFunctions.EveryElement);
        code.Emit(OpCodes.Stloc, writer.goesThisWay);
        writer.WriteSteps();
        writer.WriteResults();
        writer.Advance(1, program.Gradient.Length * sizeof(Vector<double>));
        writer.Advance(2, (writer.Plan.Results.Length + 2) * sizeof(Vector<double>));
        code.Emit(OpCodes.Ldarg_3);
        code.Emit(OpCodes.Ldc_I4_1);
        code.Emit(OpCodes.Sub);
        code.Emit(OpCodes.Dup);
        code.Emit(OpCodes.Starg, (short)3);
        code.Emit(OpCodes.Ldc_I4_0);
        code.Emit(OpCodes.Bgt, loop);
        code.Emit(OpCodes.Ret);
        return (VectorKernel)writer.Method.CreateDelegate(typeof(VectorKernel), program);
    }

    protected override void LoadConstant(double value)
    {
        Code.Emit(OpCodes.Ldc_R8, value);
        Call(VectorFunctions.Repeated);
    }

    protected override void LoadInput(int number)
    {
        LoadAddress(1, number * sizeof(Vector<double>));
        Code.Emit(OpCodes.Unaligned, (byte)1);
        Code.Emit(OpCodes.Ldobj, typeof(Vector<double>));
    }

    protected override void WriteOperation(Instruction instruction)
    {
        if (instruction.Code != Opcode.Plain)
        {
            LoadOperands(instruction);
            Call(VectorFunctions.MethodOf(instruction.Code));
            return;
        }

        Code.Emit(OpCodes.Ldc_I8, (long)instruction.Function!.Of.Method.MethodHandle.GetFunctionPointer());
        Code.Emit(OpCodes.Conv_I);
        LoadOperands(instruction);
        Call(VectorFunctions.OneByOne(instruction.Arity));
    }

    protected override void WriteGuard(Guard guard)
    {
        Code.Emit(OpCodes.Ldloc, goesThisWay);
        Load(guard.Left);
        if (guard.Right < 0)
        {
            Code.Emit(OpCodes.Ldc_I4, guard.Outcome);
            Call(((Func<Vector<long>, Vector<double>, int, Vector<long>>)Guards.AndKind).Method);
        }
        else
        {
            Load(guard.Right);
            Call(((Func<Vector<long>, Vector<double>, Vector<double>, Vector<long>>)(guard.Outcome switch
            {
                Guards.Less => Guards.AndLess,
                Guards.Equal => Guards.AndEqual,
                Guards.Greater => Guards.AndGreater,
                _ => Guards.AndUnordered,
            })).Method);
        }

        Code.Emit(OpCodes.Stloc, goesThisWay);
    }

    private void WriteResults()
    {
        int bytes = sizeof(Vector<double>);
        for (int i = 0; i < Plan.Results.Length; i++)
        {
            LoadAddress(2, i * bytes);
            Load(Plan.Results[i]);
            if (i > 0)
            {
                LoadConstant(0);
                Call(VectorFunctions.MethodOf(Opcode.Add));
            }

            Store(typeof(Vector<double>));
        }

        LoadAddress(2, Plan.Results.Length * bytes);
        Code.Emit(OpCodes.Ldloc, goesThisWay);
        Store(typeof(Vector<long>));
        LoadAddress(2, (Plan.Results.Length + 1) * bytes);
        LoadConstant(0);
        foreach (int result in Plan.Results)
        {
            if (IsConstant(result))
                continue;
            Load(result);
            Load(result);
            Call(VectorFunctions.MethodOf(Opcode.Subtract));
            Call(VectorFunctions.MethodOf(Opcode.Add));
        }

        Call(VectorFunctions.Zeros);
        Store(typeof(Vector<long>));
    }

    private void Store(Type type)
    {
        Code.Emit(OpCodes.Unaligned, (byte)1);
        Code.Emit(OpCodes.Stobj, type);
    }

    private void Advance(int argument, int bytes)
    {
        LoadAddress(argument, bytes);
        Code.Emit(OpCodes.Starg, (short)argument);
    }
}
