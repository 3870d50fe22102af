using ILGPU.Backends.OpenCL;
using ILGPU.IR;
using ILGPU.IR.Values;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The code generators that ILGPU calls for this library's OpenCL expressions.</summary>
internal static class OpenClInstructions
{
    /// <summary>A method of <see cref="Rounding"/>. <see cref="OpenClCompiler"/> forbids the compiler to fuse a product and a sum.</summary>
    /// <param name="backend">The backend.</param><param name="generator">The receiver of the statement.</param><param name="value">The call.</param>
    public static void Rounded(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        switch (call.Target.Source.Name)
        {
            case nameof(Rounding.Add):
                Infix(" + ", generator, call);
                break;
            case nameof(Rounding.Subtract):
                Infix(" - ", generator, call);
                break;
            case nameof(Rounding.Multiply):
                Infix(" * ", generator, call);
                break;
            default:
                MultiplyAdd(generator, call);
                break;
        }
    }

    /// <summary>A method of <see cref="Comparisons"/>; false if one side is NaN.</summary>
    /// <param name="backend">The backend.</param><param name="generator">The receiver of the statement.</param><param name="value">The call.</param>
    public static void Compared(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var call = (MethodCall)value;
        string sign = call.Target.Source.Name switch
        {
            nameof(Comparisons.IsGreater) => " > ",
            nameof(Comparisons.IsAtLeast) => " >= ",
            _ => " == ",
        };
        Infix(sign, generator, call);
    }

    private static void Infix(string sign, CLCodeGenerator generator, MethodCall call)
    {
        var left = generator.Load(call[0]);
        var right = generator.Load(call[1]);
        var result = generator.Allocate(call);
        using var statement = generator.BeginStatement(result);
        statement.AppendArgument(left);
        statement.AppendCommand(sign);
        statement.AppendArgument(right);
    }

    private static void MultiplyAdd(CLCodeGenerator generator, MethodCall call)
    {
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
