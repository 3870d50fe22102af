namespace ConservativeAD.Auditor.Reference;

/// <summary>An array of germs in row-major order.</summary>
public sealed class GermTensor(int[] shape, Germ[] elements)
{
    public int[] Shape { get; } = shape;

    public Germ[] Elements { get; } = elements;

    public int Rank => Shape.Length;

    public int Count => Elements.Length;

    public static GermTensor Scalar(Germ value) => new([], [value]);

    public Germ this[params int[] position]
    {
        get => Elements[Offset(position)];
        set => Elements[Offset(position)] = value;
    }

    public static GermTensor Make(int[] shape, Func<int[], Germ> element)
    {
        Germ[] elements = new Germ[Product(shape)];
        int[] position = new int[shape.Length];
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = element(position);
            for (int axis = shape.Length - 1; axis >= 0 && ++position[axis] == shape[axis]; axis--)
                position[axis] = 0;
        }

        return new GermTensor(shape, elements);
    }

    public static int Product(int[] shape) => shape.Aggregate(1, (product, extent) => product * extent);

    public GermTensor Map(Func<Germ, Germ> function) => new(Shape, Array.ConvertAll(Elements, element => function(element)));

    public static GermTensor Map(GermTensor x, GermTensor y, Func<Germ, Germ, Germ> function)
    {
        int rank = Math.Max(x.Rank, y.Rank);
        int[] shape = new int[rank];
        for (int axis = 1; axis <= rank; axis++)
            shape[^axis] = Math.Max(axis <= x.Rank ? x.Shape[^axis] : 1, axis <= y.Rank ? y.Shape[^axis] : 1);
        return Make(shape, position => function(x.Broadcast(position), y.Broadcast(position)));
    }

    /// <summary>The element that a position of a larger shape reads.</summary>
    public Germ Broadcast(int[] position)
    {
        int[] own = new int[Rank];
        for (int axis = 1; axis <= Rank; axis++)
            own[^axis] = Shape[^axis] == 1 ? 0 : position[^axis];
        return Elements[Offset(own)];
    }

    public GermTensor Reshape(params int[] shape) => new(shape, Elements);

    /// <summary>Folds an axis.</summary>
    public GermTensor Reduce(int axis, bool keepsAxis, Func<Germ[], Germ> fold)
    {
        int at = axis < 0 ? axis + Rank : axis;
        int[] kept = [.. Shape];
        kept[at] = 1;
        GermTensor folded = Make(kept, position => fold(Line(position, at)));
        return keepsAxis ? folded : folded.Reshape([.. Shape.Where((_, i) => i != at)]);
    }

    /// <summary>Replaces each line along an axis.</summary>
    public GermTensor Lines(int axis, Func<Germ[], Germ[]> replace, int? extent = null)
    {
        int at = axis < 0 ? axis + Rank : axis;
        int[] shape = [.. Shape];
        shape[at] = extent ?? Shape[at];
        Dictionary<string, Germ[]> made = [];
        return Make(shape, position =>
        {
            int[] start = [.. position];
            start[at] = 0;
            string key = string.Join(',', start);
            if (!made.TryGetValue(key, out Germ[]? line))
                made[key] = line = replace(Line(start, at));
            return line[position[at]];
        });
    }

    private Germ[] Line(int[] start, int axis)
    {
        int[] position = [.. start];
        Germ[] line = new Germ[Shape[axis]];
        for (position[axis] = 0; position[axis] < line.Length; position[axis]++)
            line[position[axis]] = Elements[Offset(position)];
        return line;
    }

    private int Offset(int[] position)
    {
        int offset = 0;
        for (int axis = 0; axis < Rank; axis++)
            offset = (offset * Shape[axis]) + position[axis];
        return offset;
    }
}
