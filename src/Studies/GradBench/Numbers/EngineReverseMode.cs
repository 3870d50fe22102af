using System.Runtime.InteropServices;
using ConservativeAD.Scalars;

namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>A way to take the gradient of a program that stands within no other derivative.</summary>
internal interface IOuterMode
{
    /// <summary>The gradient with respect to the last arguments of a function.</summary>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="x">All arguments.</param>
    /// <param name="gradient">As many elements as last arguments to differentiate by.</param>
    static abstract void Gradient<TFunction>(ReadOnlySpan<Plain> x, Span<Plain> gradient)
        where TFunction : IFunction;
}

/// <summary>Forward mode over plain numbers.</summary>
internal readonly struct OuterForwardMode : IOuterMode
{
    public static void Gradient<TFunction>(ReadOnlySpan<Plain> x, Span<Plain> gradient)
        where TFunction : IFunction => ForwardMode.Gradient<Plain, TFunction>(x, gradient);
}

/// <summary>Reverse mode on the engine's scalar tape.</summary>
internal readonly struct EngineReverseMode : IOuterMode
{
    // One tape a thread, as making one costs more than a small program's record.
    [ThreadStatic]
    private static ScalarTape? tape;

    public static void Gradient<TFunction>(ReadOnlySpan<Plain> x, Span<Plain> gradient)
        where TFunction : IFunction
    {
        tape ??= new ScalarTape();
        tape.Reset();
        Recorded[] arguments = new Recorded[x.Length];
        int constants = x.Length - gradient.Length;
        for (int i = 0; i < x.Length; i++)
            arguments[i] = i < constants ? Recorded.Of(x[i].Value) : new Recorded(tape.Variable(x[i].Value));
        tape.Gradient(TFunction.Value<Recorded>(arguments).Number, MemoryMarshal.Cast<Plain, double>(gradient));
    }
}
