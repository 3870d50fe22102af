using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks.Operators;

/// <summary>Values that are made, and conversions between types.</summary>
internal static class Constants
{
    public static void AddTo<T>(OperatorRows<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        rows.Add("Constant", Constant);
        rows.Add("ConstantOfShape", ConstantOfShape);
        rows.Add("EyeLike", EyeLike);
        rows.Add("Range", Range);
        rows.Add("OneHot", OneHot);
        rows.Add("Cast", node =>
            node.Opset < 6 ? throw node.Unsupported("before version 6 it names types by texts") : To(node, node[0], TypeOf(node, node.Int("to"))));
        rows.Add("CastLike", node => To(node, node[0], node[1].Type));
        rows.Add("Identity", node => node[0]);
        rows.Several("Dropout", Dropout);
    }

    /// <summary>A value filled with one number.</summary>
    public static OnnxValue<T> Filled<T>(NodeContext<T> node, OnnxType type, in Shape shape, T real, long integer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!type.IsReal())
            return NodeContext<T>.Result(new HostTensor(type, shape, [.. Enumerable.Repeat(integer, shape.Count)]));
        T[] elements = new T[shape.Count];
        elements.AsSpan().Fill(real);
        return new OnnxValue<T>(node.Tape.Constant(shape, elements), true, type);
    }

    /// <summary>A type by its number, if it can be computed with.</summary>
    public static OnnxType TypeOf<T>(NodeContext<T> node, long number)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => number is >= 0 and <= int.MaxValue && ((OnnxType)number).Size() > 0
        ? (OnnxType)number
        : throw node.Unsupported($"it makes values of type {OnnxTypes.NameOf((int)Math.Clamp(number, int.MinValue, int.MaxValue))}");

    private static OnnxValue<T> Constant<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (node.Tensor("value") is { } tensor)
            return OnnxValue<T>.Of(node.Tape, tensor);
        if (node.HasAttribute("value_float"))
            return new OnnxValue<T>(node.Tape.Constant(T.CreateTruncating(node.Float("value_float"))), true);
        if (node.Floats("value_floats") is { } numbers)
            return new OnnxValue<T>(node.Tape.Constant([numbers.Length], Array.ConvertAll(numbers, T.CreateTruncating)), true);
        if (node.HasAttribute("value_int"))
            return NodeContext<T>.Result(new HostTensor(OnnxType.Int64, Shape.Scalar, [node.Int("value_int")]));
        return node.Ints("value_ints") is { } integers
            ? NodeContext<T>.Result(HostTensor.List(integers))
            : throw node.Unsupported("it has no value that is a tensor or a list of numbers");
    }

    private static OnnxValue<T> ConstantOfShape<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = node.ShapeOf(node.Integers(0));
        if (node.Tensor("value") is not { } tensor)
            return Filled(node, OnnxType.Float, shape, T.Zero, 0);
        if (tensor.Shape.Count != 1)
            throw node.Wrong($"its value has the shape {tensor.Shape}; one element is allowed");
        return tensor.Type.IsReal() ? Filled(node, tensor.Type, shape, tensor.Reals<T>()[0], 0)
            : Filled(node, tensor.Type, shape, T.Zero, tensor.Integers()[0]);
    }

    private static OnnxValue<T> EyeLike<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Shape shape = node[0].Shape.Rank == 2 ? node[0].Shape : throw node.Wrong($"its input has the shape {node[0].Shape}; two axes are allowed");
        OnnxType type = node.HasAttribute("dtype") ? TypeOf(node, node.Int("dtype")) : node[0].Type;
        long offset = node.Int("k", 0);
        long[] elements = Array.ConvertAll(IndexMaps.Build(shape, position => position[1] - position[0] == offset ? 1 : 0), one => (long)one);
        return type.IsReal()
            ? new OnnxValue<T>(node.Tape.Constant(shape, Array.ConvertAll(elements, T.CreateTruncating)), true, type)
            : NodeContext<T>.Result(new HostTensor(type, shape, elements));
    }

    private static OnnxValue<T> Range<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (node[0].IsReal)
        {
            double start = node.Number(0), step = node.Number(2), length = Math.Max(Math.Ceiling((node.Number(1) - start) / step), 0);
            if (!(length <= node.Limits.MaximumElements))
                throw node.TooLarge(double.IsFinite(length) ? (long)length : long.MaxValue);
            T[] numbers = [.. Enumerable.Range(0, (int)length).Select(i => T.CreateTruncating(start + (i * step)))];
            return new OnnxValue<T>(node.Tape.Constant([numbers.Length], numbers), true, node[0].Type);
        }

        Int128 first = node.Integers(0)[0], limit = node.Integers(1)[0], delta = node.Integers(2)[0];
        Int128 count = delta == 0 ? throw node.Wrong("its step is 0") : Int128.Max((limit - first + delta - Int128.Sign(delta)) / delta, 0);
        if (count > node.Limits.MaximumElements)
            throw node.TooLarge((long)Int128.Min(count, long.MaxValue));
        return NodeContext<T>.Result(new HostTensor(node[0].Type, Shape.Of((int)count),
            [.. Enumerable.Range(0, (int)count).Select(i => node[0].Type.Wrap((long)(first + (i * delta))))]));
    }

    private static OnnxValue<T> OneHot<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int depth = checked((int)node.Number(1));
        int[] indices = Array.ConvertAll(node.Numbers(0), number => (int)number);
        int axis = node.Axis(node.Int("axis", -1), node[0].Shape.Rank + 1);
        int[] around = node[0].Shape.ToArray();
        Shape shape = node.ShapeOf([.. around[..axis], depth, .. around[axis..]]);
        int[] strides = [.. IndexMaps.Strides(node[0].Shape)];
        strides = [.. strides[..axis], 0, .. strides[axis..]];
        int[] of = IndexMaps.Along(shape, 0, strides);
        int place = 0;

        // Values are [off, on].
        int[] source = IndexMaps.Build(shape, position =>
        {
            int index = indices[of[place++]];
            return (index < 0 ? index + depth : index) == position[axis] ? 1 : 0;
        });
        return node[2].Take(shape, source);
    }

    // The engine computes in one type, so a conversion between floating-point types changes nothing; rounding to another precision is not simulated.
    private static OnnxValue<T> To<T>(NodeContext<T> node, OnnxValue<T> x, OnnxType type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (type.IsReal())
            return x.Host is { } host
                ? new OnnxValue<T>(node.Tape.Constant(host.Shape, Array.ConvertAll(host.Elements,
                    value => host.Type == OnnxType.UInt64 ? T.CreateTruncating((ulong)value) : T.CreateTruncating(value))), x.IsConstant, type)
                : type == OnnxType.BFloat16 && x.Type != OnnxType.BFloat16
                    ? throw node.Unsupported("it rounds to bfloat16; numbers are computed in one type, and rounding is not simulated")
                    : new OnnxValue<T>(x.Variable, x.IsConstant, type);
        if (type.Size() == 0)
            throw node.Unsupported($"it converts to {type}");
        return NodeContext<T>.Result(x.Host is { } integers
            ? integers.Map(value => value, type)
            : new HostTensor(type, x.Shape, Array.ConvertAll(x.Variable.ToArray(), value => FromReal(value, type))));
    }

    private static long FromReal<T>(T value, OnnxType type)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => type switch
        {
            OnnxType.Bool => value == T.Zero ? 0 : 1,
            OnnxType.UInt64 => unchecked((long)ulong.CreateSaturating(value)),
            _ => type.Wrap(long.CreateSaturating(value)),
        };

    // A network that is run does not drop; drawing masks of a file's own generator would give other numbers than any other program.
    private static OnnxValue<T>?[] Dropout<T>(NodeContext<T> node)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isTraining = node.Opset >= 12 && node.Has(2) && node.Number(2) != 0;
        double ratio = node.Opset < 12 ? node.Float("ratio", 0.5) : node.Has(1) ? node.Number(1) : 0.5;
        if (isTraining && ratio != 0)
            throw node.Unsupported($"it drops with probability {ratio} in training; networks are run as in evaluation");
        return [node[0], node.Wants(1) ? Filled(node, OnnxType.Bool, node[0].Shape, T.One, 1) : null];
    }
}
