using System.Diagnostics.CodeAnalysis;

namespace ConservativeAD.Scalars;

/// <summary>One way through a program, with its methods, each compiled when it is first wanted.</summary>
/// <param name="program">What the program does on this way.</param>
[RequiresDynamicCode("Methods are compiled at run time.")]
internal sealed class CompiledPath(TracedProgram program)
{
    private ScalarKernel? value;
    private ScalarKernel? gradient;
    private VectorKernel? values;
    private VectorKernel? gradients;

    /// <summary>The method of the value at one point.</summary>
    public ScalarKernel Value => value ?? Made(ref value, ScalarKernelWriter.Compile(program, false));

    /// <summary>The method of value and gradient at one point.</summary>
    public ScalarKernel Gradient => gradient ?? Made(ref gradient, ScalarKernelWriter.Compile(program, true));

    /// <summary>The method of the values at many points.</summary>
    public VectorKernel Values => values ?? Made(ref values, VectorKernelWriter.Compile(program, false));

    /// <summary>The method of values and gradients at many points.</summary>
    public VectorKernel Gradients => gradients ?? Made(ref gradients, VectorKernelWriter.Compile(program, true));

    // Two threads may compile the same; one of the two methods stays.
    private static TKernel Made<TKernel>(ref TKernel? place, TKernel made)
        where TKernel : class => Interlocked.CompareExchange(ref place, made, null) ?? made;
}
