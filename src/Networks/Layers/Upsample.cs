using System.Numerics;

namespace ConservativeAD.Networks;

/// <summary>Interpolates sequences, images or volumes: [batch, channels, …] to other extents.</summary>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Upsample<T> : Module<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] scale = [];
    private readonly int[] size = [];
    private readonly InterpolationMode mode;
    private readonly bool alignCorners;

    /// <summary>Interpolates by factors.</summary>
    /// <param name="scale">The factor of each axis after the channels, or one for all of them.</param>
    /// <param name="mode">How values between positions are interpolated.</param>
    /// <param name="alignCorners">Whether the first and last positions of input and output coincide.</param>
    public Upsample(double[] scale, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
        : this(mode, alignCorners)
    {
        ArgumentNullException.ThrowIfNull(scale);
        this.scale = [.. scale];
    }

    /// <summary>Interpolates to given extents.</summary>
    /// <param name="size">The extent of each axis after the channels, or one for all of them.</param>
    /// <param name="mode">How values between positions are interpolated.</param>
    /// <param name="alignCorners">Whether the first and last positions of input and output coincide.</param>
    public Upsample(int[] size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
        : this(mode, alignCorners)
    {
        ArgumentNullException.ThrowIfNull(size);
        this.size = [.. size];
    }

    private Upsample(InterpolationMode mode, bool alignCorners) => (this.mode, this.alignCorners) = (mode, alignCorners);

    /// <inheritdoc/>
    public override Var<T> Forward(Var<T> x, Mode mode = Mode.Training) => scale.Length > 0
        ? x.InterpolateBy(ForAxes(scale, x.Shape.Rank - 2), this.mode, alignCorners)
        : x.Interpolate(ForAxes(size, x.Shape.Rank - 2), this.mode, alignCorners);

    private static TNumber[] ForAxes<TNumber>(TNumber[] numbers, int axes) =>
        numbers.Length == 1 && axes > 1 ? [.. Enumerable.Repeat(numbers[0], axes)] : numbers;
}
