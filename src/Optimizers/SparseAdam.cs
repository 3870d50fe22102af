using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>Adam for tables of embeddings, in the form of PyTorch's SparseAdam: a step reads and changes the rows that the mini-batch used, and their moments, and nothing else.</summary>
/// <remarks>
/// For these rows m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε), t being the table's number of updates. Moments of other rows do not decay meanwhile, which is the
/// difference to <see cref="Adam{T}"/>. PyTorch's step size is 0.001. There is no weight decay.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class SparseAdam<T> : Optimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private TableRows<T>[] current = [];

    /// <summary>Makes the optimiser for one group of tables.</summary>
    /// <param name="tables">The tables, of shape [symbols, width].</param>
    /// <param name="schedule">The step sizes.</param>
    public SparseAdam(IEnumerable<Parameter<T>> tables, IStepSizeSchedule schedule)
        : this([new ParameterGroup<T>([.. tables])], schedule)
    {
    }

    /// <summary>Makes the optimiser.</summary>
    /// <param name="groups">The tables in groups.</param>
    /// <param name="schedule">The step sizes.</param>
    public SparseAdam(IEnumerable<ParameterGroup<T>> groups, IStepSizeSchedule schedule)
        : base(groups, schedule, "first_moment", "second_moment")
    {
        foreach (OptimizerSlot<T> slot in Slots)
        {
            if (slot.Parameter.Shape.Rank != 2)
                throw new ArgumentException($"SparseAdam steps tables of shape [symbols, width]; {slot.Parameter} has shape {slot.Parameter.Shape}.", nameof(groups));
        }
    }

    /// <summary>β₁, how much of the mean of gradients is kept; in [0, 1).</summary>
    public double FirstDecay { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, how much of the mean of squares is kept; in [0, 1).</summary>
    public double SecondDecay { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, what keeps the quotient finite where gradients vanish.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <summary>Makes one step of the tables whose rows were recorded.</summary>
    /// <param name="gradients">The gradients of a reverse pass.</param>
    /// <param name="rows">The rows that were recorded, at most once a table.</param>
    /// <returns>Whether the step was made; false where it was skipped because a gradient is not finite.</returns>
    /// <exception cref="ArgumentException">Rows are of a table that this optimiser does not step, or of one table twice.</exception>
    /// <exception cref="ArithmeticException">A gradient is not finite, one was looked for, and <see cref="Optimizer{T}.OnNonFiniteGradient"/> says to throw.</exception>
    public bool Step(Gradients<T> gradients, IReadOnlyList<TableRows<T>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        for (int i = 0; i < rows.Count; i++)
        {
            SlotOf(rows[i].Table);
            for (int j = 0; j < i; j++)
            {
                if (ReferenceEquals(rows[i].Table, rows[j].Table))
                    throw new ArgumentException($"Two lots of rows of {rows[i].Table} were given; make one of all its symbols.", nameof(rows));
            }
        }

        current = [.. rows];
        try
        {
            return StepFrom(new RowGradients(gradients, current));
        }
        finally
        {
            current = [];
        }
    }

    /// <summary>Makes one step of the table whose rows were recorded.</summary>
    /// <param name="gradients">The gradients of a reverse pass.</param>
    /// <param name="rows">The rows that were recorded.</param>
    /// <returns>Whether the step was made; false where it was skipped because a gradient is not finite.</returns>
    /// <exception cref="ArgumentException">The rows are of a table that this optimiser does not step.</exception>
    /// <exception cref="ArithmeticException">A gradient is not finite, one was looked for, and <see cref="Optimizer{T}.OnNonFiniteGradient"/> says to throw.</exception>
    public bool Step(Gradients<T> gradients, TableRows<T> rows) => Step(gradients, [rows]);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always, where the gradient is that of a whole table: which rows were used is not known.</exception>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Parameter<T> table = slot.Parameter;
        TableRows<T> rows = Array.Find(current, rows => ReferenceEquals(rows.Table, table))
            ?? throw new InvalidOperationException($"The gradient of the whole table {table} was given; record {nameof(TableRows<T>)} and step with them, or take {nameof(Adam<T>)}.");
        if (weightDecay != 0)
            throw new InvalidOperationException($"A weight decay of {weightDecay} was asked for; rows that a mini-batch does not use would not decay.");
        Device device = table.Value.Device;
        RowMoments update = new(clipped, FirstDecay, SecondDecay, stepSize * Math.Sqrt(1 - Math.Pow(SecondDecay, slot.Updates)) / (1 - Math.Pow(FirstDecay, slot.Updates)), Epsilon);
        NDArray<T> values = Read(device, table.Value, rows, gradient), first = Read(device, slot.First, rows, gradient), second = Read(device, slot.Second, rows, gradient);
        device.Update(update, values, gradient, first, second);
        Write(device, values, rows, table.Value);
        Write(device, first, rows, slot.First);
        Write(device, second, rows, slot.Second);
    }

    private static NDArray<T> Read(Device device, in NDArray<T> table, TableRows<T> rows, in NDArray<T> gradient)
    {
        NDArray<T> values = device.Allocate<T>(gradient.Shape);
        device.GatherRows(table, rows.Rows, values);
        return values;
    }

    private static void Write(Device device, in NDArray<T> values, TableRows<T> rows, in NDArray<T> table)
    {
        device.ScatterRows(values, rows.Rows, table);
        device.Return(values.Storage);
    }

    private readonly struct RowGradients(Gradients<T> gradients, TableRows<T>[] rows) : IGradientSource<T>
    {
        public bool Has(Parameter<T> parameter) => Find(parameter) is not null;

        public NDArray<T> Of(Parameter<T> parameter) => Find(parameter)!.Gradient(gradients);

        private TableRows<T>? Find(Parameter<T> parameter)
        {
            foreach (TableRows<T> one in rows)
            {
                if (ReferenceEquals(one.Table, parameter))
                    return one;
            }

            return null;
        }
    }

    internal readonly struct RowMoments(ClippedGradient clipped, double firstDecay, double secondDecay, double stepSize, double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient);
            first += L.Broadcast(1 - firstDecay) * (g - first);
            second += L.Broadcast(1 - secondDecay) * ((g * g) - second);
            parameter -= L.Broadcast(stepSize) * first / (L.Sqrt(second) + L.Broadcast(epsilon));
        }
    }
}
