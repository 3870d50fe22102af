using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// A layer of gated recurrent units (GRU) over all time steps. Inputs: the inputs' contribution a to the gates' arguments, of shape [steps, batch,
    /// 3·width]; W, of shape [3·width, width]; b, of shape [3·width]; and, optionally, the initial h, of shape [batch, width]. In each step s = h·Wᵀ + b; a and
    /// s are cut into three parts for r, z and n, in this order; r and z are the sigmoids of a + s, n = tanh(a + r·s), and h ← (1 − z)·n + z·h. Without an
    /// initial state, the first step has no term h·Wᵀ.
    /// </summary>
    /// <remarks>
    /// Cho et al., EMNLP 2014, with the reset gate behind the product, as in cuDNN and PyTorch. Half is computed in float from the first step to the last.
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    public struct Gru<T> : ISmoothRule<T>, IMarksObstacles<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int FirstHidden = 3;

        private GruCourse<T> course;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("gru", TameClass.LogExp) { HasFiniteSlopes = true, OnBoundedSets = TameClass.GloballySubanalytic };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape projected = recording.Input(0).Shape, weights = recording.Input(1).Shape;
            if (projected.Rank != 3 || weights.Rank != 2 || weights[0] != 3L * weights[1] || projected[2] != weights[0])
                throw new ArgumentException(
                    $"gru: arguments of shape {projected} do not fit weights of shape {weights}; they must be [steps, batch, 3·width] and [3·width, width].");
            if (recording.Input(2).Shape != Shape.Of(weights[0]))
                throw new ArgumentException(
                    $"gru: a bias of shape {recording.Input(2).Shape} does not fit weights of shape {weights}; it must be [{weights[0]}].");
            Shape state = Shape.Of(projected[1], weights[1]);
            if (recording.InputCount > FirstHidden && recording.Input(FirstHidden).Shape != state)
                throw new ArgumentException(
                    $"gru: a first hidden state of shape {recording.Input(FirstHidden).Shape} does not fit arguments of shape {projected} and weights of "
                        + $"shape {weights}; it must be {state}.");
            Device device = recording.Device;
            NDArray<T> hidden = recording.Rent(Shape.Of(projected[0] + 1, state[0], state[1]));
            bool startsAtZero = recording.InputCount <= FirstHidden;
            if (InFloat.Asks<T>())
            {
                GruCourse<float> wide = Widened(device, recording.Input(0), recording.Input(1), recording.Input(2),
                    startsAtZero ? default : recording.Input(FirstHidden));
                device.Convert(wide.Hidden, hidden);
                wide.Return();
                return hidden.Slice(0, 1, projected[0]);
            }

            NDArray<T> weight = recording.ContiguousInput(1);
            course = GruCourse<T>.Run(device, recording.ContiguousInput(0), weight, recording.Input(2),
                startsAtZero ? default : recording.Input(FirstHidden), hidden, recording.Rent(projected), recording.Rent(projected.With(2, weights[1])));

            // The output is a view of memory that the pullback reads.
            course = course.Pinned();
            return hidden.Slice(0, 1, projected[0]);
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            GruNeeds needs = NeedsOf(context);
            if (!InFloat.Asks<T>())
            {
                GruParts<T> parts = course.Pull(context.Cotangent, needs);
                Add(context, 0, parts.Projected);
                Add(context, 1, parts.Weight);
                Add(context, 2, parts.Bias);
                Add(context, FirstHidden, parts.FirstHidden);
                return;
            }

            Device device = context.Device;
            GruCourse<float> wide = Widened(device, context.Input(0), context.Input(1), context.Input(2),
                context.InputCount > FirstHidden ? context.Input(FirstHidden) : default);
            NDArray<float> cotangent = InFloat.Widened(device, context.Cotangent);
            AddRounded(context, wide.Pull(cotangent, needs));
            device.Return(cotangent);
            wide.Return();
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Device device = context.Device;
            NDArray<T> first = context.Moves(0) ? context.Tangent(0) : default, weight = context.Moves(1) ? context.Tangent(1) : default,
                bias = context.Moves(2) ? context.Tangent(2) : default,
                hidden = context.InputCount > FirstHidden && context.Moves(FirstHidden) ? context.Tangent(FirstHidden) : default;
            if (!InFloat.Asks<T>())
            {
                GruMoved<T> moved = course.Move(first, weight, bias, hidden);
                device.Copy(moved.Hidden.Slice(0, 1, context.OutputTangent.Shape[0]), context.OutputTangent);
                moved.Return(device);
                return;
            }

            GruCourse<float> wide = Widened(device, context.Input(0), context.Input(1), context.Input(2),
                context.InputCount > FirstHidden ? context.Input(FirstHidden) : default);
            GruTangents<float> tangents = WidenedTangents(device, first, weight, bias, hidden);
            GruMoved<float> wideMoved = wide.Move(tangents.Projected, tangents.Weight, tangents.Bias, tangents.FirstHidden);
            device.Convert(wideMoved.Hidden.Slice(0, 1, context.OutputTangent.Shape[0]), context.OutputTangent);
            wideMoved.Return(device);
            tangents.Return(device);
            wide.Return();
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context)
        {
            // Saturated gates hide values that are not finite.
            long lost = 0;
            for (int input = 0; input < context.InputCount; input++)
                lost += context.Device.Count(default(IsNotFinite), context.Input(input));
            return context.MarkWhole(lost > 0, ObstacleKind.InfiniteValue);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            Device device = context.Device;
            GruNeeds needs = NeedsOf(context.Pullback);
            NDArray<T> first = context.Moves(0) ? context.Tangent(0) : default, weight = context.Moves(1) ? context.Tangent(1) : default,
                bias = context.Moves(2) ? context.Tangent(2) : default,
                hidden = context.InputCount > FirstHidden && context.Moves(FirstHidden) ? context.Tangent(FirstHidden) : default;
            if (!InFloat.Asks<T>())
            {
                GruMoved<T> moved = course.Move(first, weight, bias, hidden);
                GruParts<T> parts = course.PullMoved(context.Cotangent, moved, weight, needs);
                Add(context.Pullback, 0, parts.Projected);
                Add(context.Pullback, 1, parts.Weight);
                Add(context.Pullback, 2, parts.Bias);
                Add(context.Pullback, FirstHidden, parts.FirstHidden);
                moved.Return(device);
                return;
            }

            GruCourse<float> wide = Widened(device, context.Input(0), context.Input(1), context.Input(2),
                context.InputCount > FirstHidden ? context.Input(FirstHidden) : default);
            GruTangents<float> tangents = WidenedTangents(device, first, weight, bias, hidden);
            GruMoved<float> wideMoved = wide.Move(tangents.Projected, tangents.Weight, tangents.Bias, tangents.FirstHidden);
            NDArray<float> cotangent = InFloat.Widened(device, context.Cotangent);
            AddRounded(context.Pullback, wide.PullMoved(cotangent, wideMoved, tangents.Weight, needs));
            device.Return(cotangent);
            wideMoved.Return(device);
            tangents.Return(device);
            wide.Return();
        }

        private static GruNeeds NeedsOf(in PullbackContext<T> context) => new(context.Needs(0), context.Needs(1), context.Needs(2),
            context.InputCount > FirstHidden && context.Needs(FirstHidden));

        private static void Add(in PullbackContext<T> context, int input, in NDArray<T> part)
        {
            if (part.IsNone)
                return;
            NDArray<T> target = context.InputCotangent(input, out bool accumulate);
            context.Device.Copy(part, target, accumulate);
            context.Return(part);
        }

        private static void AddRounded(in PullbackContext<T> context, in GruParts<float> parts)
        {
            AddRounded(context, 0, parts.Projected);
            AddRounded(context, 1, parts.Weight);
            AddRounded(context, 2, parts.Bias);
            AddRounded(context, FirstHidden, parts.FirstHidden);
        }

        private static void AddRounded(in PullbackContext<T> context, int input, in NDArray<float> part)
        {
            if (part.IsNone)
                return;
            NDArray<T> target = context.InputCotangent(input, out bool accumulate);
            InFloat.Round(context.Device, part, target, accumulate);
        }

        private static GruTangents<float> WidenedTangents(Device device, in NDArray<T> first, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> hidden) =>
            new(InFloat.Widened(device, first), InFloat.Widened(device, weight), InFloat.Widened(device, bias), InFloat.Widened(device, hidden));

        // Runs the layer once more in float, because the tape keeps only rounded values.
        private static GruCourse<float> Widened(Device device, in NDArray<T> projected, in NDArray<T> weight, in NDArray<T> bias, in NDArray<T> first)
        {
            NDArray<float> a = InFloat.Widened(device, projected), b = InFloat.Widened(device, bias), h = InFloat.Widened(device, first);
            Shape shape = a.Shape, candidates = shape.With(2, weight.Shape[1]);
            GruCourse<float> course = GruCourse<float>.Run(device, a, InFloat.Widened(device, weight), b, h,
                device.Allocate<float>(candidates.With(0, shape[0] + 1)), device.Allocate<float>(shape), device.Allocate<float>(candidates));
            device.Return(a);
            device.Return(b);
            if (!h.IsNone)
                device.Return(h);
            return course;
        }
    }
}

namespace ConservativeAD
{
    /// <content>Gated recurrent units.</content>
    public static partial class Operations
    {
        /// <summary>A layer of gated recurrent units that starts with h = 0. Returns h after each step.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="projected">The inputs' contribution to the gates' arguments, in the order r, z, n: [steps, batch, 3·width].</param>
        /// <param name="weight">The weight that multiplies h: [3·width, width].</param>
        /// <param name="bias">The bias added to this product: [3·width]. The part for n is inside the reset gate's product.</param>
        /// <returns>[steps, batch, width].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        public static Var<T> Gru<T>(this Var<T> projected, Var<T> weight, Var<T> bias)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => projected.Tape.Record(default(Gru<T>), projected, weight, bias);

        /// <summary>A layer of gated recurrent units that starts from a given h. Returns h after each step.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="projected">The inputs' contribution to the gates' arguments, in the order r, z, n: [steps, batch, 3·width].</param>
        /// <param name="weight">The weight that multiplies h: [3·width, width].</param>
        /// <param name="bias">The bias added to this product: [3·width]. The part for n is inside the reset gate's product.</param>
        /// <param name="hidden">The initial h: [batch, width].</param>
        /// <returns>[steps, batch, width].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        public static Var<T> Gru<T>(this Var<T> projected, Var<T> weight, Var<T> bias, Var<T> hidden)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => projected.Tape.Record(default(Gru<T>), [projected, weight, bias, hidden]);
    }
}
