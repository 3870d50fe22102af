using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Values;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>What ILGPU calls to write a PTX instruction of ours.</summary>
internal static class PtxInstructions
{
    /// <summary>A sum, difference or product with its rounding named. Without the name, the assembler may join a product and a sum, and x·a − y·a would no longer vanish where x = y (PTX ISA, "mul").</summary>
    /// <param name="backend">The backend.</param><param name="generator">Where the instruction goes.</param><param name="value">The operation.</param>
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

    /// <summary>a·b + c, rounded once.</summary>
    /// <param name="backend">The backend.</param><param name="generator">Where the instruction goes.</param><param name="value">The call.</param>
    public static void MultiplyAdd(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var a = generator.LoadPrimitive(call[0]);
        var b = generator.LoadPrimitive(call[1]);
        var c = generator.LoadPrimitive(call[2]);
        var result = generator.AllocateHardware(call);
        using var command = generator.BeginCommand("fma.rn" + Type(call));
        command.AppendArgument(result);
        command.AppendArgument(a);
        command.AppendArgument(b);
        command.AppendArgument(c);
    }

    /// <summary>Half to float.</summary>
    /// <param name="backend">The backend.</param><param name="generator">Where the instruction goes.</param><param name="value">The call.</param>
    public static void HalfToSingle(PTXBackend backend, PTXCodeGenerator generator, Value value) => Convert("cvt.f32.f16", generator, (MethodCall)value);

    /// <summary>Float to Half, to nearest and to even.</summary>
    /// <param name="backend">The backend.</param><param name="generator">Where the instruction goes.</param><param name="value">The call.</param>
    public static void HalfFromSingle(PTXBackend backend, PTXCodeGenerator generator, Value value) => Convert("cvt.rn.f16.f32", generator, (MethodCall)value);

    private static void Convert(string name, PTXCodeGenerator generator, MethodCall call)
    {
        var from = generator.LoadPrimitive(call[0]);
        var result = generator.AllocateHardware(call);
        using var command = generator.BeginCommand(name);
        command.AppendArgument(result);
        command.AppendArgument(from);
    }

    private static string Type(Value value) => value.BasicValueType == BasicValueType.Float64 ? ".f64" : ".f32";
}
