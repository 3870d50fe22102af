using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Networks.Running;

namespace ConservativeAD.Networks;

/// <summary>A value of a model while it runs: floating-point numbers on the tape, or integers and booleans on the host.</summary>
/// <typeparam name="T">The element type of the numbers on the tape.</typeparam>
public sealed class OnnxValue<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Var<T> real;

    internal OnnxValue(Var<T> real, bool isConstant = false, OnnxType type = OnnxType.Float)
    {
        this.real = real;
        IsConstant = isConstant;
        Type = type;
    }

    internal OnnxValue(HostTensor host)
    {
        Host = host;
        IsConstant = true;
        Type = host.Type;
    }

    /// <summary>Whether the value stands on the tape.</summary>
    public bool IsReal => Host is null;

    /// <summary>The element type: that of integers; for numbers on the tape, the type that the model gives them.</summary>
    public OnnxType Type { get; }

    /// <summary>The shape.</summary>
    public Shape Shape => Host is null ? real.Shape : Host.Shape;

    /// <summary>The numbers on the tape.</summary>
    /// <exception cref="InvalidOperationException">The value holds integers.</exception>
    public Var<T> Variable => Host is null ? real : throw new InvalidOperationException($"A value of {Host.Type} has no derivative and is not on the tape.");

    /// <summary>The integers in row-major order; booleans are 0 and 1.</summary>
    /// <exception cref="InvalidOperationException">The value holds numbers on the tape.</exception>
    public IReadOnlyList<long> Integers =>
        Host?.Elements ?? throw new InvalidOperationException("A value of floating-point numbers is on the tape and holds no integers.");

    internal HostTensor? Host { get; }

    /// <summary>Whether the value does not depend on inputs or parameters, so that an operator may read it as a number.</summary>
    internal bool IsConstant { get; }

    /// <summary>A value on the tape.</summary>
    /// <param name="value">The numbers.</param>
    public static OnnxValue<T> Of(Var<T> value) => new(value);

    /// <summary>Integers.</summary>
    /// <param name="shape">Their shape.</param>
    /// <param name="elements">The elements in row-major order.</param>
    /// <param name="type">Their type.</param>
    /// <exception cref="ArgumentException">The number of elements is not that of the shape, or the type is not one of integers or booleans.</exception>
    public static OnnxValue<T> OfIntegers(Shape shape, ReadOnlySpan<long> elements, OnnxType type = OnnxType.Int64)
    {
        if (elements.Length != shape.Count)
            throw new ArgumentException($"{elements.Length} elements were given for the shape {shape}, which has {shape.Count}.", nameof(elements));
        if (type.IsReal() || type.Size() == 0)
            throw new ArgumentException($"The type {type} was given; integers and booleans are allowed.", nameof(type));
        return new OnnxValue<T>(new HostTensor(type, shape, Array.ConvertAll(elements.ToArray(), element => type.Wrap(element))));
    }

    /// <summary>A tensor of a file: a constant on a tape, or integers.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="tensor">The tensor.</param>
    public static OnnxValue<T> Of(Tape<T> tape, OnnxTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Type.IsReal()
            ? new OnnxValue<T>(tape.Constant(tensor.Shape, tensor.Reals<T>()), true, tensor.Type)
            : new OnnxValue<T>(new HostTensor(tensor.Type, tensor.Shape, tensor.Integers()));
    }

    /// <summary>A value on the tape.</summary>
    /// <param name="value">The numbers.</param>
    public static implicit operator OnnxValue<T>(Var<T> value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Host is null ? real.ToString()! : $"{Host.Type} {Host.Shape}";
}
