using System.Numerics;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// A value on a tape at the recorded point, as a function of the leaves. Runs read the record instead of the program, so that comparisons of equal numbers must
/// not have chosen a branch.
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class RecordedObjective<T> : Objective
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Tape<T> tape;
    private readonly Var<T> output;
    private readonly Var<T>[] leaves;

    /// <summary>The objective of a value.</summary>
    /// <param name="output">A value of one element.</param>
    /// <exception cref="InvalidOperationException">It depends on nothing that needs a gradient, or on a comparison of equal numbers.</exception>
    public RecordedObjective(Var<T> output)
    {
        (this.output, tape) = (output, output.Tape);
        ClarkeCertificate certificate = tape.ClarkeGradient(output).Certificate;
        if (certificate.UndecidedComparisons + certificate.ComparisonsSeenFromOneSide > 0)
            throw new InvalidOperationException(
                "The program compared equal numbers, and a tape holds one side only; Clarke.Subdifferential of an Objective runs the program on both.");
        leaves = tape.LeavesWithGradient();
        Point = [.. leaves.SelectMany(leaf => leaf.ToArray()).Select(double.CreateTruncating)];
    }

    /// <summary>The elements of the leaves.</summary>
    public double[] Point { get; }

    internal override bool CarriesSeveralDirections => false;

    /// <inheritdoc/>
    public override HessianProduct HessianProduct(ReadOnlySpan<double> point, ReadOnlySpan<double> vector, Selections? selections = null) =>
        throw new NotSupportedException("A recorded value has its Hessian products from its tape.");

    internal override RecordedRun Run(ReadOnlySpan<double> point, Selections? selections = null, params ReadOnlySpan<double[]> directions)
    {
        CheckDirections(point, directions);
        tape.CheckPresent(output);
        if (directions.Length > 0)
        {
            int start = 0;
            foreach (Var<T> leaf in leaves)
            {
                tape.SetTangent(leaf, Array.ConvertAll(directions[0][start..(start + leaf.Shape.Count)], T.CreateTruncating));
                start += leaf.Shape.Count;
            }

            tape.CarryTangents();
        }

        return new TensorRun<T>(tape, leaves, output, directions.Length > 0, null);
    }
}
