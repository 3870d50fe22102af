using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>The axes that a reduction removes, and the resulting shapes.</summary>
/// <param name="axis">The axis, from 0; every axis if null.</param>
/// <param name="keepAxis">Whether the axis is kept, with extent 1.</param>
internal readonly struct ReducedAxes(int? axis, bool keepAxis)
{
    private readonly int axis = axis ?? -1;

    /// <summary>Whether every axis is reduced.</summary>
    public bool IsAll => axis < 0;

    /// <summary>The axis, from 0; −1 for all.</summary>
    public int Axis => axis;

    /// <summary>The number of elements reduced to one.</summary>
    public int Length(in Shape input) => IsAll ? input.Count : input[axis];

    /// <summary>The input's shape as [outer, length, inner] around the reduced axis.</summary>
    public Shape Lanes(in Shape input)
    {
        if (IsAll)
            return Shape.Of(1, input.Count, 1);
        int outer = 1, inner = 1;
        for (int before = 0; before < axis; before++)
            outer *= input[before];
        for (int after = axis + 1; after < input.Rank; after++)
            inner *= input[after];
        return Shape.Of(outer, input[axis], inner);
    }

    /// <summary>The element of the output that an element of the input is reduced to.</summary>
    /// <param name="lanes">The input's shape as <see cref="Lanes"/>.</param>
    /// <param name="element">The element of the input.</param>
    public static int OutputOf(in Shape lanes, int element) => (element / (lanes[1] * lanes[2]) * lanes[2]) + (element % lanes[2]);

    /// <summary>The output's shape.</summary>
    public Shape OutputShape(in Shape input)
    {
        if (!IsAll)
            return keepAxis ? input.With(axis, 1) : input.Without(axis);
        return keepAxis ? Ones(input.Rank) : Shape.Scalar;
    }

    /// <summary>A view of an array of the output's shape that has extent 1 along the reduced axes, so that it broadcasts to the input's shape.</summary>
    public NDArray<T> WithAxes<T>(in NDArray<T> output, in Shape input)
        where T : unmanaged => output.Reshape(IsAll ? Ones(input.Rank) : input.With(axis, 1));

    private static Shape Ones(int rank)
    {
        Span<int> ones = stackalloc int[rank];
        ones.Fill(1);
        return new Shape(ones);
    }
}
