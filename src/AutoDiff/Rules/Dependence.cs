using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// Which elements of an input the elements of an output depend on. The elements of the input stand in groups, and an output element depends on every member of
/// the groups that it names.
/// </summary>
/// <param name="inputGroups">The group of each input element; none if negative.</param>
/// <param name="outputGroups">One list or more, each with a group for every output element; none if negative.</param>
internal sealed class Dependence(int[] inputGroups, params int[][] outputGroups)
{
    /// <summary>The group of each input element; none if negative.</summary>
    public int[] InputGroups => inputGroups;

    /// <summary>One list or more, each with a group for every output element; none if negative.</summary>
    public int[][] OutputGroups => outputGroups;

    /// <summary>Each output element depends on the input element that was broadcast to it.</summary>
    public static Dependence Elementwise(in Shape input, in Shape output) => Grouped(input, input, input, output);

    /// <summary>Each output element depends on one input element at most.</summary>
    /// <param name="elements">The input element for every output element; none if negative.</param>
    /// <param name="input">The input's shape.</param>
    public static Dependence Elements(int[] elements, in Shape input) => new(Counted(input.Count), elements);

    /// <summary>Each input element is one of those that an output element depends on.</summary>
    /// <param name="elements">The output element for every input element; none if negative.</param>
    /// <param name="output">The output's shape.</param>
    public static Dependence Contributions(int[] elements, in Shape output) => new(elements, Counted(output.Count));

    /// <summary>The dependence of a reduction.</summary>
    public static Dependence Reduction(in ReducedAxes axes, in Shape input)
    {
        Shape kept = axes.IsAll ? input : input.With(axes.Axis, 1);
        for (int axis = 0; axes.IsAll && axis < kept.Rank; axis++)
            kept = kept.With(axis, 1);
        return Grouped(input, kept, kept, kept);
    }

    /// <summary>The output has the input's axes, and its elements depend on all elements of a lane along one of them.</summary>
    public static Dependence Lanes(int axis, in Shape input, in Shape output)
    {
        Shape lanes = input.With(axis, 1);
        return Grouped(input, lanes, lanes, output);
    }

    /// <summary>The leading axes tell examples apart; null if input and output do not share them.</summary>
    /// <param name="leading">The number of leading axes.</param>
    /// <param name="input">The input's shape.</param>
    /// <param name="output">The output's shape.</param>
    public static Dependence? Examples(int leading, in Shape input, in Shape output)
    {
        int examples = 1;
        for (int axis = 0; axis < leading; axis++)
        {
            if (axis >= input.Rank || axis >= output.Rank || input[axis] != output[axis])
                return null;
            examples *= input[axis];
        }

        return new Dependence(Blocks(input.Count, examples), Blocks(output.Count, examples));
    }

    /// <summary>The elements of an input that share a place in a smaller array form a group.</summary>
    /// <param name="input">The input's shape.</param>
    /// <param name="groups">The shape of the smaller array, which broadcasts to the input.</param>
    /// <param name="aligned">Another shape of the smaller array, which broadcasts to the output.</param>
    /// <param name="output">The output's shape.</param>
    public static Dependence Grouped(in Shape input, in Shape groups, in Shape aligned, in Shape output) =>
        new(Strided(input, BroadcastStrides(groups, input)), Strided(output, BroadcastStrides(aligned, output)));

    /// <summary>Σ index · stride + offset for every place of an array, in row-major order.</summary>
    public static int[] Strided(in Shape shape, ReadOnlySpan<int> strides, int offset = 0)
    {
        int[] places = new int[shape.Count];
        Span<int> index = stackalloc int[shape.Rank];
        index.Clear();
        for (int i = 0, place = offset; i < places.Length; i++)
        {
            places[i] = place;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                place += strides[axis];
                if (++index[axis] < shape[axis])
                    break;
                place -= strides[axis] * shape[axis];
                index[axis] = 0;
            }
        }

        return places;
    }

    /// <summary>The strides of an array whose elements lie in row-major order.</summary>
    public static int[] RowMajor(in Shape shape)
    {
        int[] strides = new int[shape.Rank];
        for (int axis = shape.Rank - 1, stride = 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        return strides;
    }

    /// <summary>The numbers 0, 1, …</summary>
    public static int[] Counted(int count)
    {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++)
            numbers[i] = i;
        return numbers;
    }

    private static int[] BroadcastStrides(in Shape from, in Shape to)
    {
        int[] strides = new int[to.Rank], own = RowMajor(from);
        for (int axis = 0; axis < from.Rank; axis++)
            strides[axis + to.Rank - from.Rank] = from[axis] == 1 ? 0 : own[axis];
        return strides;
    }

    private static int[] Blocks(int count, int blocks)
    {
        int[] block = new int[count];
        for (int i = 0; i < count; i++)
            block[i] = i / (count / blocks);
        return block;
    }
}
