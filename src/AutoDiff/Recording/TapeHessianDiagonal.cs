using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <content>The diagonal of the Hessian.</content>
public sealed partial class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The diagonal of the Hessian of a scalar with respect to every leaf that needs a gradient: one product per element. Tangents of leaves are replaced.</summary>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    /// <exception cref="NotSupportedException">An operation does not state its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianDiagonal<T> HessianDiagonal(Var<T> output)
    {
        NeedEveryValue();
        CheckTwice(output);
        Dictionary<Var<T>, T[]> diagonal = [];
        foreach (Var<T> leaf in LeavesOf(output))
        {
            T[] elements = new T[leaf.Shape.Count], basis = new T[elements.Length];
            for (int i = 0; i < elements.Length; i++)
            {
                ReleaseTangents();
                basis[i] = T.One;
                SetTangent(leaf, basis);
                basis[i] = T.Zero;
                elements[i] = new Gradients<T>(this, DifferentiateTwice(output), true)[leaf].ToArray()[i];
            }

            diagonal.Add(leaf, elements);
        }

        return new HessianDiagonal<T>(diagonal, null, KinksOfWholeHessian(output));
    }

    /// <summary>
    /// An unbiased estimate of the diagonal of the Hessian: the mean of z ∘ Hz over vectors z of independent signs, one product each. Its variance is that of a row's elements beside the diagonal, over
    /// the number of draws; of a diagonal Hessian it is exact. Tangents of leaves are replaced.
    /// </summary>
    /// <remarks>Hutchinson, Commun. Stat. Simul. Comput. 1990; Bekas, Kokiopoulou and Saad, Appl. Numer. Math. 2007.</remarks>
    /// <param name="output">A value of one element.</param>
    /// <param name="draws">How many vectors; at least 1.</param>
    /// <param name="seed">The seed of the signs.</param>
    /// <exception cref="InvalidOperationException">The output has more than one element, or depends on nothing that needs a gradient.</exception>
    /// <exception cref="NotSupportedException">An operation does not state its <see cref="IRule{T}.PullbackTangent"/>.</exception>
    public HessianDiagonal<T> HessianDiagonal(Var<T> output, int draws, ulong seed = 0)
    {
        NeedEveryValue();
        CheckTwice(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        Var<T>[] leaves = [.. LeavesOf(output)];
        double[][] sums = Array.ConvertAll(leaves, leaf => new double[leaf.Shape.Count]), signs = Array.ConvertAll(sums, sum => new double[sum.Length]);
        for (int draw = 0; draw < draws; draw++)
        {
            ReleaseTangents();
            for (int k = 0; k < leaves.Length; k++)
            {
                new Philox(seed, (ulong)leaves[k].Node).Bernoulli<double>(signs[k], 0.5, (ulong)draw * (ulong)signs[k].Length);
                SetTangent(leaves[k], Array.ConvertAll(signs[k], sign => T.CreateTruncating((2 * sign) - 1)));
            }

            Gradients<T> product = new(this, DifferentiateTwice(output), true);
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
        return new HessianDiagonal<T>(diagonal, draws, KinksOfWholeHessian(output));
    }

    // The leaves before a value that need a gradient.
    private IEnumerable<Var<T>> LeavesOf(Var<T> output)
    {
        for (int node = 0; node <= output.Node; node++)
        {
            if (columnOf[node] == Leaf && needsGradient[node])
                yield return new Var<T>(this, node, generation);
        }
    }

    // Leaves that need a gradient move by turns; nothing else does.
    private KinkCensus KinksOfWholeHessian(Var<T> output)
    {
        ReleaseTangents();
        return SecondOrderKinks(output);
    }
}
