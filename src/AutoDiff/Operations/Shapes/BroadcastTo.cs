using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD;

/// <summary>An array repeated along new axes and axes of extent 1: a view.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="shape">The new shape.</param>
[SuppressMessage("Performance", "CA1815", Justification = "A rule is not compared.")]
public readonly struct BroadcastTo<T>(Shape shape) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Shape shape = shape;

    /// <inheritdoc/>
    public static OperationFacts Facts { get; } = new("broadcast", TameClass.Polynomial) { Curvature = Curvature.Affine, Monotonicity = Monotonicity.Increasing };

    /// <inheritdoc/>
    public NDArray<T> Value(in Recording<T> recording) => recording.Input(0).BroadcastTo(shape);

    /// <inheritdoc/>
    public void Pullback(in PullbackContext<T> context)
    {
        if (context.Needs(0))
            context.AddSummed(0, context.Cotangent);
    }

    /// <inheritdoc/>
    public void PullbackTangent(in SecondOrderContext<T> context)
    {
        // Linear.
    }

    /// <inheritdoc/>
    public void Tangent(in TangentContext<T> context) => context.Device.Copy(context.Tangent(0), context.OutputTangent);

    /// <inheritdoc/>
    public NDArray<T> Kinks(in KinkContext<T> context) => default;
}

/// <content>Broadcasting.</content>
public static partial class Operations
{
    /// <summary>The array repeated along new axes and axes of extent 1.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="x">The argument.</param>
    /// <param name="shape">The new shape; aligned at the last axis, each extent equal or the argument's 1.</param>
    /// <exception cref="ArgumentException">The argument does not broadcast to it.</exception>
    public static Var<T> BroadcastTo<T>(this Var<T> x, params ReadOnlySpan<int> shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new BroadcastTo<T>(new Shape(shape)));
}
