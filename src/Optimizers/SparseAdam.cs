using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Optimizers;

/// <summary>
/// Adam for embedding tables, in the form of PyTorch's SparseAdam: a step reads and changes only the rows that the mini-batch used, and their moments.
/// </summary>
/// <remarks>
/// For these rows m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε), where t is the table's number of updates. Unlike in
/// <see cref="Adam{T}"/>, moments of other rows do not decay. PyTorch's step size is 0.001. There is no weight decay.
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
                throw new ArgumentException($"SparseAdam steps tables of shape [symbols, width]; {slot.Parameter} has shape {slot.Parameter.Shape}.",
                    nameof(groups));
        }
    }

    /// <summary>β₁, the decay factor of the mean of gradients; in [0, 1).</summary>
    public double Beta1 { get; init => field = Demand.FractionBelowOne(value); } = 0.9;

    /// <summary>β₂, the decay factor of the mean of squares; in [0, 1).</summary>
    public double Beta2 { get; init => field = Demand.FractionBelowOne(value); } = 0.999;

    /// <summary>ε, which keeps the quotient finite where gradients are 0.</summary>
    public double Epsilon { get; init => field = Demand.NotNegative(value); } = 1e-8;

    /// <summary>Takes one step for the tables whose rows were recorded.</summary>
    /// <param name="gradients">The gradients of a reverse pass.</param>
    /// <param name="rows">The recorded rows, at most once per table.</param>
    /// <returns>Whether the step was taken; false if it was skipped because a gradient is not finite.</returns>
    /// <exception cref="ArgumentException">Rows belong to a table that is not in this optimiser, or twice to the same table.</exception>
    /// <exception cref="ArithmeticException">A gradient is not finite, gradients are checked, and <see cref="Optimizer{T}.OnNonFiniteGradient"/> is set to
    /// throw.</exception>
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

    /// <summary>Takes one step for the table whose rows were recorded.</summary>
    /// <param name="gradients">The gradients of a reverse pass.</param>
    /// <param name="rows">The rows that were recorded.</param>
    /// <returns>Whether the step was taken; false if it was skipped because a gradient is not finite.</returns>
    /// <exception cref="ArgumentException">The rows belong to a table that is not in this optimiser.</exception>
    /// <exception cref="ArithmeticException">A gradient is not finite, gradients are checked, and <see cref="Optimizer{T}.OnNonFiniteGradient"/> is set to
    /// throw.</exception>
    public bool Step(Gradients<T> gradients, TableRows<T> rows) => Step(gradients, [rows]);

    internal override bool NeedsMoreThanGradients => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always for the gradient of a whole table, because it does not tell which rows were used.</exception>
    protected override void Update(OptimizerSlot<T> slot, in NDArray<T> gradient, ClippedGradient clipped, double stepSize, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(slot);
        Parameter<T> table = slot.Parameter;
        TableRows<T> rows = Array.Find(current, rows => ReferenceEquals(rows.Table, table))
            ?? throw new InvalidOperationException(
                $"The gradient of the whole table {table} was given; record {nameof(TableRows<T>)} and step with them, or take {nameof(Adam<T>)}.");
        if (weightDecay != 0)
            throw new InvalidOperationException($"A weight decay of {weightDecay} was asked for; rows that a mini-batch does not use would not decay.");
        Device device = table.Value.Device;
        RowMoments update = new(clipped, Beta1, Beta2, stepSize * Math.Sqrt(1 - Math.Pow(Beta2, slot.Updates)) / (1 - Math.Pow(Beta1, slot.Updates)), Epsilon);
        if (OptimizerState<T>.IsWide)
        {
            NDArray<T> rounded = Read(device, table.Value, rows, gradient.Shape);
            NDArray<float> values = StateUpdates.Widened(device, rounded), slopes = StateUpdates.Widened(device, gradient);
            Update(device, update, values, slopes, rows, slot.First.Wide, slot.Second.Wide);
            device.Convert(values, rounded);
            Write(device, rounded, rows, table.Value);
            device.Return(slopes);
            device.Return(values);
        }
        else
        {
            NDArray<T> values = Read(device, table.Value, rows, gradient.Shape);
            Update(device, update, values, gradient, rows, slot.First.Own, slot.Second.Own);
            Write(device, values, rows, table.Value);
        }
    }

    private static void Update<W>(Device device, RowMoments update, in NDArray<W> values, in NDArray<W> gradient, TableRows<T> rows, in NDArray<W> firstTable,
        in NDArray<W> secondTable)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        NDArray<W> first = Read(device, firstTable, rows, gradient.Shape), second = Read(device, secondTable, rows, gradient.Shape);
        device.Update(update, values, gradient, first, second);
        Write(device, first, rows, firstTable);
        Write(device, second, rows, secondTable);
    }

    private static NDArray<W> Read<W>(Device device, in NDArray<W> table, TableRows<T> rows, in Shape shape)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        NDArray<W> values = device.Allocate<W>(shape);
        device.GatherRows(table, rows.Rows, values);
        return values;
    }

    private static void Write<W>(Device device, in NDArray<W> values, TableRows<T> rows, in NDArray<W> table)
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
    {
        device.ScatterRows(values, rows.Rows, table);
        device.Return(values);
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

    internal readonly struct RowMoments(ClippedGradient clipped, double beta1, double beta2, double stepSize, double epsilon) : IUpdate
    {
        public static int States => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            L g = clipped.Invoke(gradient);
            first += L.Broadcast(1 - beta1) * (g - first);
            second += L.Broadcast(1 - beta2) * ((g * g) - second);
            parameter -= L.Broadcast(stepSize) * first / (L.Sqrt(second) + L.Broadcast(epsilon));
        }
    }
}
