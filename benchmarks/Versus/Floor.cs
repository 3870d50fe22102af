namespace ConservativeAD.Benchmarks.Versus;

/// <summary>
/// The least that a workload must do: bytes that come from memory and go to it, each once, and operations, of which a multiply-add is two. Elementary functions
/// count no operations, because the fewest are not known. A convolution counts those of its definition; one by Winograd's method takes fewer.
/// </summary>
/// <param name="Read">The bytes that are read.</param>
/// <param name="Written">The bytes that are written.</param>
/// <param name="Operations">The operations.</param>
/// <param name="IsDouble">Whether the operations are of float64, else of float32.</param>
internal sealed record Floor(double Read, double Written, double Operations = 0, bool IsDouble = false)
{
    /// <summary>Whether what is written was read before, as in an optimiser's step; memory does not have to fetch it for writing then.</summary>
    public bool IsInPlace { get; init; }

    /// <summary>Nothing is known, as for comparisons of a sort or for calls on a few numbers.</summary>
    public static Floor Unknown { get; } = new(0, 0);

    /// <summary>A workload of a number of operations that reads and writes little.</summary>
    /// <param name="operations">The operations.</param>
    public static Floor Computes(double operations) => new(0, 0, operations);

    /// <summary>A product of square matrices.</summary>
    /// <param name="n">The number of rows.</param>
    /// <param name="isDouble">Whether it is one of float64.</param>
    public static Floor Product(int n, bool isDouble)
    {
        double matrix = (double)n * n * (isDouble ? sizeof(double) : sizeof(float));
        return new Floor(2 * matrix, matrix, 2.0 * n * n * n, isDouble);
    }

    /// <summary>A step of dense layers: a product forward, one for the gradients of weights, and one for those of inputs but the first.</summary>
    /// <param name="widths">The widths, from the input's to the output's.</param>
    /// <param name="batch">The number of examples.</param>
    public static Floor Step(int[] widths, int batch)
    {
        double products = Enumerable.Range(1, widths.Length - 1).Sum(layer => 2.0 * batch * widths[layer - 1] * widths[layer]);
        return Computes((3 * products) - (2.0 * batch * widths[0] * widths[1]));
    }
}
