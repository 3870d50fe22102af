using System.Numerics;
using ConservativeAD.Rules;

namespace ConservativeAD.Nonsmooth;

/// <summary>A program that is recorded on a tape of any element type. Asking it ends the tape's last reverse pass.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="tape">The tape.</param>
/// <param name="output">The value's node.</param>
internal sealed class RecordedTape<T>(Tape<T> tape, int output) : IRecordedProgram
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public IEnumerable<RecordedOperation> Operations => RecordedOperations.Of(tape.Contents);

    public int OutputNode => output;

    public int SizeOf(int node) => tape.Contents.Value(node).Count;

    public IReadOnlyList<(int Input, double[] Cotangent)> PullbackOf(int node, double[] cotangent) =>
        Widened(tape.Reverse.PullbackOf(node, Array.ConvertAll(cotangent, Narrowed)));

    public IReadOnlyList<(int Input, double[] Cotangent)> LockedPullbackOf(int node, double[] cotangent) =>
        Widened(tape.Reverse.LockedPullbackOf(node, Array.ConvertAll(cotangent, Narrowed)));

    public (double[] Left, double[] Right)? SlopesBeside(int node)
    {
        T[] ones = new T[SizeOf(node)];
        Array.Fill(ones, T.One);
        tape.Tangents.Force(node, 0, ones);
        double[] right = Slopes();
        tape.Tangents.Force(node, 0, Array.ConvertAll(ones, one => -one));
        double[] left = Slopes();
        tape.Tangents.ReleaseForced();
        return (left, right);

        double[] Slopes() => Widened(tape.Reverse.LockedPullbackOf(node, ones))[0].Cotangent;
    }

    public Curvature? CurvatureUnder(int node, double[] lower, double[] upper) =>
        tape.Contents.ColumnAt(node).CurvatureUnder(tape.Contents.PlaceAt(node), new KinkContext<T>(new Node<T>(tape.Contents, node)), lower, upper);

    private static IReadOnlyList<(int Input, double[] Cotangent)> Widened(List<(int Input, T[] Cotangent)> pulled) => pulled is List<(int, double[])> already
        ? already
        : pulled.ConvertAll(one => (one.Input, Array.ConvertAll(one.Cotangent, double.CreateTruncating)));

    // A number that is too small for the element type keeps its sign.
    private static T Narrowed(double number)
    {
        T narrowed = T.CreateTruncating(number);
        return T.IsZero(narrowed) && number != 0 ? T.CopySign(T.Epsilon, narrowed) : narrowed;
    }
}
