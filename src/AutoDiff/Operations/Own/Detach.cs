using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>The value without its derivative. It is not conservative: a certificate refuses every gradient that depends on it.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    internal readonly struct Detach<T> : ILinearRule<T>, IMarksObstacles<T>, IVectorises<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("detach", TameClass.Polynomial)
        {
            HasFiniteSlopes = true,
            PassesOnNonFinite = true,
            KeepsFinite = true,
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording) => recording.Input(0);

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
        }

        Var<T> IVectorises<T>.Vectorise(in Examples<T> of) => of[0].Apply(this);

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context) => context.Device.Fill(context.OutputTangent, T.Zero);

        /// <inheritdoc/>
        public NDArray<T> Obstacles(in KinkContext<T> context)
        {
            NDArray<T> marks = context.Rent(Shape.Scalar);
            context.Device.Fill(marks, T.CreateTruncating((int)ObstacleKind.Detached));
            return marks;
        }
    }
}

namespace ConservativeAD
{
    /// <content>Values without derivatives.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The value without its derivative: in gradients and tangents it counts as a constant, and replays follow the value. The gradient of a program with it
        /// is not that of the program's function, so no certificate is given.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        public static Var<T> Detach<T>(this Var<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(default(Detach<T>));
    }
}
