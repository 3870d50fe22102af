using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Rules
{
    /// <summary>
    /// Connectionist temporal classification: minus the logarithm of the sum of the probabilities of all alignments of a target with a sequence of
    /// log-probabilities, [steps, batch, classes]. It is computed on the host, in double.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="targets">The labels of each sequence.</param>
    /// <param name="lengths">The number of steps of each sequence.</param>
    /// <param name="options">Blank, reduction, and what happens to targets without an alignment.</param>
    public readonly struct CtcLoss<T>(int[][] targets, int[] lengths, CtcOptions options) : ISmoothRule<T>, IMarksObstacles<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        /// <inheritdoc/>
        public static OperationFacts Facts { get; } = new("ctc loss", TameClass.LogExp)
        {
            HasFiniteSlopes = true,
            Curvature = Curvature.Concave,
            Monotonicity = Monotonicity.Decreasing,
            OnBoundedSets = TameClass.GloballySubanalytic
        };

        /// <inheritdoc/>
        public NDArray<T> Value(in Recording<T> recording)
        {
            Shape shape = recording.Input(0).Shape;
            if (shape.Rank != 3 || shape[1] != targets.Length || shape[1] != lengths.Length)
                throw new ArgumentException(
                    $"ctc loss: {targets.Length} targets and {lengths.Length} lengths were given for log-probabilities of shape {shape}; they must be [steps, "
                        + "batch, classes], with one target and one length for each sequence of the batch.");
            using HostMemory memory = new(shape.Count + (long)targets.Length + CtcLattice.Size(shape[0], targets));
            Span<double> logs = memory.Take(recording.Input(0)), losses = memory.Take(targets.Length);
            CtcLattice lattice = Lattice(memory, shape);
            for (int sequence = 0; sequence < losses.Length; sequence++)
            {
                Run(ref lattice, logs, shape, sequence);
                losses[sequence] = options.ZeroInfinity && double.IsPositiveInfinity(lattice.Loss) ? 0 : lattice.Loss;
            }

            NDArray<T> y = recording.Rent(options.Reduction == LossReduction.None ? Shape.Of(losses.Length) : Shape.Scalar);
            Write(losses, y);
            return y;
        }

        /// <inheritdoc/>
        public void Pullback(in PullbackContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            using HostMemory memory = new((2L * shape.Count) + context.Cotangent.Count + CtcLattice.Size(shape[0], targets));
            Span<double> logs = memory.Take(context.Input(0)), gradient = memory.Take(shape.Count), w = memory.Take(context.Cotangent);
            gradient.Clear();
            CtcLattice lattice = Lattice(memory, shape);
            for (int sequence = 0; sequence < targets.Length; sequence++)
            {
                double weight = Weight(w, sequence);
                if (weight == 0)
                    continue;
                Run(ref lattice, logs, shape, sequence);
                lattice.Pull(logs, weight, gradient);
            }

            HostArrays.Write(gradient, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public void Tangent(in TangentContext<T> context)
        {
            Shape shape = context.Input(0).Shape;
            using HostMemory memory = new((2L * shape.Count) + (long)targets.Length + CtcLattice.Size(shape[0], targets));
            Span<double> logs = memory.Take(context.Input(0)), tangents = memory.Take(context.Tangent(0)), moved = memory.Take(targets.Length);
            CtcLattice lattice = Lattice(memory, shape);
            for (int sequence = 0; sequence < moved.Length; sequence++)
            {
                Run(ref lattice, logs, shape, sequence);
                moved[sequence] = lattice.Move(logs, tangents);
            }

            Write(moved, context.OutputTangent);
        }

        /// <inheritdoc/>
        public void PullbackTangent(in SecondOrderContext<T> context)
        {
            if (!context.Needs(0))
                return;
            Shape shape = context.Input(0).Shape;
            using HostMemory memory = new((3L * shape.Count) + context.Cotangent.Count + CtcLattice.Size(shape[0], targets));
            Span<double> logs = memory.Take(context.Input(0)), tangents = memory.Take(context.Tangent(0)), gradient = memory.Take(shape.Count),
                w = memory.Take(context.Cotangent);
            gradient.Clear();
            CtcLattice lattice = Lattice(memory, shape);
            for (int sequence = 0; sequence < targets.Length; sequence++)
            {
                double weight = Weight(w, sequence);
                if (weight == 0)
                    continue;
                Run(ref lattice, logs, shape, sequence);
                lattice.PullMoved(logs, tangents, weight, gradient);
            }

            HostArrays.Write(gradient, context.InputCotangent(0, out bool accumulate), accumulate);
        }

        /// <inheritdoc/>
        public NDArray<T> Obstacles(in KinkContext<T> context)
        {
            // A zeroed loss hides log-probabilities of −∞, and a share of 0 hides those of single alignments.
            Shape shape = context.Input(0).Shape;
            using HostMemory memory = new(shape.Count + CtcLattice.Size(shape[0], targets));
            Span<double> logs = memory.Take(context.Input(0));
            CtcLattice lattice = Lattice(memory, shape);
            ObstacleKind found = ObstacleKind.None;
            for (int sequence = 0; sequence < targets.Length && found == ObstacleKind.None; sequence++)
            {
                Run(ref lattice, logs, shape, sequence);
                found = lattice.ReadsNonFinite(logs) || (!options.ZeroInfinity && !double.IsFinite(lattice.Loss)) ? ObstacleKind.InfiniteValue
                    : double.IsFinite(lattice.Loss) && lattice.HidesShares ? ObstacleKind.TermsAreRounded : ObstacleKind.None;
            }

            return context.MarkWhole(found != ObstacleKind.None, found);
        }

        private CtcLattice Lattice(HostMemory memory, in Shape shape) => new(memory.Take((int)CtcLattice.Size(shape[0], targets)));

        private void Run(ref CtcLattice lattice, scoped ReadOnlySpan<double> logs, in Shape shape, int sequence) =>
            lattice.Run(logs, sequence * shape[2], shape[1] * shape[2], lengths[sequence], targets[sequence], options.Blank);

        // What one sequence's loss contributes to the result.
        private double Factor(int sequence) =>
            options.Reduction == LossReduction.Mean ? 1.0 / ((double)targets.Length * Math.Max(1, targets[sequence].Length)) : 1;

        private double Weight(ReadOnlySpan<double> cotangent, int sequence) =>
            cotangent[options.Reduction == LossReduction.None ? sequence : 0] * Factor(sequence);

        private void Write(Span<double> numbers, in NDArray<T> destination)
        {
            if (options.Reduction == LossReduction.None)
            {
                HostArrays.Write(numbers, destination);
                return;
            }

            double sum = 0;
            for (int sequence = 0; sequence < numbers.Length; sequence++)
                sum += Factor(sequence) * numbers[sequence];
            HostArrays.Write([sum], destination);
        }
    }
}

namespace ConservativeAD
{
    /// <content>Connectionist temporal classification.</content>
    public static partial class Operations
    {
        /// <summary>
        /// The connectionist temporal classification loss (Graves et al., ICML 2006): minus the logarithm of the probability that the classes of all steps,
        /// without repetitions and then without blanks, are the target.
        /// </summary>
        /// <typeparam name="T">The element type.</typeparam>
        /// <param name="logProbabilities">[steps, batch, classes], for instance a log-softmax over the last axis.</param>
        /// <param name="targets">The labels of each sequence; none is the blank.</param>
        /// <param name="lengths">The number of steps of each sequence that count; all of them if empty.</param>
        /// <param name="options">Blank, reduction, and what happens to targets without an alignment.</param>
        /// <returns>The mean or the sum; without reduction [batch].</returns>
        /// <remarks>
        /// A target without an alignment, such as one that is longer than its sequence, has the loss ∞ and the gradient 0, and no certificate stands over it.
        /// The gradient is that with respect to the log-probabilities themselves; PyTorch's already contains the slope of the log-softmax before it.
        /// Everything is computed on the host, on every device.
        /// </remarks>
        /// <exception cref="ArgumentException">The shapes or numbers do not fit, a label is out of range or the blank, or a mean of no sequences is asked
        /// for.</exception>
        public static Var<T> CtcLoss<T>(this Var<T> logProbabilities, IReadOnlyList<int[]> targets, ReadOnlySpan<int> lengths = default,
            CtcOptions? options = null)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            ArgumentNullException.ThrowIfNull(targets);
            options ??= new CtcOptions();
            Shape shape = logProbabilities.Shape;
            if (shape.Rank != 3)
                throw new ArgumentException($"ctc loss: log-probabilities of shape {shape} were given; they must be [steps, batch, classes].",
                    nameof(logProbabilities));
            if (targets.Count != shape[1] || (!lengths.IsEmpty && lengths.Length != shape[1]))
                throw new ArgumentException(
                    $"ctc loss: {targets.Count} targets and {lengths.Length} lengths were given for log-probabilities of shape {shape}; there must be "
                        + $"{shape[1]} of each.", nameof(targets));
            if (shape[1] == 0 && options.Reduction == LossReduction.Mean)
                throw new ArgumentException($"ctc loss: log-probabilities of shape {shape} are empty; a mean needs at least one sequence.", nameof(targets));
            if ((uint)options.Blank >= (uint)shape[2])
                throw new ArgumentException($"ctc loss: the blank {options.Blank} is not from 0 to {shape[2] - 1}.", nameof(options));
            int[] steps = [.. Enumerable.Repeat(shape[0], shape[1])];
            for (int sequence = 0; sequence < lengths.Length; sequence++)
            {
                if ((uint)lengths[sequence] > (uint)shape[0])
                    throw new ArgumentException($"ctc loss: length {lengths[sequence]} of sequence {sequence} is not from 0 to {shape[0]}.", nameof(lengths));
                steps[sequence] = lengths[sequence];
            }

            int[][] labels = [.. targets.Select(target => (int[])target.Clone())];
            for (int sequence = 0; sequence < labels.Length; sequence++)
            {
                foreach (int label in labels[sequence])
                {
                    if ((uint)label >= (uint)shape[2] || label == options.Blank)
                        throw new ArgumentException(
                            $"ctc loss: label {label} of sequence {sequence} is not from 0 to {shape[2] - 1}, or is the blank {options.Blank}.",
                            nameof(targets));
                }
            }

            return logProbabilities.Apply(new Rules.CtcLoss<T>(labels, steps, options));
        }
    }
}
