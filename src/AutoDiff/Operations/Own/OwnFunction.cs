using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>An elementwise function that a program gives by two functions on numbers. It is computed on the host, in double.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="value">The value at x.</param>
    /// <param name="slope">The slope at x, given the value there too.</param>
    /// <param name="facts">What the program states of the function.</param>
    internal readonly struct OwnFunction<T>(Func<double, double> value, Func<double, double, double> slope, OperationFacts facts)
        : IRule<T>, IHasFacts, IMarksObstacles<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A central difference at the best step has about this relative error.
        private const double DifferenceTolerance = 1e-4;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = OwnFunctions.Undeclared;

        /// <inheritdoc/>
        public OperationFacts FactsHere => facts;

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            NDArray<T> y = recording.Rent(recording.Input(0).Shape);
            using HostMemory memory = new(recording.Input(0).Count);
            Span<double> x = memory.Take(recording.Input(0));
            for (int i = 0; i < x.Length; i++)
                x[i] = value(x[i]);
            HostArrays.Write(x, y);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            using HostMemory memory = new(3L * context.Output.Count);
            Span<double> x = memory.Take(context.Input(0)), y = memory.Take(context.Output), carried = memory.Take(context.Cotangent);
            Carry(x, y, carried);
            HostArrays.Write(carried, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            using HostMemory memory = new(3L * context.Output.Count);
            Span<double> x = memory.Take(context.Input(0)), y = memory.Take(context.Output), carried = memory.Take(context.Tangent(0));
            Carry(x, y, carried);
            HostArrays.Write(carried, context.OutputTangent);
        }

        /// <inheritdoc/>
        public NDArray<T> Kinks(in KinkContext<T> context) => Obstacles(context);

        /// <inheritdoc/>
        public NDArray<T> Obstacles(in KinkContext<T> context)
        {
            T undeclared = T.CreateTruncating((int)ObstacleKind.Undeclared);
            NDArray<T> marks = context.Rent(OwnFunctions.IsDeclaredSmooth(facts) ? context.Output.Shape : Shape.Scalar);
            if (!OwnFunctions.IsDeclaredSmooth(facts))
            {
                context.Device.Fill(marks, undeclared);
                return marks;
            }

            using HostMemory memory = new(context.Output.Count);
            Span<double> x = memory.Take(context.Input(0));
            for (int i = 0; i < x.Length; i++)
                x[i] = OwnFunctions.Agrees(value, x[i], slope(x[i], value(x[i])), DifferenceTolerance) ? 0 : (int)ObstacleKind.Undeclared;
            HostArrays.Write(x, marks);
            return marks;
        }

        // A zero that is carried stays 0, whatever the slope.
        private void Carry(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> carried)
        {
            for (int i = 0; i < x.Length; i++)
                carried[i] = carried[i] == 0 ? 0 : carried[i] * slope(x[i], y[i]);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Functions of the program's own.</content>
    public static partial class Operations
    {
        /// <summary>
        /// Applies an elementwise function that is given by its value and its slope, such as one that is computed by iteration. It runs on the host, in double;
        /// a rule of your own (<see cref="Rules.IUnaryRule{TSelf}"/>) runs on vectors and GPUs, and has kinks and second derivatives.
        /// </summary>
        /// <remarks>
        /// Without facts nothing is certified of a gradient through it. With facts that state it smooth, certificates compare the slope at every element with
        /// differences on both sides, and refuse where they disagree.
        /// </remarks>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="x">The argument.</param>
        /// <param name="value">The value at a number.</param>
        /// <param name="slope">The slope at a number, given the value there as its second argument.</param>
        /// <param name="facts">What is known of the function; null if nothing is.</param>
        /// <exception cref="ArgumentNullException">A function is missing.</exception>
        public static Var<T> Apply<T>(this Var<T> x, Func<double, double> value, Func<double, double, double> slope, OperationFacts? facts = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(value);
            ArgumentNullException.ThrowIfNull(slope);
            return x.Apply(new OwnFunction<T>(value, slope, OwnFunctions.Known(facts)));
        }
    }
}
