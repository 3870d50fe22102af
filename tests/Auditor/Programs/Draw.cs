namespace ConservativeAD.Auditor.Programs;

/// <summary>Draws numbers of the kinds at which engines fail.</summary>
/// <param name="random">The source.</param>
/// <param name="isSmall">Whether numbers stay in the range of half precision.</param>
public sealed class Draw(Random random, bool isSmall)
{
    private static readonly double[] Special =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 4, 6, 0.25, Math.PI, Math.PI / 2, -Math.PI, 1e-8, 1e-3, 10, 100, 1.5, -1.5,
    ];

    private static readonly double[] Extreme =
    [
        1e200, -1e200, 1e-200, -1e-200, 1e308, -1e308, 1e-308, 5e-324, -5e-324, 1e154, 1e160, 1e-160, 710, -745, 1e16, -1e16, 1e-17, double.MaxValue, 20, -40,
            1e5,
    ];

    private static readonly double[] Beyond = [double.NaN, double.PositiveInfinity, double.NegativeInfinity];

    public int Below(int bound) => random.Next(bound);

    public bool OneIn(int chance) => random.Next(chance) == 0;

    public T Any<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    /// <summary>A number.</summary>
    /// <param name="extremes">The percentage of numbers that are very large or small.</param>
    /// <param name="beyond">The number in 1000 that are NaN or infinite.</param>
    public double Number(int extremes, int beyond)
    {
        double number = random.Next(1000) < beyond ? Any(Beyond)
            : random.Next(100) < extremes ? (isSmall ? Any([6e4, 1e-4, 1e-7, 300, -300, 60, 1e3, 2e-7]) : Any(Extreme))
            : random.Next(10) < 7 ? Any(Special)
            : Math.Round((random.NextDouble() * 6) - 3, 2);
        return isSmall ? (double)(Half)number : number;
    }

    /// <summary>A point with many equal coordinates.</summary>
    public double[] Point(int dimension)
    {
        bool isPlain = random.Next(3) > 0;
        double[] point = new double[dimension];
        for (int i = 0; i < dimension; i++)
            point[i] = i > 0 && OneIn(2) ? point[random.Next(i)] : Number(isPlain ? 0 : 35, isPlain ? 0 : 40);
        return point;
    }
}
