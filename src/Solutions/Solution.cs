using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Rules;

namespace ConservativeAD.Solutions;

/// <summary>A solution of an equation as an operation on a tape.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="function">The equation and its solver.</param>
/// <param name="holder">Keeps the solution in double.</param>
internal readonly struct Solution<T>(ImplicitFunction function, SolutionHolder holder) : IRule<T>, IMarksObstacles<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static OperationFacts Facts => ImplicitFunction.Facts;

    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> z = recording.Rent(Shape.Of(function.Equation.Unknowns));
        holder.Last = function.At(Host(recording.Input(0)));
        HostArrays.Write([.. holder.Last.Value], z);
        return z;
    }

    public void Pullback(in PullbackContext<T> context)
    {
        if (context.Needs(0))
            HostArrays.Write(holder.Last!.Reverse(Host(context.Cotangent), context.Selections), context.InputCotangent(0, out bool accumulate), accumulate);
    }

    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        if (context.Needs(0) && context.Moves(0))
        {
            HostArrays.Write(holder.Last!.HessianProduct(Host(context.Cotangent), Host(context.Tangent(0))), context.InputCotangent(0, out bool accumulate),
                accumulate);
        }
    }

    public void Tangent(in TangentContext<T> context) =>
        HostArrays.Write(holder.Last!.Forward(Host(context.Tangent(0)), context.Selections), context.OutputTangent);

    public NDArray<T> Kinks(in KinkContext<T> context) => Obstacles(context);

    public NDArray<T> Obstacles(in KinkContext<T> context) =>
        context.MarkWhole(holder.Last!.Certificate().Claim != ImplicitClaim.Derivative, ObstacleKind.SolutionNotCertified);

    private static double[] Host(in NDArray<T> array)
    {
        double[] numbers = new double[array.Count];
        HostArrays.Read(array, numbers);
        return numbers;
    }
}
