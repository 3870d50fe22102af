namespace ConservativeAD.Scalars;

/// <summary>
/// Where an input of a program stands in an array of data: that of example i at <paramref name="Start"/> + i · <paramref name="Stride"/>. A stride of 1 is a
/// column, one of 0 a number that all examples share.
/// </summary>
/// <param name="Start">The place of the first example's input.</param>
/// <param name="Stride">The distance between those of two examples; 0 or more.</param>
public readonly record struct InputColumn(int Start, int Stride)
{
    /// <summary>An input that all examples share.</summary>
    /// <param name="place">Its place.</param>
    public static InputColumn Shared(int place) => new(place, 0);

    /// <summary>Inputs that stand side by side, one for each example.</summary>
    /// <param name="start">The place of the first example's.</param>
    public static InputColumn From(int start) => new(start, 1);
}
