using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD;

/// <content>The gradients of a program for each example of a batch.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc cref="PerExampleGradients(Var{T}, Func{Var{T}, Var{T}}, out VectorisationReport, ReadOnlySpan{Var{T}})"/>
    public NDArray<T> PerExampleGradients(Var<T> examples, Func<Var<T>, Var<T>> loss, params ReadOnlySpan<Var<T>> leaves) =>
        PerExampleGradients(examples, loss, out _, leaves);

    /// <summary>
    /// The gradient of a loss for each example of a batch. Where each operation of the loss has a form for many examples, the loss is recorded once for all, on
    /// a tape that is given up afterwards, with a copy of the leaves for each example, and one reverse pass gives all gradients. Otherwise the loss is recorded
    /// for each example, with a reverse pass each, as <see cref="Operations.Map{T}(Var{T}, Func{Var{T}, Var{T}}, out VectorisationReport)"/> and
    /// <see cref="PerExampleGradients(Var{T}, ReadOnlySpan{Var{T}})"/> do.
    /// </summary>
    /// <param name="examples">The examples, along the first axis; at least one.</param>
    /// <param name="loss">Computes a value of one element from an example without the first axis.</param>
    /// <param name="report">Whether the loss was recorded once, or what prevented it.</param>
    /// <param name="leaves">The leaves, in column order; if empty, every leaf that needs a gradient, in recording order.</param>
    /// <returns>[examples, parameters]: each row holds the leaves one after another, each in row-major order; in memory that lasts until the tape is
    /// reset.</returns>
    /// <exception cref="ArgumentException">There is no example, or the loss has more than one element.</exception>
    /// <exception cref="InvalidOperationException">The loss depends on nothing that needs a gradient, or a leaf needs none.</exception>
    public NDArray<T> PerExampleGradients(
        Var<T> examples, Func<Var<T>, Var<T>> loss, out VectorisationReport report, params ReadOnlySpan<Var<T>> leaves)
    {
        ArgumentNullException.ThrowIfNull(loss);
        using Use use = Enter();
        Check(examples);
        if (examples.Shape.Rank == 0 || examples.Shape[0] == 0)
            throw new ArgumentException($"A value of shape {examples.Shape} holds no examples along a first axis.", nameof(examples));
        foreach (Var<T> leaf in leaves)
            CheckLeaf(leaf);
        Var<T>[] given = leaves.ToArray();
        NDArray<T> gradients = default;
        VectorisationReport found = new("the examples depend on a variable");
        if (!record.NeedsGradient(examples.Node) || (given.Length > 0 && record.IsLeaf(examples.Node) && !given.Contains(examples)))
        {
            TryVectorise(examples, loss, (_, outer, example, output) =>
            {
                (gradients, found) = GradientsTogether(examples, outer, example, output, given);
                return examples;
            }, out VectorisationReport tried);
            found = tried.IsVectorised ? found : tried;
        }

        report = found;
        if (!gradients.IsNone)
            return gradients;
        Var<T> losses = examples.MapOneByOne(loss);
        if (losses.Shape.Count != examples.Shape[0])
            throw MoreThanOneElement(losses.Shape.Without(0));
        return PerExampleGradients(losses.Reshape(losses.Shape.Count), given);
    }

    private (NDArray<T> Gradients, VectorisationReport Report) GradientsTogether(
        Var<T> examples, IReadOnlyDictionary<int, Var<T>> outer, TapeRecord<T> example, int output, Var<T>[] leaves)
    {
        if (example.Value(output).Count != 1)
            throw MoreThanOneElement(example.Value(output).Shape);
        foreach ((_, Var<T> value) in outer)
        {
            if (!record.IsLeaf(value.Node) && record.NeedsGradient(value.Node))
                return (default, new VectorisationReport($"the loss uses {record.NameOf(value.Node)}, which is computed from a variable"));
        }

        if (!example.NeedsGradient(output))
            throw new InvalidOperationException("The output depends on no parameter or variable; nothing to differentiate.");
        Var<T>[] columns = leaves.Length > 0 ? leaves : LeavesWithGradient();
        HashSet<int> wanted = [.. columns.Select(leaf => leaf.Node)];
        int[] varying = [ExampleLeaf, .. outer.Where(entry => wanted.Contains(entry.Value.Node)).Select(entry => entry.Key)];
        Vectorisation<T> vectorisation = new(example, output);
        if (vectorisation.Obstacle(varying) is { } obstacle)
            return (default, new VectorisationReport(obstacle));
        Tape<T> aside = checkpoints.Next(this);
        try
        {
            return (GradientsOn(aside, vectorisation, examples, outer, example, columns), new VectorisationReport(null));
        }
        finally
        {
            aside.Reset();
        }
    }

    private NDArray<T> GradientsOn(Tape<T> aside, Vectorisation<T> vectorisation, Var<T> examples, IReadOnlyDictionary<int, Var<T>> outer,
        TapeRecord<T> example, Var<T>[] columns)
    {
        int count = examples.Shape[0];
        HashSet<int> wanted = [.. columns.Select(leaf => leaf.Node)];
        Dictionary<int, Var<T>> copies = [];
        Var<T> losses = vectorisation.Record(aside, count, leaf =>
        {
            if (leaf == ExampleLeaf)
                return aside.Constant(record.Value(examples.Node));
            if (!outer.TryGetValue(leaf, out Var<T> value))
                return aside.Constant(example.Value(leaf));
            return copies[value.Node] = wanted.Contains(value.Node)
                ? aside.Repeated(count, record.Value(value.Node))
                : aside.Constant(record.Value(value.Node));
        }, true);
        int width = columns.Sum(leaf => leaf.Shape.Count);
        NDArray<T> rows = record.Memory.Rent(Shape.Of(count, width)), ones = Device.Allocate<T>(losses.Shape);
        Device.Fill(ones, T.One);
        Gradients<T> gradients = aside.Backward(losses, ones);
        int start = 0;
        foreach (Var<T> leaf in columns)
        {
            int length = leaf.Shape.Count;
            NDArray<T> destination = rows.Slice(1, start, length);
            if (copies.TryGetValue(leaf.Node, out Var<T> copy))
                Device.Copy(gradients[copy].Reshape(Shape.Of(count, length)), destination);
            else
                Device.Fill(destination, T.Zero);
            start += length;
        }

        Device.Return(ones);
        return rows;
    }

    // An array once for each example, as a variable. Its elements are in memory once.
    private Var<T> Repeated(int count, in NDArray<T> array) => AddOwnLeaf(array.BroadcastTo(Examples<T>.Led(count, array.Shape)), true, null);

    private static ArgumentException MoreThanOneElement(in Shape shape) =>
        new($"A loss of shape {shape} for one example was given; it needs one element (Sum, Mean).");
}
