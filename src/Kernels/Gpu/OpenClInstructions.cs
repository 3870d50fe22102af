using ILGPU.Backends.OpenCL;
using ILGPU.IR;
using ILGPU.IR.Values;

namespace ConservativeAD.Kernels.Gpu;

/// <summary>What ILGPU calls to write an OpenCL expression of ours.</summary>
internal static class OpenClInstructions
{
    /// <summary>a·b + c, rounded once.</summary>
    /// <param name="backend">The backend.</param><param name="generator">Where the statement goes.</param><param name="value">The call.</param>
    public static void MultiplyAdd(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        var a = generator.Load(call[0]);
        var b = generator.Load(call[1]);
        var c = generator.Load(call[2]);
        var result = generator.Allocate(call);
        using var statement = generator.BeginStatement(result);
        statement.AppendCommand("fma");
        statement.BeginArguments();
        statement.AppendArgument(a);
        statement.AppendArgument(b);
        statement.AppendArgument(c);
        statement.EndArguments();
    }
}
