using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Running;

/// <summary>Where the elements of a moved array come from: for each element of the result, in row-major order, its place in the source.</summary>
internal static class IndexMaps
{
    /// <summary>Row-major strides of a shape.</summary>
    public static int[] Strides(in Shape shape)
    {
        int[] strides = new int[shape.Rank];
        int stride = 1;
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        return strides;
    }

    /// <summary>A map that a function of the position gives.</summary>
    public static int[] Build(in Shape shape, Func<int[], int> source)
    {
        int[] map = new int[shape.Count], position = new int[shape.Rank];
        for (int i = 0; i < map.Length; i++)
        {
            map[i] = source(position);
            for (int axis = shape.Rank - 1; axis >= 0 && ++position[axis] == shape[axis]; axis--)
                position[axis] = 0;
        }

        return map;
    }

    /// <summary>Places along strides: the sum of position times stride, from a start.</summary>
    public static int[] Along(in Shape shape, int start, int[] strides) => Build(shape, position =>
    {
        int place = start;
        for (int axis = 0; axis < strides.Length; axis++)
            place += position[axis] * strides[axis];
        return place;
    });

    /// <summary>Broadcasting to a larger shape.</summary>
    public static int[] Broadcast(in Shape from, in Shape to)
    {
        int[] own = Strides(from), strides = new int[to.Rank];
        for (int axis = 0; axis < from.Rank; axis++)
            strides[to.Rank - from.Rank + axis] = from[axis] == 1 ? 0 : own[axis];
        return Along(to, 0, strides);
    }

    /// <summary>A permutation of the axes.</summary>
    public static int[] Permute(in Shape from, int[] order, out Shape to)
    {
        Shape source = from;
        int[] own = Strides(from);
        to = new Shape([.. order.Select(axis => source[axis])]);
        return Along(to, 0, [.. order.Select(axis => own[axis])]);
    }

    /// <summary>Positions along one axis, whose place the axes of the positions take.</summary>
    public static int[] TakeAxis(in Shape from, int axis, in Shape positionShape, int[] positions, out Shape to)
    {
        int[] extents = from.ToArray(), own = Strides(from), of = positionShape.ToArray();
        int taken = of.Length;
        to = new Shape([.. extents[..axis], .. of, .. extents[(axis + 1)..]]);
        int[] strides = [.. own[..axis], .. new int[taken], .. own[(axis + 1)..]];
        int[] inner = Strides(positionShape);
        return Build(to, position =>
        {
            int place = 0, index = 0;
            for (int i = 0; i < strides.Length; i++)
                place += position[i] * strides[i];
            for (int i = 0; i < taken; i++)
                index += position[axis + i] * inner[i];
            return place + (positions[index] * own[axis]);
        });
    }
}
