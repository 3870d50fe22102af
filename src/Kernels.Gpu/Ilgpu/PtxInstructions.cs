using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Values;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The code generators that ILGPU calls for this library's PTX instructions.</summary>
internal static class PtxInstructions
{
    /// <summary>
    /// A sum, difference or product with an explicit rounding mode. Without it, the assembler may fuse a product and a sum, and x·a − y·a might not be 0 for x
    /// = y (PTX ISA, "mul").
    /// </summary>
    /// <param name="backend">The backend.</param>
    /// <param name="generator">The receiver of the instruction.</param>
    /// <param name="value">The operation.</param>
    public static void Arithmetic(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var operation = (BinaryArithmeticValue)value;
        var left = generator.LoadPrimitive(operation.Left);
        var right = generator.LoadPrimitive(operation.Right);
        var result = generator.AllocateHardware(operation);
        string name = operation.Kind switch
        {
            BinaryArithmeticKind.Add => "add.rn",
            BinaryArithmeticKind.Sub => "sub.rn",
            _ => "mul.rn",
        };
        using var command = generator.BeginCommand(name + Type(operation));
        command.AppendArgument(result);
        command.AppendArgument(left);
        command.AppendArgument(right);
    }

    /// <summary>A method of <see cref="Rounding"/>.</summary>
    /// <param name="backend">The backend.</param><param name="generator">The receiver of the instruction.</param><param name="value">The call.</param>
    public static void Rounded(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        string name = call.Target.Source.Name switch
        {
            nameof(Rounding.Add) => "add.rn",
            nameof(Rounding.Subtract) => "sub.rn",
            nameof(Rounding.Multiply) => "mul.rn",
            _ => "fma.rn",
        };
        Write(name + Type(call), generator, call);
    }

    /// <summary>A method of <see cref="Comparisons"/>; false if one side is NaN.</summary>
    /// <param name="backend">The backend.</param><param name="generator">The receiver of the instruction.</param><param name="value">The call.</param>
    public static void Compared(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        string name = call.Target.Source.Name switch
        {
            nameof(Comparisons.IsGreater) => "setp.gt",
            nameof(Comparisons.IsAtLeast) => "setp.ge",
            _ => "setp.eq",
        };
        Write(name + Type(call[0]), generator, call);
    }

    /// <summary>Half to float.</summary>
    /// <param name="backend">The backend.</param><param name="generator">The receiver of the instruction.</param><param name="value">The call.</param>
    public static void HalfToSingle(PTXBackend backend, PTXCodeGenerator generator, Value value) => Write("cvt.f32.f16", generator, (MethodCall)value);

    /// <summary>Float to Half, rounded to nearest even.</summary>
    /// <param name="backend">The backend.</param><param name="generator">The receiver of the instruction.</param><param name="value">The call.</param>
    public static void HalfFromSingle(PTXBackend backend, PTXCodeGenerator generator, Value value) => Write("cvt.rn.f16.f32", generator, (MethodCall)value);

    private static void Write(string name, PTXCodeGenerator generator, MethodCall call)
    {
        var arguments = new RegisterAllocator<PTXRegisterKind>.PrimitiveRegister[call.Count];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = generator.LoadPrimitive(call[i]);
        var result = generator.AllocateHardware(call);
        using var command = generator.BeginCommand(name);
        command.AppendArgument(result);
        foreach (var argument in arguments)
            command.AppendArgument(argument);
    }

    private static string Type(Value value) => value.BasicValueType == BasicValueType.Float64 ? ".f64" : ".f32";
}
