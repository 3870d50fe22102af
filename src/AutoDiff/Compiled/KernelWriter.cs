using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;

namespace ConservativeAD.Scalars;

/// <summary>Writes a traced program as a method of the common intermediate language: each instruction once, its result in a local variable.</summary>
[RequiresDynamicCode("Methods are compiled at run time.")]
internal abstract class KernelWriter
{
    private readonly TracedProgram program;
    private readonly Dictionary<int, LocalBuilder> locals = [];
    private readonly Stack<LocalBuilder> free = [];
    private readonly Type number;

    /// <summary>Begins a method.</summary>
    /// <param name="program">The program.</param>
    /// <param name="withGradient">Whether it computes the gradient as well as the value.</param>
    /// <param name="number">The type of its numbers.</param>
    /// <param name="returns">What it returns.</param>
    /// <param name="parameters">Its parameters, after the object that closes its delegate.</param>
    protected KernelWriter(TracedProgram program, bool withGradient, Type number, Type returns, params Type[] parameters)
    {
        this.program = program;
        this.number = number;
        Plan = new KernelPlan(program, withGradient);
        Method = new DynamicMethod(withGradient ? "ValueAndGradient" : "Value", returns, [typeof(object), .. parameters], typeof(KernelWriter).Module, true);
        Code = Method.GetILGenerator();
    }

    /// <summary>The method.</summary>
    protected DynamicMethod Method { get; }

    /// <summary>Its code.</summary>
    protected ILGenerator Code { get; }

    /// <summary>The order of its instructions.</summary>
    protected KernelPlan Plan { get; }

    /// <summary>Whether an instruction is a constant.</summary>
    protected bool IsConstant(int place) => program.Code.IsConstant(place);

    /// <summary>Writes the computation of all instructions and guards.</summary>
    protected void WriteSteps()
    {
        for (int i = 0; i < Plan.Steps.Count; i++)
        {
            (int place, Guard guard) = Plan.Steps[i];
            if (place < 0)
            {
                WriteGuard(guard);
                Release(guard.Left, i);
                if (guard.Right >= 0)
                    Release(guard.Right, i);
                continue;
            }

            Instruction instruction = program.Code[place];
            if (instruction.Code == Opcode.Input)
                LoadInput(instruction.A);
            else
                WriteOperation(instruction);
            for (int k = 0; k < instruction.Arity; k++)
                Release(instruction.Operand(k), i);
            LocalBuilder local = free.TryPop(out LocalBuilder? unused) ? unused : Code.DeclareLocal(number);
            Code.Emit(OpCodes.Stloc, local);
            locals.Add(place, local);
        }
    }

    /// <summary>Puts a result on the stack.</summary>
    protected void Load(int place)
    {
        if (IsConstant(place))
            LoadConstant(program.Code[place].Constant);
        else
            Code.Emit(OpCodes.Ldloc, locals[place]);
    }

    /// <summary>Puts the operands of an instruction on the stack.</summary>
    protected void LoadOperands(Instruction instruction)
    {
        for (int k = 0; k < instruction.Arity; k++)
            Load(instruction.Operand(k));
    }

    protected abstract void LoadConstant(double value);

    protected abstract void LoadInput(int number);

    protected abstract void WriteOperation(Instruction instruction);

    protected abstract void WriteGuard(Guard guard);

    /// <summary>Puts the address of an element of an array of numbers on the stack.</summary>
    /// <param name="argument">The method's argument that points to the array.</param>
    /// <param name="bytes">The element's distance from the beginning.</param>
    protected void LoadAddress(int argument, int bytes)
    {
        Code.Emit(OpCodes.Ldarg, (short)argument);
        if (bytes == 0)
            return;
        Code.Emit(OpCodes.Ldc_I4, bytes);
        Code.Emit(OpCodes.Conv_I);
        Code.Emit(OpCodes.Add);
    }

    /// <summary>Writes a call.</summary>
    protected void Call(MethodInfo method) => Code.Emit(OpCodes.Call, method);

    private void Release(int place, int step)
    {
        if (Plan.LastUse[place] == step && locals.Remove(place, out LocalBuilder? local))
            free.Push(local);
    }
}
