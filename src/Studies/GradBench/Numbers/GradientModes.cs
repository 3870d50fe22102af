namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>A function of several numbers, for any number type.</summary>
internal interface IFunction
{
    /// <summary>Evaluates the function.</summary>
    /// <typeparam name="T">The number type.</typeparam>
    /// <param name="x">The arguments.</param>
    static abstract T Value<T>(ReadOnlySpan<T> x)
        where T : struct, IScalar<T>;
}

/// <summary>A way to take the gradient of a program within another derivative.</summary>
internal interface IGradientMode
{
    /// <summary>The gradient with respect to the last arguments of a function.</summary>
    /// <typeparam name="T">The numbers of the derivative around it.</typeparam>
    /// <typeparam name="TFunction">The function.</typeparam>
    /// <param name="x">All arguments.</param>
    /// <param name="gradient">As many elements as last arguments to differentiate by.</param>
    static abstract void Gradient<T, TFunction>(ReadOnlySpan<T> x, Span<T> gradient)
        where T : struct, IScalar<T>
        where TFunction : IFunction;
}

/// <summary>Forward mode: one run of the function per element.</summary>
internal readonly struct ForwardMode : IGradientMode
{
    public static void Gradient<T, TFunction>(ReadOnlySpan<T> x, Span<T> gradient)
        where T : struct, IScalar<T>
        where TFunction : IFunction
    {
        Dual<T>[] arguments = new Dual<T>[x.Length];
        for (int element = 0; element < gradient.Length; element++)
        {
            int moving = x.Length - gradient.Length + element;
            for (int i = 0; i < x.Length; i++)
                arguments[i] = new Dual<T>(x[i], T.Of(i == moving ? 1 : 0));
            gradient[element] = TFunction.Value<Dual<T>>(arguments).Tangent;
        }
    }
}

/// <summary>Reverse mode: one run of the function and one pass back.</summary>
internal readonly struct ReverseMode : IGradientMode
{
    public static void Gradient<T, TFunction>(ReadOnlySpan<T> x, Span<T> gradient)
        where T : struct, IScalar<T>
        where TFunction : IFunction
    {
        InnerTape<T> tape = new();
        Taped<T>[] arguments = new Taped<T>[x.Length];
        int constants = x.Length - gradient.Length;
        for (int i = 0; i < x.Length; i++)
            arguments[i] = i < constants ? Taped<T>.Constant(x[i]) : tape.Variable(x[i]);
        tape.Pull(TFunction.Value<Taped<T>>(arguments));
        for (int element = 0; element < gradient.Length; element++)
            gradient[element] = tape.Derivative(arguments[constants + element]);
    }
}
