using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Optimizers;

/// <summary>L-BFGS on parameters (D. Liu and J. Nocedal, Math. Program. 1989), in PyTorch's form: a step runs several iterations, each of which asks for loss and gradients again.</summary>
/// <remarks>
/// The direction is −H·g, H being the inverse Hessian that the last changes of parameters and gradient give by the two-loop recursion. It wants full gradients: between two evaluations the loss must stay
/// the same function. For losses with kinks take <see cref="LineSearch.WeakWolfe"/>. Vectors stay on the parameters' device.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class LBfgs<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A pair with less curvature than this would make H indefinite or huge.
    private const double LeastCurvature = 1e-10;

    private readonly FlatVectors<T> vectors;
    private readonly List<(NDArray<T> Move, NDArray<T> Change, double Curvature)> pairs = [];
    private NDArray<T> lastGradient;
    private NDArray<T> lastMove;
    private double scale = 1;

    /// <summary>Makes the optimiser.</summary>
    /// <param name="parameters">The parameters, all on one device.</param>
    /// <param name="stepSize">The step size; with a line search the length that is tried first.</param>
    /// <exception cref="ArgumentException">There is no parameter, one stands twice, or they are on several devices.</exception>
    public LBfgs(IEnumerable<Parameter<T>> parameters, double stepSize = 1)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        StepSize = Demand.Positive(stepSize, nameof(stepSize));
        Parameter<T>[] all = [.. parameters];
        if (all.Length == 0)
            throw new ArgumentException("An optimiser needs at least one parameter; none was given.", nameof(parameters));
        HashSet<Parameter<T>> distinct = [];
        foreach (Parameter<T> parameter in all)
        {
            if (!distinct.Add(parameter))
                throw new ArgumentException($"The parameter {parameter} was given twice.", nameof(parameters));
        }

        vectors = new FlatVectors<T>(all);
    }

    /// <summary>The step size; with a line search the length that is tried first.</summary>
    public double StepSize { get; }

    /// <summary>How far it goes along the direction.</summary>
    public LineSearch LineSearch { get; init; }

    /// <summary>Iterations of a step at most.</summary>
    public int MostIterations { get; init => field = (int)Demand.AtLeast(1, value); } = 20;

    /// <summary>Evaluations of a step at most, looked at after each iteration; a quarter more than iterations if null.</summary>
    public int? MostEvaluations { get; init => field = value is { } most ? (int)Demand.AtLeast(1, most) : null; }

    /// <summary>A step ends where no component of the gradient is larger than this.</summary>
    public double GradientTolerance { get; init => field = Demand.NotNegative(value); } = 1e-7;

    /// <summary>A step ends where loss and parameters change by less than this.</summary>
    public double ChangeTolerance { get; init => field = Demand.NotNegative(value); } = 1e-9;

    /// <summary>How many pairs of changes are kept.</summary>
    public int HistorySize { get; init => field = (int)Demand.AtLeast(1, value); } = 100;

    /// <summary>How many iterations were made in all steps together.</summary>
    public long Iterations { get; private set; }

    /// <summary>How often loss and gradients were asked for in all steps together.</summary>
    public long Evaluations { get; private set; }

    /// <summary>What is kept between steps, by name: the arrays themselves, not copies. Empty before the first step.</summary>
    public IEnumerable<(string Name, NDArray<T> Value)> State
    {
        get
        {
            if (Iterations == 0)
                yield break;
            yield return ("last_gradient", lastGradient);
            yield return ("last_move", lastMove);
            for (int i = 0; i < pairs.Count; i++)
            {
                yield return ($"move.{i}", pairs[i].Move);
                yield return ($"change.{i}", pairs[i].Change);
            }
        }
    }

    /// <summary>Makes one step of several iterations.</summary>
    /// <param name="evaluate">Records the loss for the parameters as they are, runs the reverse pass, and returns both.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="ArithmeticException">Loss or gradient are not finite at the start of the step.</exception>
    public double Step(Func<(double Loss, Gradients<T> Gradients)> evaluate)
    {
        ArgumentNullException.ThrowIfNull(evaluate);
        (double loss, NDArray<T> gradient) = Evaluate(evaluate);
        double first = loss;
        if (!double.IsFinite(loss) || !double.IsFinite(vectors.SumOfMagnitudes(gradient)))
        {
            vectors.Free(gradient);
            throw new ArithmeticException($"Before iteration {Iterations} the loss is {loss}, or its gradient has NaN, infinite or overflowing components.");
        }

        int evaluations = 1, mostEvaluations = MostEvaluations ?? (MostIterations * 5 / 4);
        for (int iteration = 1; iteration <= MostIterations && vectors.LargestMagnitude(gradient) > GradientTolerance; iteration++)
        {
            Remember(gradient);
            NDArray<T> direction = Direction(gradient);
            double slope = vectors.Dot(gradient, direction);
            double length = Iterations == 0 ? Math.Min(1, 1 / vectors.SumOfMagnitudes(gradient)) * StepSize : StepSize;
            Keep(ref lastGradient, vectors.CopyOf(gradient));
            Iterations++;
            if (slope > -ChangeTolerance)
            {
                vectors.Scale(direction, 0);
                Keep(ref lastMove, direction);
                break;
            }

            double before = loss, largest = vectors.LargestMagnitude(direction);
            NDArray<T> point = vectors.Parameters();
            if (LineSearch == LineSearch.None)
            {
                vectors.MoveTo(point, length, direction);
                if (iteration < MostIterations)
                {
                    vectors.Free(gradient);
                    (loss, gradient) = Evaluate(evaluate);
                    evaluations++;
                }
            }
            else
            {
                (length, loss, NDArray<T> found, int seen) = Search(evaluate, point, direction, length, loss, slope, ChangeTolerance / largest);
                evaluations += seen;
                if (length != 0)
                {
                    vectors.Free(gradient);
                    gradient = found;
                }
            }

            vectors.Free(point);
            vectors.Scale(direction, length);
            Keep(ref lastMove, direction);
            if (iteration == MostIterations || evaluations >= mostEvaluations || largest * Math.Abs(length) <= ChangeTolerance || Math.Abs(loss - before) < ChangeTolerance || !double.IsFinite(loss))
                break;
        }

        vectors.Free(gradient);
        return first;
    }

    /// <summary>Puts back what was read from <see cref="State"/>, <see cref="Iterations"/> and <see cref="Evaluations"/>.</summary>
    /// <param name="iterations">How many iterations were made.</param>
    /// <param name="evaluations">How often loss and gradients were asked for.</param>
    /// <param name="states">For each state's name its elements.</param>
    /// <exception cref="ArgumentException">A state is missing or has another number of elements. Nothing has changed.</exception>
    public void Restore(long iterations, long evaluations, IReadOnlyDictionary<string, T[]> states)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        ArgumentOutOfRangeException.ThrowIfNegative(evaluations);
        ArgumentNullException.ThrowIfNull(states);
        int kept = 0;
        while (states.ContainsKey($"move.{kept}"))
            kept++;
        if (kept > HistorySize)
            throw new ArgumentException($"{kept} pairs of changes were given to a history of {HistorySize}.", nameof(states));
        string[] names = iterations == 0 ? [] : ["last_gradient", "last_move", .. Enumerable.Range(0, kept).SelectMany(i => (string[])[$"move.{i}", $"change.{i}"])];
        foreach (string name in names)
        {
            if (!states.TryGetValue(name, out T[]? elements))
                throw new ArgumentException($"The state '{name}' of {vectors.Count} elements is missing among the {states.Count} states given.", nameof(states));
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
            Add(Given(states[$"move.{i}"]), Given(states[$"change.{i}"]));
    }

    /// <summary>Gives the memory of the history back.</summary>
    public void Dispose()
    {
        Forget();
        Keep(ref lastGradient, default);
        Keep(ref lastMove, default);
        (Iterations, scale) = (0, 1);
    }

    private (double Loss, NDArray<T> Gradient) Evaluate(Func<(double Loss, Gradients<T> Gradients)> evaluate)
    {
        (double loss, Gradients<T> gradients) = evaluate();
        Evaluations++;
        return (loss, vectors.Of(gradients));
    }

    private (double Length, double Loss, NDArray<T> Gradient, int Evaluations) Search(Func<(double Loss, Gradients<T> Gradients)> evaluate, NDArray<T> point, NDArray<T> direction, double first, double loss, double slope, double narrowest)
    {
        Dictionary<double, (double Loss, NDArray<T> Gradient)> seen = [];
        int evaluations = 0;
        (double Value, double Slope) Along(double length)
        {
            vectors.MoveTo(point, length, direction);
            (double value, NDArray<T> gradient) = Evaluate(evaluate);
            evaluations++;
            if (seen.Remove(length, out (double Loss, NDArray<T> Gradient) old))
                vectors.Free(old.Gradient);
            seen[length] = (value, gradient);
            return (value, vectors.Dot(gradient, direction));
        }

        double length = LineSearch == LineSearch.StrongWolfe
            ? StrongWolfe.Search(Along, first, loss, slope, narrowest)
            : WeakWolfe.Search(Along, first, loss, slope, () => false).Length ?? 0;
        (double Loss, NDArray<T> Gradient) result = (loss, default);
        if (length != 0)
            seen.Remove(length, out result);
        vectors.MoveTo(point, length, direction);
        foreach ((double _, NDArray<T> gradient) in seen.Values)
            vectors.Free(gradient);
        return (length, result.Loss, result.Gradient, evaluations);
    }

    private void Remember(in NDArray<T> gradient)
    {
        if (Iterations == 0)
            return;
        NDArray<T> change = vectors.CopyOf(gradient);
        vectors.Add(change, -1, lastGradient);
        if (vectors.Dot(change, lastMove) <= LeastCurvature)
        {
            vectors.Free(change);
            return;
        }

        if (pairs.Count == HistorySize)
        {
            vectors.Free(pairs[0].Move);
            vectors.Free(pairs[0].Change);
            pairs.RemoveAt(0);
        }

        Add(vectors.CopyOf(lastMove), change);
    }

    private void Add(in NDArray<T> move, in NDArray<T> change)
    {
        double curvature = vectors.Dot(change, move);
        pairs.Add((move, change, curvature));
        scale = curvature / vectors.Dot(change, change);
    }

    // The two loops: −H·g, oldest pair first in the second.
    private NDArray<T> Direction(in NDArray<T> gradient)
    {
        NDArray<T> direction = vectors.CopyOf(gradient);
        vectors.Scale(direction, -1);
        double[] parts = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            parts[i] = vectors.Dot(pairs[i].Move, direction) / pairs[i].Curvature;
            vectors.Add(direction, -parts[i], pairs[i].Change);
        }

        vectors.Scale(direction, scale);
        for (int i = 0; i < pairs.Count; i++)
            vectors.Add(direction, parts[i] - (vectors.Dot(pairs[i].Change, direction) / pairs[i].Curvature), pairs[i].Move);
        return direction;
    }

    private void Forget()
    {
        foreach ((NDArray<T> move, NDArray<T> change, double _) in pairs)
        {
            vectors.Free(move);
            vectors.Free(change);
        }

        pairs.Clear();
        scale = 1;
    }

    private NDArray<T> Given(T[] elements)
    {
        NDArray<T> vector = vectors.Allocate();
        vector.CopyFrom(elements);
        return vector;
    }

    private void Keep(ref NDArray<T> place, in NDArray<T> vector)
    {
        if (place.Storage is not null)
            vectors.Free(place);
        place = vector;
    }
}
