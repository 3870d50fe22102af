namespace ConservativeAD.Kernels.Elementwise;

/// <summary>An elementwise function of one argument.</summary>
public interface IUnaryMap
{
    /// <summary>
    /// Whether the formula only compares, selects and changes signs, and its constants are numbers that Half holds. On halves it then runs on their bits,
    /// with nothing converted.
    /// </summary>
    static virtual bool OnlySelects => false;

    /// <summary>The function.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The argument.</param>
    L Invoke<L>(L x)
        where L : struct, ILane<L>;
}

/// <summary>An elementwise function of two arguments.</summary>
public interface IBinaryMap
{
    /// <inheritdoc cref="IUnaryMap.OnlySelects"/>
    static virtual bool OnlySelects => false;

    /// <summary>The operation of arithmetic that the function is, if it is one. Halves are then converted and computed without memory in between.</summary>
    static virtual ArithmeticOperation ArithmeticOperation => ArithmeticOperation.Other;

    /// <summary>The function.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    L Invoke<L>(L x, L y)
        where L : struct, ILane<L>;
}

/// <summary>An elementwise function of three arguments.</summary>
public interface ITernaryMap
{
    /// <inheritdoc cref="IUnaryMap.OnlySelects"/>
    static virtual bool OnlySelects => false;

    /// <summary>The function.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="z">The third.</param>
    L Invoke<L>(L x, L y, L z)
        where L : struct, ILane<L>;
}

/// <summary>An elementwise function of four arguments.</summary>
public interface IQuaternaryMap
{
    /// <inheritdoc cref="IUnaryMap.OnlySelects"/>
    static virtual bool OnlySelects => false;

    /// <summary>The function.</summary>
    /// <typeparam name="L">The lane type.</typeparam>
    /// <param name="x">The first argument.</param>
    /// <param name="y">The second.</param>
    /// <param name="z">The third.</param>
    /// <param name="w">The fourth.</param>
    L Invoke<L>(L x, L y, L z, L w)
        where L : struct, ILane<L>;
}
