using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>Derivatives of a record: gradients, tangents, second derivatives, kinks.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// The gradient of a scalar with respect to every leaf that needs one: the element of the conservative gradient that the selections choose.
    /// </summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="selections">The values to return at kinks in this pass; the tape's own if null. An operation's own override takes precedence.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public Gradients<T> Backward(Var<T> output, Selections? selections = null)
    {
        using Use use = Enter();
        BeginFromOne(output);
        return new Gradients<T>(this, reverse.Sweep(output.Node, selections, runsHooks: true));
    }

    /// <summary>The vector-Jacobian product: pulls the cotangent of an output back to every leaf that needs a gradient.</summary>
    /// <param name="output">The output.</param>
    /// <param name="cotangent">The output's cotangent, in its shape.</param>
    /// <param name="selections">The values to return at kinks in this pass; the tape's own if null.</param>
    public Gradients<T> Backward(Var<T> output, in NDArray<T> cotangent, Selections? selections = null)
    {
        using Use use = Enter();
        BeginFromCotangent(output, cotangent);
        return new Gradients<T>(this, reverse.Sweep(output.Node, selections, runsHooks: true));
    }

    private void BeginFromCotangent(Var<T> output, in NDArray<T> cotangent)
    {
        Check(output);
        if (cotangent.Shape != output.Shape)
            throw new ArgumentException($"The cotangent of a value of shape {output.Shape} was given with shape {cotangent.Shape}; they must be equal.",
                nameof(cotangent));
        NeedOutput(output);
        reverse.BeginFrom(output.Node, cotangent);
    }

    /// <summary>
    /// Like <see cref="Backward(Var{T}, in NDArray{T}, Selections?)"/>, and hands the gradient of every parameter that the output depends on to a receiver as
    /// soon as it is complete: when the pass reaches the place where the program put the parameter on the tape first.
    /// </summary>
    /// <param name="output">The output.</param>
    /// <param name="cotangent">The output's cotangent, in its shape; ones if it is the default value, and the output has one element.</param>
    /// <param name="receiver">What is given the gradients.</param>
    /// <param name="selections">The values to return at kinks in this pass; the tape's own if null.</param>
    public Gradients<T> Backward(Var<T> output, in NDArray<T> cotangent, IGradientReceiver<T> receiver, Selections? selections = null)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        using Use use = Enter();
        if (cotangent.IsNone)
            BeginFromOne(output);
        else
            BeginFromCotangent(output, cotangent);
        return new Gradients<T>(this, reverse.Sweep(output.Node, selections, runsHooks: true, receiver: receiver));
    }

    /// <summary>
    /// Like <see cref="Backward(Var{T}, Selections?)"/>, but returns the memory of each value to the device as soon as no pullback needs it, so that later
    /// cotangents can use it. Afterwards only the output and the leaves can be read, and the record supports no second reverse pass, census or tangent.
    /// </summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="selections">The values to return at kinks in this pass; the tape's own if null.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public Gradients<T> BackwardAndRelease(Var<T> output, Selections? selections = null)
    {
        using Use use = Enter();
        BeginFromOne(output);
        replay.NoteReleased();
        return new Gradients<T>(this, reverse.Sweep(output.Node, selections, releases: true, runsHooks: true));
    }

    /// <summary>
    /// The gradient of each element of a vector of losses. Each row belongs to one loss and holds the leaves one after another, each in row-major order. It
    /// takes one reverse pass per row over a single recording.
    /// </summary>
    /// <param name="losses">The losses, one per example: [batch].</param>
    /// <param name="leaves">The leaves, in column order; if empty, every leaf that needs a gradient and was recorded before the losses, in recording
    /// order.</param>
    /// <returns>[batch, parameters], in memory that lasts until the tape is reset.</returns>
    /// <exception cref="InvalidOperationException">The losses depend on nothing that needs a gradient, or a leaf needs none.</exception>
    /// <exception cref="ArgumentException">The losses are not a vector.</exception>
    public NDArray<T> PerExampleGradients(Var<T> losses, params ReadOnlySpan<Var<T>> leaves)
    {
        using Use use = Enter();
        replay.NeedEveryValue();
        Check(losses);
        if (losses.Shape.Rank != 1)
            throw new ArgumentException(
                $"Losses of shape {losses.Shape} were given; there must be one per example, in a vector (LossReduction.None keeps them so).", nameof(losses));
        Var<T>[] columnsOf = leaves.IsEmpty ? [.. LeavesOf(losses)] : leaves.ToArray();
        int batch = losses.Shape[0], width = columnsOf.Sum(leaf => leaf.Shape.Count);
        NDArray<T> rows = record.Memory.Rent(Shape.Of(batch, width)), one = Device.Allocate<T>(losses.Shape);
        Device.Fill(one, T.Zero);
        for (int example = 0; example < batch; example++)
        {
            NDArray<T> place = one.Slice(0, example, 1);
            Device.Fill(place, T.One);
            Gradients<T> gradients = Backward(losses, one);
            Device.Fill(place, T.Zero);
            int start = 0;
            foreach (Var<T> leaf in columnsOf)
            {
                NDArray<T> gradient = gradients[leaf];
                Device.Copy(gradient.Reshape(Shape.Of(1, gradient.Count)), rows.Slice(0, example, 1).Slice(1, start, gradient.Count));
                start += gradient.Count;
            }
        }

        Device.Return(one);
        return rows;
    }

    /// <summary>
    /// Gives a leaf a tangent. Operations recorded afterwards carry it along; for operations recorded earlier, call <see cref="CarryTangents"/>.
    /// </summary>
    /// <param name="leaf">A leaf of the tape.</param>
    /// <param name="direction">Its tangent, in row-major order.</param>
    /// <exception cref="ArgumentException">The direction has the wrong number of elements.</exception>
    public void SetTangent(Var<T> leaf, ReadOnlySpan<T> direction)
    {
        using Use use = Enter();
        RefuseWithinProbe("the program takes derivatives");
        replay.NeedEveryValue();
        Check(leaf);
        if (!record.IsLeaf(leaf.Node))
            throw new InvalidOperationException("Only leaves can be given a tangent; those of other values follow from the rules.");
        if (direction.Length != leaf.Shape.Count)
            throw new ArgumentException($"The tangent of a value of shape {leaf.Shape} takes {leaf.Shape.Count} elements; {direction.Length} were given.",
                nameof(direction));
        tangents.Into(leaf.Node).CopyFrom(direction);
    }

    /// <summary>Computes the tangent of every recorded value from those of the leaves.</summary>
    public void CarryTangents()
    {
        using Use use = Enter();
        RefuseWithinProbe("the program takes derivatives");
        replay.NeedEveryValue();
        tangents.CarryAll();
    }

    /// <summary>
    /// The tangent of a value: the one-sided directional derivative along the leaves' tangents. Zeros if the value depends on no leaf with a tangent.
    /// </summary>
    /// <param name="variable">The value.</param>
    public NDArray<T> TangentOf(Var<T> variable)
    {
        using Use use = Enter();
        RefuseWithinProbe("the program takes derivatives");
        replay.NeedEveryValue();
        Check(variable);
        return tangents.OrZeros(variable.Node);
    }

    /// <summary>
    /// The gradient of a scalar and its derivative along the tangents of the leaves (<see cref="SetTangent"/>): the product of the Hessian with those tangents,
    /// at a small multiple of a gradient's cost. A tangent given to a constant contributes the mixed derivative with respect to that constant.
    /// </summary>
    /// <remarks>Pearlmutter, Neural Computation 1994: every pullback is differentiated in forward mode (forward over reverse).</remarks>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient, or no leaf has a
    /// tangent.</exception>
    /// <exception cref="NotSupportedException">An operation does not define its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianVectorProduct<T> HessianVectorProduct(Var<T> output)
    {
        using Use use = Enter();
        NeedScalarAndEveryValue(output, "A Hessian");
        if (!tangents.Any)
            throw new InvalidOperationException("No leaf has a tangent; give the vector with SetTangent, or leaf by leaf as arguments.");
        IReadOnlyList<Obstacle> obstacles = secondOrder.Obstacles(output);
        long ofPass = secondOrder.Differentiate(output);
        return new HessianVectorProduct<T>(new Gradients<T>(this, ofPass), new Gradients<T>(this, ofPass, true), secondOrder.Kinks(output))
        {
            Obstacles = obstacles.Count > 0 ? obstacles : secondOrder.GradientObstacles(),
        };
    }

    /// <summary>
    /// The gradient of a scalar and the product of its Hessian with a vector, given leaf by leaf. The tangents of the leaves are replaced; those of leaves
    /// without a part become zero.
    /// </summary>
    /// <param name="output">A value of one element.</param>
    /// <param name="vector">Leaves, each with its part of the vector in row-major order.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, depends on nothing that needs a gradient, or no part is
    /// given.</exception>
    /// <exception cref="ArgumentException">A part and its leaf differ in their number of elements.</exception>
    /// <exception cref="NotSupportedException">An operation does not define its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianVectorProduct<T> HessianVectorProduct(Var<T> output, params ReadOnlySpan<(Var<T> Leaf, T[] Part)> vector)
    {
        using Use use = Enter();
        NeedScalarAndEveryValue(output, "A Hessian");
        tangents.Release();
        foreach ((Var<T> leaf, T[] part) in vector)
            SetTangent(leaf, part);
        return HessianVectorProduct(output);
    }

    /// <summary>Like <see cref="HessianVectorProduct(Var{T}, ReadOnlySpan{ValueTuple{Var{T}, T[]}})"/>, with the vector in one piece.</summary>
    internal HessianVectorProduct<T> HessianVectorProduct(Var<T> output, Var<T>[] leaves, ReadOnlySpan<T> vector)
    {
        using Use use = Enter();
        SetTangents(leaves, vector);
        return HessianVectorProduct(output);
    }

    /// <summary>
    /// The diagonal of the Hessian of a scalar with respect to every leaf that needs a gradient, computed with one product per element. The tangents of the
    /// leaves are replaced.
    /// </summary>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    /// <exception cref="NotSupportedException">An operation does not define its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianDiagonal<T> HessianDiagonal(Var<T> output)
    {
        using Use use = Enter();
        NeedScalarAndEveryValue(output, "A Hessian");
        Dictionary<Var<T>, T[]> diagonal = [];
        foreach (Var<T> leaf in LeavesOf(output))
        {
            T[] elements = new T[leaf.Shape.Count], basis = new T[elements.Length];
            for (int i = 0; i < elements.Length; i++)
            {
                tangents.Release();
                basis[i] = T.One;
                SetTangent(leaf, basis);
                basis[i] = T.Zero;
                elements[i] = new Gradients<T>(this, secondOrder.Differentiate(output), true)[leaf].ToArray()[i];
            }

            diagonal.Add(leaf, elements);
        }

        return new HessianDiagonal<T>(diagonal, null, KinksOfWholeHessian(output)) { Obstacles = search.Look(output).Obstacles };
    }

    /// <summary>
    /// An unbiased estimate of the diagonal of the Hessian: the mean of z ∘ Hz over vectors z of independent random signs, with one product each. The variance
    /// of an element is the sum of squares of its row's off-diagonal elements, divided by the number of draws; for a diagonal Hessian the estimate is exact.
    /// The tangents of the leaves are replaced.
    /// </summary>
    /// <remarks>Hutchinson, Commun. Stat. Simul. Comput. 1990; Bekas, Kokiopoulou and Saad, Appl. Numer. Math. 2007.</remarks>
    /// <param name="output">A value of one element.</param>
    /// <param name="draws">The number of vectors; at least 1.</param>
    /// <param name="seed">The seed of the signs.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    /// <exception cref="NotSupportedException">An operation does not define its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianDiagonal<T> HessianDiagonal(Var<T> output, int draws, ulong seed = 0)
    {
        using Use use = Enter();
        NeedScalarAndEveryValue(output, "A Hessian");
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        Var<T>[] leaves = [.. LeavesOf(output)];
        double[][] sums = Array.ConvertAll(leaves, leaf => new double[leaf.Shape.Count]), signs = Array.ConvertAll(sums, sum => new double[sum.Length]);
        for (int draw = 0; draw < draws; draw++)
        {
            tangents.Release();
            for (int k = 0; k < leaves.Length; k++)
            {
                Philox.For(seed, (uint)Streams.HutchinsonSigns, (ulong)leaves[k].Node).Bernoulli<double>(signs[k], 0.5, (ulong)draw * (ulong)signs[k].Length);
                SetTangent(leaves[k], Array.ConvertAll(signs[k], sign => T.CreateTruncating((2 * sign) - 1)));
            }

            Gradients<T> product = new(this, secondOrder.Differentiate(output), true);
            for (int k = 0; k < leaves.Length; k++)
            {
                T[] elements = product[leaves[k]].ToArray();
                for (int i = 0; i < elements.Length; i++)
                    sums[k][i] += ((2 * signs[k][i]) - 1) * double.CreateTruncating(elements[i]);
            }
        }

        Dictionary<Var<T>, T[]> diagonal = [];
        for (int k = 0; k < leaves.Length; k++)
            diagonal.Add(leaves[k], Array.ConvertAll(sums[k], sum => T.CreateTruncating(sum / draws)));
        return new HessianDiagonal<T>(diagonal, draws, KinksOfWholeHessian(output)) { Obstacles = search.Look(output).Obstacles };
    }

    /// <summary>The recorded operations at a kink, with the number and the positions of the elements concerned.</summary>
    /// <param name="elementsListed">The largest number of positions to list per operation; the counts are always complete.</param>
    public KinkCensus Census(int elementsListed = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementsListed);
        using Use use = Enter();
        RefuseWithinProbe("the program counts kinks");
        replay.NeedEveryValue();
        return census.Of(_ => true, elementsListed);
    }

    /// <summary>
    /// The recorded operations that have kinks somewhere and that a variable or parameter passes through, with the number and the positions of the elements
    /// that are at one here, which may be 0. What has kinks is stated by the facts of each operation: it is not C¹, or not locally Lipschitz.
    /// </summary>
    /// <param name="elementsListed">The largest number of positions to list per operation; the counts are always complete.</param>
    public IReadOnlyList<OperationKinks> KinkSites(int elementsListed = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elementsListed);
        using Use use = Enter();
        RefuseWithinProbe("the program counts kinks");
        replay.NeedEveryValue();
        return census.Sites(record.NeedsGradient, elementsListed);
    }

    /// <summary>
    /// The number of elements of recorded operations at a kink: the census without its details, in one pass over the input of each nonsmooth operation.
    /// </summary>
    public long CountKinks()
    {
        using Use use = Enter();
        RefuseWithinProbe("the program counts kinks");
        replay.NeedEveryValue();
        long kinks = branches.Ties.Count;
        foreach (long met in census.Counted(record.Count, _ => true))
            kinks += met;
        return kinks;
    }

    /// <summary>
    /// The elementwise operations where a cotangent of 0 meets an infinite or NaN slope, such as a square root at 0 whose result is not selected. With plain
    /// products (<see cref="Selections.AbsorbingZero"/>) the gradient would be NaN. This runs a reverse pass; sums of products and reductions are not counted.
    /// </summary>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public IReadOnlyList<AbsorbedZeros> AbsorbedZeros(Var<T> output)
    {
        using Use use = Enter();
        BeginFromOne(output);
        return reverse.SweepForAbsorbedZeros(output.Node);
    }

    /// <summary>
    /// An element of the Clarke subdifferential of a scalar at the recorded point: the gradient if no operation is at a kink, otherwise the limit of gradients
    /// along a random direction. The selections have no influence on it.
    /// </summary>
    /// <remarks>
    /// A forward pass carries tangents along a random direction as far as there are kinks to decide, and locks every kink to the piece that the direction leads
    /// to. One reverse pass then follows these pieces. For almost every direction the result is the limit of ∇F(x + t·d) as t → 0⁺ (Nesterov, Math. Program.
    /// 2005; Kakade and Lee, NeurIPS 2018; Khan, Optim. Methods Softw. 2018). The result concerns the recorded operations only: of a branch in the program's
    /// own code, only the side that ran is considered (<see cref="Nonsmooth.Clarke"/> runs the program again). The tangents of the leaves are replaced.
    /// </remarks>
    /// <param name="output">A value of one element.</param>
    /// <param name="seed">The seed of the direction.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    public ClarkeGradient<T> ClarkeGradient(Var<T> output, ulong seed = 0)
    {
        using Use use = Enter();
        NeedScalarAndEveryValue(output, "A Clarke gradient");
        return Named(Locks.Run(output, seed));
    }

    /// <summary>Like <see cref="ClarkeGradient(Var{T}, ulong)"/>, along the direction given by the tangents of the leaves (<see cref="SetTangent"/>).</summary>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient, or no leaf has a
    /// tangent.</exception>
    public ClarkeGradient<T> ClarkeGradientAlongTangents(Var<T> output)
    {
        using Use use = Enter();
        NeedScalarAndEveryValue(output, "A Clarke gradient");
        if (!tangents.Any)
            throw new InvalidOperationException("No leaf has a tangent; give the direction with SetTangent, or let ClarkeGradient draw one.");
        return Named(Locks.Run(output, null));
    }

    private ClarkeGradient<T> Named((long Pass, ClarkeCertificate Certificate) found) =>
        new(new Gradients<T>(this, found.Pass), EngineEvents.Told(found.Certificate));


    private void BeginFromOne(Var<T> output)
    {
        CheckScalar(output, "Backward", "a cotangent of its shape (Backward(output, cotangent)) or ");
        NeedOutput(output);
        reverse.BeginFromOne(output.Node);
    }

    private void NeedOutput(Var<T> output)
    {
        replay.CheckNotReleased();
        RefuseWithinProbe("the program takes derivatives");
        if (hooks.Any)
            replay.NeedEveryValue();
        replay.NeedValue(output.Node);
    }

    // Further derivatives read the values of all operations.
    private void NeedScalarAndEveryValue(Var<T> output, string what)
    {
        RefuseWithinProbe("the program takes derivatives");
        replay.NeedEveryValue();
        CheckScalar(output, what);
    }

    private void CheckScalar(Var<T> output, string what, string alternative = "")
    {
        Check(output);
        if (output.Shape.Count != 1)
            throw new InvalidOperationException(
                $"{what} needs a scalar; a value of shape {output.Shape} needs {alternative}a reduction first (Sum, Mean).");
    }

    // The leaves recorded before a value that need a gradient.
    private IEnumerable<Var<T>> LeavesOf(Var<T> output) =>
        Enumerable.Range(0, output.Node + 1).Where(node => record.IsLeaf(node) && record.NeedsGradient(node)).Select(At);

    /// <summary>The operations without second derivatives that an output depends on.</summary>
    internal KinkCensus SecondOrderKinks(Var<T> output) => secondOrder.Kinks(output);

    // Leaves that need a gradient get a tangent one at a time; no other leaf has one.
    private KinkCensus KinksOfWholeHessian(Var<T> output)
    {
        tangents.Release();
        return secondOrder.Kinks(output);
    }
}
