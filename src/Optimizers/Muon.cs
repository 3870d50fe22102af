using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon): the momentum of a matrix, orthogonalised by five steps of a Newton–Schulz iteration. Parameters are matrices; step others with another optimiser.</summary>
/// <remarks>
/// b ← μb + (1 − μ)g, u = (1 − μ)g + μb with Nesterov's look ahead and b without; X = u/(‖u‖ + 10⁻⁷), then five times X ← aX + (bA + cA²)X with A = XXᵀ and
/// (a, b, c) = (3.4445, −4.7750, 2.0315), which brings all singular values near 1; θ ← (1 − αλ)θ − α√max(1, rows/columns) · X. The author's step size is 0.02.
/// Clipping bounds the gradient as it enters the momentum.
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

    private readonly Dictionary<OptimizerSlot<T>, Workspace> workspaces = [];

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
                throw new ArgumentException($"Muon orthogonalises matrices; the parameter {slot.Parameter} is not one. Step it with another optimiser, such as {nameof(AdamW<>)}.", nameof(groups));
            workspaces[slot] = new Workspace(slot.Parameter);
        }
    }

    /// <summary>μ, how much of the momentum is kept; in [0, 1).</summary>
    public double Momentum { get; init => field = Demand.FractionBelowOne(value); } = 0.95;

    /// <summary>Whether the direction looks ahead.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>How many steps of the Newton–Schulz iteration are made; at least 1.</summary>
    public long Iterations { get; init => field = Demand.AtLeast(1, value); } = 5;

    /// <inheritdoc/>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Device device = slot.Parameter.Value.Device;
        Workspace work = workspaces[slot];
        device.Update(new Average(clipped, Momentum, Nesterov ? Momentum : 1), work.Direction, gradient, slot.First);
        double norm = Math.Sqrt(device.SumOfSquares(work.Direction));
        device.Update(new Scaled(1 / (norm + NormOffset)), work.Direction, work.Direction);
        int rows = slot.Parameter.Shape[0], columns = slot.Parameter.Shape[1];
        bool isTall = rows > columns;
        for (long i = 0; i < Iterations; i++)
        {
            // A tall X is worked on from its other side, where the square matrices are smaller.
            NDArray<T> x = work.Direction, transposed = x.Transpose(0, 1);
            device.MatrixProduct(isTall ? transposed : x, isTall ? x : transposed, work.Square);
            device.MatrixProduct(work.Square, work.Square, work.Fourth);
            device.Update(new Combined(Quintic, Cubic), work.Fourth, work.Square);
            device.MatrixProduct(isTall ? x : work.Fourth, isTall ? work.Fourth : x, work.Product);
            device.Update(new Combined(Linear, 1), work.Direction, work.Product);
        }

        device.Update(new Moved(stepSize * weightDecay, stepSize * Math.Sqrt(Math.Max(1, (double)rows / columns))), slot.Parameter.Value, work.Direction);
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

    private sealed class Workspace
    {
        public Workspace(Parameter<T> parameter)
        {
            Device device = parameter.Value.Device;
            int side = Math.Min(parameter.Shape[0], parameter.Shape[1]);
            Direction = device.Allocate<T>(parameter.Shape);
            Product = device.Allocate<T>(parameter.Shape);
            Square = device.Allocate<T>(Shape.Of(side, side));
            Fourth = device.Allocate<T>(Shape.Of(side, side));
        }

        public NDArray<T> Direction { get; }

        public NDArray<T> Product { get; }

        public NDArray<T> Square { get; }

        public NDArray<T> Fourth { get; }
    }
}
