using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// A layer of long short-term memory (LSTM) over all time steps. Inputs: the inputs' contribution to the gates' arguments, of shape [steps, batch,
    /// 4·width]; W, of shape [4·width, width]; b, of shape [4·width]; and, optionally, the initial h and c, of shape [batch, width]. In each step a = argument
    /// + h·Wᵀ + b is split into four parts for i, f, g, o, in this order; i, f and o are their sigmoids and g is a tanh. Then c ← f·c + i·g and h ← o·tanh c.
    /// Without an initial state, the first step has no term h·Wᵀ.
    /// </summary>
    /// <remarks>
    /// Hochreiter and Schmidhuber, Neural Computation 1997, with the forget gate of Gers, Schmidhuber and Cummins 2000. Threads divide the batch, not the
    /// steps.
    /// </remarks>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="withLastCell">Whether the output contains the last c after the h of all steps.</param>
    public struct Lstm<T>(bool withLastCell) : ISmoothRule<T>, IMarksObstacles<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int FirstHidden = 3;
        private const int FirstCell = 4;

        private bool startsAtZero;
        private NDArray<T> weight;
        private NDArray<T> hidden;
        private NDArray<T> cells;
        private NDArray<T> gates;

        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("lstm", TameClass.LogExp) { HasFiniteSlopes = true, OnBoundedSets = TameClass.GloballySubanalytic };

        private readonly int Steps => gates.Shape[0];

        private readonly int Batch => gates.Shape[1];

        private readonly int Width => weight.Shape[1];

        private readonly Shape State => Shape.Of(Batch, Width);

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape projected = recording.Input(0).Shape, weights = recording.Input(1).Shape;
            if (projected.Rank != 3 || weights.Rank != 2 || weights[0] != 4L * weights[1] || projected[2] != weights[0])
                throw new ArgumentException(
                    $"lstm: arguments of shape {projected} do not fit weights of shape {weights}; they must be [steps, batch, 4·width] and [4·width, width].");
            if (recording.Input(2).Shape != Shape.Of(weights[0]))
                throw new ArgumentException(
                    $"lstm: a bias of shape {recording.Input(2).Shape} does not fit weights of shape {weights}; it must be [{weights[0]}].");
            weight = recording.ContiguousInput(1);
            gates = recording.Rent(projected);
            for (int state = FirstHidden; state < recording.InputCount; state++)
            {
                if (recording.Input(state).Shape != State)
                    throw new ArgumentException(
                        $"lstm: a first {(state == FirstHidden ? "hidden state" : "cell")} of shape {recording.Input(state).Shape} does not fit arguments "
                            + $"of shape {projected} and weights of shape {weights}; it must be {State}.");
            }

            Device device = recording.Device;
            NDArray<T> states = recording.Rent(Shape.Of(Steps + 2, Batch, Width));
            hidden = states.Slice(0, 0, Steps + 1);
            cells = recording.Rent(Shape.Of(Steps + 1, Batch, Width));
            startsAtZero = recording.InputCount <= FirstHidden;
            Begin(device, startsAtZero ? default : recording.Input(FirstHidden), hidden);
            Begin(device, startsAtZero ? default : recording.Input(FirstCell), cells);
            device.Lstm(recording.ContiguousInput(0), weight, recording.ContiguousInput(2), hidden, cells, startsAtZero, gates);
            if (withLastCell)
                device.Copy(At(cells, Steps), At(states, Steps + 1));

            // The output is a view of memory that the pullback reads.
            hidden = hidden.Pinned();
            return states.Slice(0, 1, withLastCell ? Steps + 1 : Steps);
        }

        /// <inheritdoc/>
        public readonly void Pullback(in PullbackContext<T> context)
        {
            Device device = context.Device;
            bool accumulate = true;
            NDArray<T> dh = context.Rent(State), dc = context.Rent(State), target = context.Needs(0) ? context.InputCotangent(0, out accumulate) : default;
            NDArray<T> da = accumulate ? context.Rent(gates.Shape) : target;
            BeginCell(device, context.Cotangent, dc);
            device.LstmPullback(weight, cells, gates, context.Cotangent.Slice(0, 0, Steps), da, dh, !startsAtZero && context.Needs(FirstHidden), dc);
            if (accumulate && !target.IsNone)
                device.Copy(da, target, true);
            if (context.Needs(1))
            {
                NDArray<T> dw = context.InputCotangent(1, out bool add);
                int first = startsAtZero && Steps > 0 ? 1 : 0;
                device.CarriedProduct(Rows(da.Slice(0, first, Steps - first))
                    .Transpose(0, 1), Rows(hidden.Slice(0, first, Steps - first)), dw, CarriedOperand.First, add);
            }

            if (context.Needs(2))
            {
                NDArray<T> db = context.InputCotangent(2, out bool add);
                device.Reduce(default(Kernels.Reductions.Sum), Rows(da), db, add);
            }

            Add(context, FirstHidden, dh);
            Add(context, FirstCell, dc);
            context.Return(dc);
            context.Return(dh);
            if (accumulate)
                context.Return(da);
        }

        /// <inheritdoc/>
        public readonly void Tangent(in TangentContext<T> context)
        {
            Moved moved = Move(
                context.Device,
                context.Moves(0) ? context.Tangent(0) : default,
                context.Moves(1) ? context.Tangent(1) : default,
                context.Moves(2) ? context.Tangent(2) : default,
                !startsAtZero && context.Moves(FirstHidden) ? context.Tangent(FirstHidden) : default,
                !startsAtZero && context.Moves(FirstCell) ? context.Tangent(FirstCell) : default);
            context.Device.Copy(moved.Hidden.Slice(0, 1, Steps), context.OutputTangent.Slice(0, 0, Steps));
            if (withLastCell)
                context.Device.Copy(At(moved.Cells, Steps), At(context.OutputTangent, Steps));
            moved.Return();
        }

        /// <inheritdoc/>
        public readonly NDArray<T> Obstacles(in KinkContext<T> context)
        {
            // Saturated gates and an initial state of 0 hide values that are not finite.
            long lost = 0;
            for (int input = 0; input < context.InputCount; input++)
                lost += context.Device.Count(default(IsNotFinite), context.Input(input));
            return context.MarkWhole(lost > 0, ObstacleKind.InfiniteValue);
        }

        /// <inheritdoc/>
        public readonly void PullbackTangent(in SecondOrderContext<T> context)
        {
            Device device = context.Device;
            Moved moved = Move(
                device,
                context.Moves(0) ? context.Tangent(0) : default,
                context.Moves(1) ? context.Tangent(1) : default,
                context.Moves(2) ? context.Tangent(2) : default,
                !startsAtZero && context.Moves(FirstHidden) ? context.Tangent(FirstHidden) : default,
                !startsAtZero && context.Moves(FirstCell) ? context.Tangent(FirstCell) : default);
            NDArray<T> weightTangent = context.Moves(1) ? context.Tangent(1) : default;
            NDArray<T> da = context.Rent(gates.Shape), movedDa = context.Rent(gates.Shape);
            NDArray<T> dh = context.Rent(State), movedDh = context.Rent(State), dc = context.Rent(State), movedDc = context.Rent(State);
            PullTwice(device, context.Cotangent, moved, weightTangent, da, movedDa, dh, movedDh, dc, movedDc);
            PullbackContext<T> pullback = context.Pullback;
            Add(pullback, 0, movedDa);
            if (context.Needs(1))
            {
                NDArray<T> target = context.InputCotangent(1, out bool accumulate);
                device.CarriedProduct(Rows(movedDa).Transpose(0, 1), Rows(Before(hidden)), target, CarriedOperand.First, accumulate);
                device.CarriedProduct(Rows(da).Transpose(0, 1), Rows(Before(moved.Hidden)), target, CarriedOperand.Both, true);
            }

            if (context.Needs(2))
            {
                NDArray<T> target = context.InputCotangent(2, out bool accumulate);
                device.Reduce(default(Kernels.Reductions.Sum), Rows(movedDa), target, accumulate);
            }

            Add(pullback, FirstHidden, movedDh);
            Add(pullback, FirstCell, movedDc);
            context.Return(movedDc);
            context.Return(dc);
            context.Return(movedDh);
            context.Return(dh);
            context.Return(movedDa);
            context.Return(da);
            moved.Return();
        }

        private static void Begin(Device device, in NDArray<T> first, in NDArray<T> states)
        {
            if (first.IsNone)
                device.Fill(At(states, 0), T.Zero);
            else
                device.Copy(first, At(states, 0));
        }

        private static void Add(in PullbackContext<T> context, int input, in NDArray<T> part)
        {
            if (input >= context.InputCount || !context.Needs(input))
                return;
            NDArray<T> target = context.InputCotangent(input, out bool accumulate);
            context.Device.Copy(part, target, accumulate);
        }

        private static NDArray<T> At(in NDArray<T> sequence, int step) => sequence.Slice(0, step, 1).Reshape(sequence.Shape.Without(0));

        private static NDArray<T> Gate(in NDArray<T> gates, int gate) => gates.Slice(-1, gate * (gates.Shape[-1] / 4), gates.Shape[-1] / 4);

        private static NDArray<T> Rows(in NDArray<T> sequence) => sequence.Reshape(Shape.Of(sequence.Shape[0] * sequence.Shape[1], sequence.Shape[2]));

        private readonly NDArray<T> Before(in NDArray<T> states) => states.Slice(0, 0, Steps);

        private readonly void BeginCell(Device device, in NDArray<T> cotangent, in NDArray<T> dc)
        {
            if (withLastCell)
                device.Copy(At(cotangent, Steps), dc);
            else
                device.Fill(dc, T.Zero);
        }

        // The tangents of gates, h and c; the default value for an input without a tangent.
        private readonly Moved Move(Device device, in NDArray<T> projected, in NDArray<T> weightTangent, in NDArray<T> bias, in NDArray<T> firstHidden,
            in NDArray<T> firstCell)
        {
            Moved moved = new(device, device.Allocate<T>(gates.Shape), device.Allocate<T>(hidden.Shape), device.Allocate<T>(cells.Shape));
            if (projected.IsNone)
                device.Fill(moved.Gates, T.Zero);
            else
                device.Copy(projected, moved.Gates);
            if (!weightTangent.IsNone)
                device.CarriedProduct(Rows(Before(hidden)), weightTangent.Transpose(0, 1), Rows(moved.Gates), CarriedOperand.Second, true);
            if (!bias.IsNone)
                device.Copy(bias, moved.Gates, true);
            Begin(device, firstHidden, moved.Hidden);
            Begin(device, firstCell, moved.Cells);
            for (int step = 0; step < Steps; step++)
            {
                NDArray<T> y = At(gates, step), dy = At(moved.Gates, step), cell = At(moved.Cells, step + 1);
                device.CarriedProduct(At(moved.Hidden, step), weight.Transpose(0, 1), dy, CarriedOperand.First, true);
                for (int gate = 0; gate < 4; gate++)
                {
                    if (gate == 2)
                        device.Map2(default(TanhSlope), Gate(y, gate), Gate(dy, gate), Gate(dy, gate));
                    else
                        device.Map2(default(SigmoidSlope), Gate(y, gate), Gate(dy, gate), Gate(dy, gate));
                }

                device.Map4(default(OuterCarried), Gate(dy, 1), At(cells, step), Gate(y, 1), At(moved.Cells, step), cell);
                device.Map4(default(OuterCarried), Gate(dy, 0), Gate(y, 2), Gate(y, 0), Gate(dy, 2), cell, true);
                device.Map4(default(HiddenTangent), Gate(y, 3), Gate(dy, 3), At(cells, step + 1), cell, At(moved.Hidden, step + 1));
            }

            return moved;
        }

        // The pullback and its derivative along the tangents with the output's cotangent fixed; the papers mark the derivative with a dot, the code with
        // "moved".
        private readonly void PullTwice(Device device, in NDArray<T> cotangent, in Moved moved, in NDArray<T> weightTangent, in NDArray<T> da,
            in NDArray<T> movedDa, in NDArray<T> dh, in NDArray<T> movedDh, in NDArray<T> dc, in NDArray<T> movedDc)
        {
            NDArray<T> wanted = device.Allocate<T>(State), tanh = device.Allocate<T>(State), movedTanh = device.Allocate<T>(State),
                slope = device.Allocate<T>(State), movedSlope = device.Allocate<T>(State);
            NDArray<T> inner = device.Allocate<T>(gates.Shape.Without(0)), movedInner = device.Allocate<T>(gates.Shape.Without(0));
            device.Fill(dh, T.Zero);
            device.Fill(movedDh, T.Zero);
            device.Fill(movedDc, T.Zero);
            BeginCell(device, cotangent, dc);
            for (int step = Steps - 1; step >= 0; step--)
            {
                NDArray<T> y = At(gates, step), dy = At(moved.Gates, step), before = At(cells, step), movedBefore = At(moved.Cells, step);
                device.Map2(default(Sum), At(cotangent, step), dh, wanted);
                device.Map(default(Tanh), At(cells, step + 1), tanh);
                device.Map2(default(TanhSlope), tanh, At(moved.Cells, step + 1), movedTanh);

                // h = o·tanh c depends on c with slope o·(1 − tanh² c).
                device.Map2(default(CellSlope), Gate(y, 3), tanh, slope);
                device.Map4(default(CellSlopeTangent), Gate(y, 3), Gate(dy, 3), tanh, movedTanh, movedSlope);
                device.Map4(default(AllButSecondCarried), movedDh, slope, wanted, movedSlope, movedDc, true);
                device.Map2(default(Arithmetic.CarriedProduct), wanted, slope, dc, true);

                // The cotangents of the gates.
                device.Map2(default(Arithmetic.CarriedProduct), dc, Gate(y, 2), Gate(inner, 0));
                device.Map2(default(Arithmetic.CarriedProduct), dc, before, Gate(inner, 1));
                device.Map2(default(Arithmetic.CarriedProduct), dc, Gate(y, 0), Gate(inner, 2));
                device.Map2(default(Arithmetic.CarriedProduct), wanted, tanh, Gate(inner, 3));
                device.Map4(default(AllButSecondCarried), movedDc, Gate(y, 2), dc, Gate(dy, 2), Gate(movedInner, 0));
                device.Map4(default(AllButSecondCarried), movedDc, before, dc, movedBefore, Gate(movedInner, 1));
                device.Map4(default(AllButSecondCarried), movedDc, Gate(y, 0), dc, Gate(dy, 0), Gate(movedInner, 2));
                device.Map4(default(AllButSecondCarried), movedDh, tanh, wanted, movedTanh, Gate(movedInner, 3));

                // The cotangents of the gates' arguments.
                for (int gate = 0; gate < 4; gate++)
                {
                    NDArray<T> value = Gate(y, gate), target = Gate(At(da, step), gate), movedTarget = Gate(At(movedDa, step), gate);
                    if (gate == 2)
                    {
                        device.Map2(default(TanhSlope), value, Gate(inner, gate), target);
                        device.Map4(default(TanhSlopeTangent), value, Gate(dy, gate), Gate(inner, gate), Gate(movedInner, gate), movedTarget);
                    }
                    else
                    {
                        device.Map2(default(SigmoidSlope), value, Gate(inner, gate), target);
                        device.Map4(default(SigmoidSlopeTangent), value, Gate(dy, gate), Gate(inner, gate), Gate(movedInner, gate), movedTarget);
                    }
                }

                device.Map4(default(AllButSecondCarried), movedDc, Gate(y, 1), dc, Gate(dy, 1), movedDc);
                device.Map2(default(Arithmetic.CarriedProduct), dc, Gate(y, 1), dc);
                device.CarriedProduct(At(da, step), weight, dh, CarriedOperand.First);
                device.CarriedProduct(At(movedDa, step), weight, movedDh, CarriedOperand.First);
                if (!weightTangent.IsNone)
                    device.CarriedProduct(At(da, step), weightTangent, movedDh, CarriedOperand.Both, true);
            }

            device.Return(movedInner);
            device.Return(inner);
            device.Return(movedSlope);
            device.Return(slope);
            device.Return(movedTanh);
            device.Return(tanh);
            device.Return(wanted);
        }

        private readonly struct Moved(Device device, NDArray<T> gates, NDArray<T> hidden, NDArray<T> cells)
        {
            public NDArray<T> Gates { get; } = gates;

            public NDArray<T> Hidden { get; } = hidden;

            public NDArray<T> Cells { get; } = cells;

            public void Return()
            {
                device.Return(Cells);
                device.Return(Hidden);
                device.Return(Gates);
            }
        }

        internal readonly struct Sum : IBinaryMap
        {
            public L Invoke<L>(L x, L y)
                where L : struct, ILane<L> => x + y;
        }

        // A sum of products whose first and last factors are cotangents or tangents.
        internal readonly struct OuterCarried : IQuaternaryMap
        {
            public L Invoke<L>(L x, L y, L z, L w)
                where L : struct, ILane<L> => L.Absorb(x, x * y) + L.Absorb(w, z * w);
        }

        internal readonly struct AllButSecondCarried : IQuaternaryMap
        {
            public L Invoke<L>(L x, L y, L z, L w)
                where L : struct, ILane<L> => L.Absorb(x, x * y) + L.Absorb(z, L.Absorb(w, z * w));
        }

        internal readonly struct Tanh : IUnaryMap
        {
            public L Invoke<L>(L x)
                where L : struct, ILane<L> => L.Tanh(x);
        }

        // y is the value of the function.
        internal readonly struct SigmoidSlope : IBinaryMap
        {
            public L Invoke<L>(L y, L v)
                where L : struct, ILane<L> => L.Absorb(v, y * (L.Constant(1) - y) * v);
        }

        internal readonly struct TanhSlope : IBinaryMap
        {
            public L Invoke<L>(L y, L v)
                where L : struct, ILane<L> => L.Absorb(v, (L.Constant(1) - (y * y)) * v);
        }

        internal readonly struct SigmoidSlopeTangent : IQuaternaryMap
        {
            public L Invoke<L>(L y, L movedY, L v, L movedV)
                where L : struct, ILane<L> =>
                    L.Absorb(movedV, y * (L.Constant(1) - y) * movedV) + L.Absorb(v, L.Absorb(movedY, (L.Constant(1) - y - y) * movedY * v));
        }

        internal readonly struct TanhSlopeTangent : IQuaternaryMap
        {
            public L Invoke<L>(L y, L movedY, L v, L movedV)
                where L : struct, ILane<L> =>
                    L.Absorb(movedV, (L.Constant(1) - (y * y)) * movedV) - L.Absorb(v, L.Absorb(movedY, L.Constant(2) * y * movedY * v));
        }

        internal readonly struct CellSlope : IBinaryMap
        {
            public L Invoke<L>(L o, L tanh)
                where L : struct, ILane<L> => o * (L.Constant(1) - (tanh * tanh));
        }

        internal readonly struct CellSlopeTangent : IQuaternaryMap
        {
            public L Invoke<L>(L o, L movedO, L tanh, L movedTanh)
                where L : struct, ILane<L> =>
                    L.Absorb(movedO, movedO * (L.Constant(1) - (tanh * tanh))) - L.Absorb(movedTanh, L.Constant(2) * o * tanh * movedTanh);
        }

        internal readonly struct HiddenTangent : IQuaternaryMap
        {
            public L Invoke<L>(L o, L movedO, L cell, L movedCell)
                where L : struct, ILane<L>
            {
                L tanh = L.Tanh(cell);
                return L.Absorb(movedO, movedO * tanh) + L.Absorb(movedCell, o * (L.Constant(1) - (tanh * tanh)) * movedCell);
            }
        }
    }
}

namespace ConservativeAD
{
    /// <content>Recurrent layers.</content>
    public static partial class Operations
    {
        /// <summary>An LSTM layer that starts with h = c = 0. Returns h after each step.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="projected">The inputs' contribution to the gates' arguments, in the order i, f, g, o: [steps, batch, 4·width].</param>
        /// <param name="weight">The weight that multiplies h: [4·width, width].</param>
        /// <param name="bias">The bias added at every step: [4·width].</param>
        /// <returns>[steps, batch, width].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        public static Var<T> Lstm<T>(this Var<T> projected, Var<T> weight, Var<T> bias)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => projected.Tape.Record(new Lstm<T>(false), projected, weight, bias);

        /// <summary>An LSTM layer that starts from given h and c. Returns h after each step, followed by c after the last step.</summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="projected">The inputs' contribution to the gates' arguments, in the order i, f, g, o: [steps, batch, 4·width].</param>
        /// <param name="weight">The weight that multiplies h: [4·width, width].</param>
        /// <param name="bias">The bias added at every step: [4·width].</param>
        /// <param name="hidden">The initial h: [batch, width].</param>
        /// <param name="cell">The initial c: [batch, width].</param>
        /// <returns>[steps + 1, batch, width].</returns>
        /// <exception cref="ArgumentException">The shapes do not fit.</exception>
        public static Var<T> Lstm<T>(this Var<T> projected, Var<T> weight, Var<T> bias, Var<T> hidden, Var<T> cell)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => projected.Tape.Record(new Lstm<T>(true), [projected, weight, bias, hidden, cell]);
    }
}
