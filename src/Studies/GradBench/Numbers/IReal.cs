namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>What a smooth program needs of the numbers that it runs on: plain ones, recorded ones, whole batches, or ones that carry derivatives.</summary>
/// <typeparam name="TSelf">The number type.</typeparam>
internal interface IReal<TSelf>
    where TSelf : struct, IReal<TSelf>
{
    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator +(TSelf left, double right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator -(double left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, double right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator /(double left, TSelf right);

    static abstract TSelf Sqrt(TSelf x);

    static abstract TSelf Sin(TSelf x);

    static abstract TSelf Cos(TSelf x);
}

/// <summary>Single numbers: they can be made of plain ones, and programs branch on their values.</summary>
/// <typeparam name="TSelf">The number type.</typeparam>
internal interface IScalar<TSelf> : IReal<TSelf>
    where TSelf : struct, IScalar<TSelf>
{
    /// <summary>The value, without derivatives.</summary>
    double Value { get; }

    /// <summary>A constant.</summary>
    /// <param name="value">Its value.</param>
    static abstract TSelf Of(double value);
}
