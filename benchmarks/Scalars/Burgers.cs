namespace ConservativeAD.Benchmarks.Scalars;

/// <summary>The viscous Burgers equation, explicit in time: 500 points, 1110 steps, nine operations per cell.</summary>
internal readonly struct Burgers : IScalarProgram
{
    private const int Points = 500;
    public const int Steps = 1110;

    public static string Name => "burgers";

    public static string Title => "Burgers equation, 500 points, 1110 steps";

    public static int Operations => 4_976_020;

    public static double[] Input() => [.. Enumerable.Range(0, Points).Select(i => Math.Sin(2 * Math.PI * i / (Points - 1)))];

    public static T Run<T>(T[] x)
        where T : struct, System.Numerics.IFloatingPointIeee754<T>
    {
        T advection = T.CreateTruncating(0.1), diffusion = T.CreateTruncating(0.2), two = T.CreateTruncating(2);
        T[] u = [.. x], next = new T[Points];
        for (int step = 0; step < Steps; step++)
        {
            next[0] = u[0];
            next[^1] = u[^1];
            for (int i = 1; i < u.Length - 1; i++)
                next[i] = u[i] - (advection * u[i] * (u[i + 1] - u[i - 1])) + (diffusion * (u[i + 1] - (two * u[i]) + u[i - 1]));
            (u, next) = (next, u);
        }

        T sum = T.Zero;
        foreach (T value in u)
            sum += value * value;
        return sum;
    }

    /// <summary>The next value of a cell, from its neighbours' and its own.</summary>
    public static T Next<T>(T left, T own, T right)
        where T : struct, System.Numerics.IFloatingPointIeee754<T>
    {
        T advection = T.CreateTruncating(0.1), diffusion = T.CreateTruncating(0.2), two = T.CreateTruncating(2);
        return own - (advection * own * (right - left)) + (diffusion * (right - (two * own) + left));
    }
}
