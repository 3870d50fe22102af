using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>A value recorded on a tape. Operators and methods on it record further values.</summary>
/// <typeparam name="T">The element type: float, double or Half.</typeparam>
public readonly partial struct Var<T> : IEquatable<Var<T>>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T>? tape;

    internal Var(Tape<T> tape, int node, int generation)
    {
        this.tape = tape;
        Node = node;
        Generation = generation;
    }

    /// <summary>The tape that holds the value.</summary>
    /// <exception cref="InvalidOperationException">This is the default value, which is on no tape.</exception>
    public Tape<T> Tape =>
        tape ?? throw new InvalidOperationException("This variable is on no tape; create one with tape.Variable, tape.Parameter or tape.Constant.");

    /// <summary>The recorded value. It belongs to the tape and is valid until the next reset.</summary>
    /// <exception cref="InvalidOperationException">The tape was reset or disposed after the value was recorded.</exception>
    public NDArray<T> Value
    {
        get
        {
            Tape.Check(this);
            NDArray<T> value = Tape.ReadValue(Node);
            return !value.IsNone
                ? value.Unpinned()
                : throw new InvalidOperationException("The value was released by BackwardAndRelease; read it before, or use Backward, which keeps values.");
        }
    }

    /// <summary>The shape of the value.</summary>
    public Shape Shape
    {
        get
        {
            Tape.Check(this);
            return Tape.Contents.Value(Node).Shape;
        }
    }

    /// <summary>The only element, read by the engine rather than by the program.</summary>
    internal T Peek() => Tape.Contents.Value(Node).GetScalar();

    internal int Node { get; }

    internal int Generation { get; }

    /// <summary>Whether two variables are the same value on the same tape.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(Var<T> left, Var<T> right) => left.Equals(right);

    /// <summary>Whether two variables are different values.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(Var<T> left, Var<T> right) => !left.Equals(right);

    /// <summary>The elements, in row-major order, as a new host array.</summary>
    public T[] ToArray() => Value.ToArray();

    /// <summary>The only element of a value with one element, such as a loss.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1024", Justification = "Copies from the device.")]
    public T GetScalar() => Value.GetScalar();

    /// <summary>Records an operation of one input, with a rule of the library or of the user.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="rule">The rule with its attributes.</param>
    public Var<T> Apply<TRule>(in TRule rule)
        where TRule : struct, IRule<T> => Tape.Record(rule, this);

    /// <inheritdoc/>
    public bool Equals(Var<T> other) => ReferenceEquals(tape, other.tape) && Node == other.Node && Generation == other.Generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Var<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(tape, Node, Generation);

    /// <inheritdoc/>
    public override string ToString() => tape is null ? "no variable" : $"variable {Node} {Value}";
}
