using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>The reverse pass.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private NDArray<T>[] cotangents = new NDArray<T>[64];
    private int cotangentCount;
    private Storage<T>? borrowed;
    private int pass;

    /// <summary>The gradient of a scalar with respect to every leaf that needs one: an element of the conservative gradient that the selections choose.</summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="selections">What to return at kinks in this pass; the tape's own if null. An operation's own override stands.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public Gradients<T> Backward(Var<T> output, Selections? selections = null)
    {
        Seed(output);
        return Sweep(output.Node, selections);
    }

    /// <summary>The vector-Jacobian product: the cotangent of an output, pulled back to every leaf that needs one.</summary>
    /// <param name="output">The output.</param>
    /// <param name="cotangent">The output's cotangent, in its shape.</param>
    /// <param name="selections">What to return at kinks in this pass; the tape's own if null.</param>
    public Gradients<T> Backward(Var<T> output, in NDArray<T> cotangent, Selections? selections = null)
    {
        Check(output);
        if (cotangent.Shape != output.Shape)
            throw new ArgumentException($"The cotangent of a value of shape {output.Shape} was given with shape {cotangent.Shape}; they must be equal.", nameof(cotangent));
        // Read where it stands, unless it is itself a cotangent of the pass before, becomes a leaf's gradient, or does not stand in one piece.
        bool borrows = cotangent.IsContiguous && columnOf[output.Node] != Leaf && !IsOfLastPass(cotangent.Storage);
        NDArray<T> seed = cotangent;
        if (!borrows)
        {
            seed = Device.Allocate<T>(output.Shape);
            Device.Copy(cotangent, seed);
        }

        BeginPass(output);
        borrowed = borrows ? cotangent.Storage : null;
        cotangents[output.Node] = seed;
        return Sweep(output.Node, selections);
    }

    internal ref readonly NDArray<T> CotangentOf(int node) => ref cotangents[node];

    internal NDArray<T> InputCotangent(int node, int index, out bool accumulate)
    {
        int input = InputNode(node, index);
        accumulate = !cotangents[input].IsNone;
        if (!accumulate)
            cotangents[input] = Device.Allocate<T>(values[input].Shape);
        return cotangents[input];
    }

    internal NDArray<T> GradientOf(Var<T> variable, int ofPass)
    {
        Check(variable);
        if (ofPass != pass)
            throw new InvalidOperationException("These gradients are of an earlier reverse pass; read gradients before the next Backward or Reset.");
        int node = variable.Node;
        if (columnOf[node] != Leaf || !needsGradient[node])
            throw new InvalidOperationException("Gradients are kept for leaves made with tape.Parameter or tape.Variable only.");
        if (node >= cotangentCount || cotangents[node].IsNone)
        {
            NDArray<T> zeros = Device.Allocate<T>(values[node].Shape);
            Device.Fill(zeros, T.Zero);
            GrowCotangents();
            cotangents[node] = zeros;
        }

        return cotangents[node];
    }

    private void Seed(Var<T> output)
    {
        Check(output);
        if (output.Shape.Count != 1)
            throw new InvalidOperationException($"Backward starts from a scalar; a value of shape {output.Shape} needs a cotangent of its shape (Backward(output, cotangent)) or a reduction (Sum, Mean).");
        BeginPass(output);
        NDArray<T> seed = Device.Allocate<T>(output.Shape);
        Device.Fill(seed, T.One);
        cotangents[output.Node] = seed;
    }

    private void BeginPass(Var<T> output)
    {
        CheckNotReleased();
        NeedValue(output.Node);
        if (!needsGradient[output.Node])
            throw new InvalidOperationException("The output depends on no parameter or variable; nothing to differentiate.");
        ReleaseCotangents();
        GrowCotangents();
        pass++;
    }

    private Gradients<T> Sweep(int output, Selections? selections, bool locked = false, long[]? atKinks = null, bool releases = false)
    {
        Selections chosen = selections ?? Selections;
        for (int node = output; node >= 0; node--)
        {
            if (columnOf[node] == Leaf)
                continue;
            if (cotangents[node].IsNone)
            {
                if (releases)
                    ReleaseValue(node, values[output].Storage);
                continue;
            }

            if (IsWithinChain(node))
            {
                (cotangents[chains[chainOf[node]].Head], cotangents[node]) = (cotangents[node], default);
                continue;
            }

            if (needsGradient[node])
            {
                (Column<T> column, int place) = OperationOf(node);
                if (locked && (atKinks is null || atKinks[node] > 0))
                    column.LockedPullback(place, new PullbackContext<T>(this, node, chosen));
                else
                    column.Pullback(place, new PullbackContext<T>(this, node, chosen));
                if (DetectAnomalies)
                    CheckInputCotangents(node, column.Facts.Name);
            }

            // Consumed: its memory serves the next cotangent while it is still in cache.
            ReturnCotangent(node);
            if (releases)
                ReleaseValue(node, values[output].Storage);
        }

        return new Gradients<T>(this, pass);
    }

    private void CheckInputCotangents(int node, string operation)
    {
        for (int index = 0; index < InputCount(node); index++)
        {
            int input = InputNode(node, index);
            if (!cotangents[input].IsNone)
                CheckFinite(cotangents[input], operation, node, $"pullback to input {index}");
        }
    }

    private bool IsOfLastPass(Storage<T> storage)
    {
        for (int node = 0; node < cotangentCount; node++)
        {
            if (!cotangents[node].IsNone && ReferenceEquals(cotangents[node].Storage, storage))
                return true;
        }

        return false;
    }

    private void ReturnCotangent(int node)
    {
        if (!ReferenceEquals(cotangents[node].Storage, borrowed))
            Device.Return(cotangents[node].Storage);
        cotangents[node] = default;
    }

    private void GrowCotangents()
    {
        if (cotangents.Length < count)
            Array.Resize(ref cotangents, values.Length);
        cotangentCount = count;
    }

    private void ReleaseCotangents()
    {
        ReleaseOtherCotangents();
        for (int node = 0; node < cotangentCount; node++)
        {
            if (!cotangents[node].IsNone)
                ReturnCotangent(node);
        }

        borrowed = null;
        cotangentCount = 0;
        pass++;
    }
}
