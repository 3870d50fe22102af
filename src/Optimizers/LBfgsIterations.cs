using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>The iterations of <see cref="LBfgs{T}"/> on vectors of float or double.</summary>
/// <typeparam name="T">The parameters' element type.</typeparam>
/// <typeparam name="W">The vectors' element type.</typeparam>
internal sealed class LBfgsIterations<T, W> : ILBfgsIterations<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where W : unmanaged, IBinaryFloatingPointIeee754<W>
{
    // A pair with less curvature than this would make H indefinite or very large.
    private const double MinimumCurvature = 1e-10;

    private readonly LBfgs<T> options;
    private readonly FlatVectors<T, W> vectors;
    private readonly LimitedMemoryHessian<NDArray<W>> hessian;
    private NDArray<W> lastGradient;
    private NDArray<W> lastMove;

    public LBfgsIterations(LBfgs<T> options, Parameter<T>[] parameters)
    {
        this.options = options;
        vectors = new FlatVectors<T, W>(parameters);
        hessian = new LimitedMemoryHessian<NDArray<W>>(vectors);
    }

    public long Iterations { get; private set; }

    public long Evaluations { get; private set; }

    public IEnumerable<(string Name, NDArray<W> Value)> State
    {
        get
        {
            if (Iterations == 0)
                yield break;
            yield return ("last_gradient", lastGradient);
            yield return ("last_move", lastMove);
            for (int i = 0; i < hessian.Pairs.Count; i++)
            {
                yield return ($"move.{i}", hessian.Pairs[i].Move);
                yield return ($"change.{i}", hessian.Pairs[i].Change);
            }
        }
    }

    public double Step(Func<(double Loss, Gradients<T> Gradients)> evaluate)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        (double loss, NDArray<W> gradient) = Evaluate(evaluate);
        double first = loss;
        if (!double.IsFinite(loss) || !double.IsFinite(vectors.SumOfMagnitudes(gradient)))
        {
            vectors.Free(gradient);
            throw new ArithmeticException($"Before iteration {Iterations} the loss is {loss}, or its gradient has NaN, infinite or overflowing components.");
        }

        int evaluations = 1, mostEvaluations = options.MaximumEvaluations ?? (options.MaximumIterations * 5 / 4);
        for (int iteration = 1; iteration <= options.MaximumIterations && vectors.LargestMagnitude(gradient) > options.GradientTolerance; iteration++)
        {
            Remember(gradient);
            NDArray<W> direction = Direction(gradient);
            double slope = vectors.Dot(gradient, direction);
            double length = Iterations == 0 ? Math.Min(1, 1 / vectors.SumOfMagnitudes(gradient)) * options.StepSize : options.StepSize;
            Keep(ref lastGradient, vectors.CopyOf(gradient));
            Iterations++;
            if (slope > -options.ChangeTolerance)
            {
                vectors.Scale(direction, 0);
                Keep(ref lastMove, direction);
                break;
            }

            double before = loss, largest = vectors.LargestMagnitude(direction);
            NDArray<W> point = vectors.Parameters();
            if (options.LineSearch == LineSearch.None)
            {
                vectors.MoveTo(point, length, direction);
                if (iteration < options.MaximumIterations)
                {
                    vectors.Free(gradient);
                    (loss, gradient) = Evaluate(evaluate);
                    evaluations++;
                }
            }
            else
            {
                (length, loss, NDArray<W> found, int seen) = Search(evaluate, point, direction, length, loss, slope, options.ChangeTolerance / largest);
                evaluations += seen;
                if (length != 0)
                {
                    vectors.Free(gradient);
                    gradient = found;
                }
            }

            vectors.Scale(direction, length);
            if (OptimizerState<T>.IsWide)
            {
                // The move after rounding to Half.
                vectors.Free(direction);
                direction = vectors.Parameters();
                vectors.Add(direction, -1, point);
            }

            vectors.Free(point);
            Keep(ref lastMove, direction);
            if (iteration == options.MaximumIterations || evaluations >= mostEvaluations || largest * Math.Abs(length) <= options.ChangeTolerance
                || Math.Abs(loss - before) < options.ChangeTolerance || !double.IsFinite(loss))
                break;
        }

        vectors.Free(gradient);
        return first;
    }

    public void Restore(long iterations, long evaluations, IReadOnlyDictionary<string, W[]> states)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        ArgumentOutOfRangeException.ThrowIfNegative(evaluations);
        ArgumentNullException.ThrowIfNull(states);
        int kept = 0;
        while (states.ContainsKey($"move.{kept}"))
            kept++;
        if (kept > options.HistorySize)
            throw new ArgumentException($"{kept} pairs of changes were given to a history of {options.HistorySize}.", nameof(states));
        string[] names = iterations == 0
            ? []
            : ["last_gradient", "last_move", .. Enumerable.Range(0, kept).SelectMany(i => (string[])[$"move.{i}", $"change.{i}"])];
        foreach (string name in names)
        {
            if (!states.TryGetValue(name, out W[]? elements))
                throw new ArgumentException($"The state '{name}' of {vectors.Count} elements is missing among the {states.Count} states given.",
                    nameof(states));
            if (elements.Length != vectors.Count)
                throw new ArgumentException($"The state '{name}' takes {vectors.Count} elements; {elements.Length} were given.", nameof(states));
        }

        Forget();
        (Iterations, Evaluations) = (iterations, evaluations);
        if (iterations == 0)
            return;
        Keep(ref lastGradient, Given(states["last_gradient"]));
        Keep(ref lastMove, Given(states["last_move"]));
        for (int i = 0; i < kept; i++)
            hessian.Add(Given(states[$"move.{i}"]), Given(states[$"change.{i}"]));
    }

    public void Dispose()
    {
        Forget();
        Keep(ref lastGradient, default);
        Keep(ref lastMove, default);
        Iterations = 0;
    }

    private (double Loss, NDArray<W> Gradient) Evaluate(Func<(double Loss, Gradients<T> Gradients)> evaluate)
    {
        (double loss, Gradients<T> gradients) = evaluate();
        Evaluations++;
        return (loss, vectors.Of(gradients));
    }

    private (double Length, double Loss, NDArray<W> Gradient, int Evaluations) Search(Func<(double Loss, Gradients<T> Gradients)> evaluate, NDArray<W> point,
        NDArray<W> direction, double first, double loss, double slope, double narrowest)
    {
        Dictionary<double, (double Loss, NDArray<W> Gradient)> seen = [];
        int evaluations = 0;
        (double Value, double Slope) Along(double length)
        {
            vectors.MoveTo(point, length, direction);
            (double value, NDArray<W> gradient) = Evaluate(evaluate);
            evaluations++;
            if (seen.Remove(length, out (double Loss, NDArray<W> Gradient) old))
                vectors.Free(old.Gradient);
            seen[length] = (value, gradient);
            return (value, vectors.Dot(gradient, direction));
        }

        double length = options.LineSearch == LineSearch.StrongWolfe
            ? StrongWolfe.Search(Along, first, loss, slope, narrowest)
            : WeakWolfe.Search(Along, first, loss, slope, () => false).Length ?? 0;
        (double Loss, NDArray<W> Gradient) result = (loss, default);
        if (length != 0)
            seen.Remove(length, out result);
        vectors.MoveTo(point, length, direction);
        foreach ((double _, NDArray<W> gradient) in seen.Values)
            vectors.Free(gradient);
        return (length, result.Loss, result.Gradient, evaluations);
    }

    private void Remember(in NDArray<W> gradient)
    {
        if (Iterations == 0)
            return;
        NDArray<W> change = vectors.CopyOf(gradient);
        vectors.Add(change, -1, lastGradient);
        if (vectors.Dot(change, lastMove) <= MinimumCurvature)
        {
            vectors.Free(change);
            return;
        }

        if (hessian.Pairs.Count == options.HistorySize)
        {
            Free(hessian.Pairs[0]);
            hessian.RemoveOldest();
        }

        hessian.Add(vectors.CopyOf(lastMove), change);
    }

    // −H·g.
    private NDArray<W> Direction(in NDArray<W> gradient)
    {
        NDArray<W> direction = vectors.CopyOf(gradient);
        vectors.Scale(direction, -1);
        hessian.Multiply(direction);
        return direction;
    }

    private void Forget()
    {
        foreach (LimitedMemoryHessian<NDArray<W>>.Pair pair in hessian.Pairs)
            Free(pair);
        hessian.Clear();
    }

    private void Free(in LimitedMemoryHessian<NDArray<W>>.Pair pair)
    {
        vectors.Free(pair.Move);
        vectors.Free(pair.Change);
    }

    private NDArray<W> Given(W[] elements)
    {
        NDArray<W> vector = vectors.Allocate();
        vector.CopyFrom(elements);
        return vector;
    }

    private void Keep(ref NDArray<W> place, in NDArray<W> vector)
    {
        if (place.Storage is not null)
            vectors.Free(place);
        place = vector;
    }
}
