namespace ConservativeAD.Studies.GradBench.Numbers;

/// <summary>What a smooth program needs of the numbers that it runs on: plain ones, recorded ones, or whole batches.</summary>
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
