using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon): the momentum of a matrix, orthogonalised by five steps of a Newton–Schulz iteration.
/// Parameters are matrices; use another optimiser for the others.
/// </summary>
/// <remarks>
/// b ← μb + (1 − μ)g, u = (1 − μ)g + μb with Nesterov's look-ahead, otherwise u = b; X = u/(‖u‖ + 10⁻⁷), then five times X ← aX + (bA + cA²)X with A = XXᵀ and
/// (a, b, c) = (3.4445, −4.7750, 2.0315), which moves all singular values near 1; θ ← (1 − αλ)θ − α√max(1, rows/columns) · X. The author's step size is 0.02.
/// Clipping acts on the gradient before it enters the momentum.
/// </remarks>
/// <typeparam name="T">The element type; float or double.</typeparam>
public sealed class Muon<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double NormOffset = 1e-7;

    // The quintic with the steepest slope at 0 whose iteration stays within about [0.7, 1.2].
    private const double Linear = 3.4445;
    private const double Cubic = -4.7750;
    private const double Quintic = 2.0315;

    private readonly Dictionary<OptimizerSlot<T>, Workspace<T>> workspaces = [];

    // The momenta of parameters of Half.
    private readonly Dictionary<OptimizerSlot<T>, Workspace<float>> wideWorkspaces = [];

    /// <summary>Makes the optimiser for one group of matrices.</summary>
    /// <param name="parameters">The matrices.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <exception cref="ArgumentException">A parameter is not a matrix.</exception>
    public Muon(IEnumerable<Parameter<T>> parameters, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. parameters])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The matrices in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    /// <exception cref="ArgumentException">A parameter is not a matrix.</exception>
    public Muon(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "momentum")
    {
        foreach (OptimizerSlot<T> slot in Slots)
        {
            if (slot.Parameter.Shape.Rank != 2)
                throw new ArgumentException(
                    $"Muon orthogonalises matrices; the parameter {slot.Parameter} is not one. Step it with another optimiser, such as {nameof(AdamW<>)}.",
                        nameof(groups));
            if (OptimizerState<T>.IsWide)
                wideWorkspaces[slot] = new Workspace<float>(slot.Parameter);
            else
                workspaces[slot] = new Workspace<T>(slot.Parameter);
        }
    }

    /// <summary>μ, the decay factor of the momentum; in [0, 1).</summary>
    public double Momentum { get; init => field = Demand.FractionBelowOne(value); } = 0.95;

    /// <summary>Whether to use Nesterov's look-ahead.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>The number of steps of the Newton–Schulz iteration; at least 1.</summary>
    public long Iterations { get; init => field = Demand.AtLeast(1, value); } = 5;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Device device = slot.Parameter.Value.Device;
        if (!OptimizerState<T>.IsWide)
        {
            Step(device, workspaces[slot], slot.Parameter.Value, gradient, slot.First.Own, clipped, stepSize, weightDecay);
            return;
        }

        NDArray<float> values = StateUpdates.Widened(device, slot.Parameter.Value), slopes = StateUpdates.Widened(device, gradient);
        Step(device, wideWorkspaces[slot], values, slopes, slot.First.Wide, clipped, stepSize, weightDecay);
        device.Convert(values, slot.Parameter.Value);
        device.Return(slopes);
        device.Return(values);
    }

    private void Step<W>(Device device, Workspace<W> work, in NDArray<W> parameter, in NDArray<W> gradient, in NDArray<W> momentum, ClippedGradient clipped,
        double stepSize, double weightDecay)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        device.Update(new Average(clipped, Momentum, Nesterov ? Momentum : 1), work.Direction, gradient, momentum);
        double norm = Math.Sqrt(device.SumOfSquares(work.Direction));
        device.Update(new Scaled(1 / (norm + NormOffset)), work.Direction, work.Direction);
        int rows = parameter.Shape[0], columns = parameter.Shape[1];
        bool isTall = rows > columns;
        for (long i = 0; i < Iterations; i++)
        {
            // A tall X is transposed, because the square matrices are then smaller.
            NDArray<W> x = work.Direction, transposed = x.Transpose(0, 1);
            device.MatrixProduct(isTall ? transposed : x, isTall ? x : transposed, work.Square);
            device.MatrixProduct(work.Square, work.Square, work.Fourth);
            device.Update(new Combined(Quintic, Cubic), work.Fourth, work.Square);
            device.MatrixProduct(isTall ? x : work.Fourth, isTall ? work.Fourth : x, work.Product);
            device.Update(new Combined(Linear, 1), work.Direction, work.Product);
        }

        device.Update(new Moved(stepSize * weightDecay, stepSize * Math.Sqrt(Math.Max(1, (double)rows / columns))), parameter, work.Direction);
    }

    internal readonly struct Average(ClippedGradient clipped, double kept, double share) : IUpdate
    {
        public static int States => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient);
            first += L.Broadcast(1 - kept) * (g - first);
            parameter = g + (L.Broadcast(share) * (first - g));
        }
    }

    internal readonly struct Scaled(double factor) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L> => parameter = gradient * L.Broadcast(factor);
    }

    internal readonly struct Combined(double own, double other) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L> => parameter = (L.Broadcast(own) * parameter) + (L.Broadcast(other) * gradient);
    }

    internal readonly struct Moved(double lost, double stepSize) : IUpdate
    {
        public static int States => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L> => parameter -= (L.Broadcast(lost) * parameter) + (L.Broadcast(stepSize) * gradient);
    }

    private sealed class Workspace<W>
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        public Workspace(Parameter<T> parameter)
        {
            Device device = parameter.Value.Device;
            int side = Math.Min(parameter.Shape[0], parameter.Shape[1]);
            Direction = device.Allocate<W>(parameter.Shape);
            Product = device.Allocate<W>(parameter.Shape);
            Square = device.Allocate<W>(Shape.Of(side, side));
            Fourth = device.Allocate<W>(Shape.Of(side, side));
        }

        public NDArray<W> Direction { get; }

        public NDArray<W> Product { get; }

        public NDArray<W> Square { get; }

        public NDArray<W> Fourth { get; }
    }
}
