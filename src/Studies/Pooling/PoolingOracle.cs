using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Pooling;

/// <summary>
/// The program zero(t) = max(t·x) − max(t·x), whose first maximum passes its gradient to the first of its tied entries and whose second splits it evenly. It is
/// 0 for every t, and so is its derivative (R. Boustany, TMLR 2024, section 3).
/// </summary>
/// <param name="Entries">x.</param>
/// <param name="At">t.</param>
/// <param name="Precision">Bits of the numbers.</param>
/// <param name="Engine">What backpropagation returns here.</param>
/// <param name="Rounded">
/// The same with every product and sum rounded to the precision, in the order of the entries, as the published program computes it.
/// </param>
/// <param name="IsTied">Whether the maximum is at a tie, so that the two rules differ over the reals at the kink.</param>
internal sealed record PoolingOracle(double[] Entries, double At, int Precision, double Engine, double Rounded, bool IsTied)
{
    /// <summary>The published points: equal entries, at which only rounding differs, and different ones, which tie at t = 0.</summary>
    public static IReadOnlyList<PoolingOracle> All { get; } =
    [
        .. from precision in (int[])[16, 32, 64]
           from point in ((double[] Entries, double At)[])[([1.14, 1.14, 1.14, 1.14], 1), ([1, 2, 3, 4], 0), ([1, 2, 3, 4], 1), ([1, 2, 3, 4], -1)]
           select Of(point.Entries, point.At, precision),
    ];

    /// <summary>
    /// The kind of answer: over the reals the slope is the difference of the weights times x, which is 0 exactly if the tied entries are equal.
    /// </summary>
    public PoolingZone Zone => Rounded == 0 && Engine == 0 ? PoolingZone.None
        : Entries.Distinct().Count() == 1 ? PoolingZone.Compensation : PoolingZone.Bifurcation;

    private static PoolingOracle Of(double[] entries, double at, int precision) => (Precision)precision switch
    {
        Studies.Precision.Half => Of<Half>(entries, at, precision),
        Studies.Precision.Single => Of<float>(entries, at, precision),
        _ => Of<double>(entries, at, precision),
    };

    private static PoolingOracle Of<T>(double[] entries, double at, int precision)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Array.ConvertAll(entries, T.CreateTruncating);
        using Tape<T> tape = new(Device.Default);
        Var<T> t = tape.Variable([1], [T.CreateTruncating(at)]);
        Var<T> products = (t * tape.Constant(Shape.Of(x.Length), x)).Reshape([1, 1, x.Length]);
        Var<T> zero = (products.MaxPool1d(x.Length, ties: TieSelection.First) - products.MaxPool1d(x.Length, ties: TieSelection.EvenSplit)).Sum();
        T engine = tape.Backward(zero)[t].ToArray()[0];
        T[] values = products.ToArray();
        return new PoolingOracle(entries, at, precision, double.CreateTruncating(engine), double.CreateTruncating(SlopeOf(x, values)),
            values.Count(value => value == values.Max()) > 1);
    }

    // The gradient of the sequential maximum minus that of the even split, times x, one entry after another.
    private static T SlopeOf<T>(T[] x, T[] values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T largest = values.Max(), share = T.One / T.CreateTruncating(values.Count(value => value == largest)), sum = T.Zero;
        int first = Array.IndexOf(values, largest);
        for (int i = 0; i < x.Length; i++)
        {
            T weight = (i == first ? T.One : T.Zero) - (values[i] == largest ? share : T.Zero);
            sum += weight * x[i];
        }

        return sum;
    }
}
