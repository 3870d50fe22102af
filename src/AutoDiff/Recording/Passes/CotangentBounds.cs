using System.Numerics;

namespace ConservativeAD;

/// <summary>
/// Bounds of the cotangents that kinks pass to other kinks, over all that the former may pass back: a reverse pass with intervals. An operation that is linear
/// in the cotangent takes their centres back exactly and their radii by the absolute values of its slopes (R. Moore, Interval Analysis, 1966).
/// </summary>
/// <typeparam name="T">The element type.</typeparam>
internal sealed class CotangentBounds<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // A bound is this much wider than computed, so that rounding does not narrow it.
    private const double Widening = 1e-12;

    private readonly TapeRecord<T> record;
    private readonly ReversePass<T> reverse;
    private readonly RecordedOperation[] operations;
    private readonly bool[] isOnTheWay;
    private readonly Dictionary<int, (double[] Centre, double[] Radius)> bounds = [];

    /// <summary>Begins with bounds of 0.</summary>
    /// <param name="record">The record.</param>
    /// <param name="reverse">Its reverse pass.</param>
    /// <param name="atKinks">The operations whose cotangents are asked for.</param>
    public CotangentBounds(TapeRecord<T> record, ReversePass<T> reverse, IReadOnlyCollection<int> atKinks)
    {
        this.record = record;
        this.reverse = reverse;
        operations = [.. RecordedOperations.Of(record)];
        isOnTheWay = new bool[record.Count];
        foreach (int node in atKinks)
            isOnTheWay[node] = true;
        foreach (RecordedOperation operation in operations)
            isOnTheWay[operation.Node] |= operation.Inputs.Any(input => isOnTheWay[input]);
    }

    /// <summary>Adds what may reach an element of a value.</summary>
    /// <param name="node">The value.</param>
    /// <param name="element">The element.</param>
    /// <param name="low">The lower bound.</param>
    /// <param name="high">The upper bound.</param>
    public void Add(int node, int element, double low, double high)
    {
        if (!isOnTheWay[node])
            return;
        (double[] centre, double[] radius) = Of(node);
        centre[element] += 0.5 * (low + high);
        radius[element] += 0.5 * (high - low);
    }

    /// <summary>The bounds of a value's cotangent.</summary>
    /// <param name="node">The value.</param>
    public (double[] Low, double[] High) At(int node)
    {
        (double[] centre, double[] radius) = Of(node);
        return ([.. centre.Zip(radius, (c, r) => c - r)], [.. centre.Zip(radius, (c, r) => c + r)]);
    }

    /// <summary>Takes the bounds of a value's cotangent back to its inputs.</summary>
    /// <param name="node">The value.</param>
    /// <param name="without">Elements that pass nothing back.</param>
    /// <returns>False if the operation's slopes are not known well enough.</returns>
    public bool Pass(int node, IReadOnlyList<int> without)
    {
        if (!bounds.Remove(node, out (double[] Centre, double[] Radius) held) || !operations[node].Inputs.Any(input => isOnTheWay[input]))
            return true;
        foreach (int element in without)
            held.Centre[element] = held.Radius[element] = 0;
        if (!Array.TrueForAll(held.Centre, double.IsFinite) || !Array.TrueForAll(held.Radius, double.IsFinite))
            return false;
        foreach ((int input, double[] pulled) in PullbackOf(node, held.Centre))
        {
            if (!isOnTheWay[input])
                continue;
            (double[] centre, double[] radius) = Of(input);
            for (int i = 0; i < pulled.Length; i++)
            {
                centre[i] += pulled[i];
                radius[i] += Widening * Math.Abs(pulled[i]);
            }
        }

        return Array.TrueForAll(held.Radius, part => part == 0) || PassRadius(operations[node], held.Radius);
    }

    private bool PassRadius(RecordedOperation operation, double[] radius)
    {
        HashSet<int> passed = [];
        if (operation.IsElementwise)
        {
            double[] ones = new double[radius.Length];
            Array.Fill(ones, 1);
            foreach ((int input, double[] slopes) in PullbackOf(operation.Node, ones))
            {
                if (slopes.Length == radius.Length && passed.Add(input)
                    && !Widen(input, [.. slopes.Zip(radius, SelectionPieces.Times)], [.. slopes.Zip(radius, (slope, part) => part == 0 ? 0 : slope)]))
                    return false;
            }
        }

        if (operation.Inputs.All(input => passed.Contains(input) || !isOnTheWay[input]))
            return true;
        if (operation.Curvature == Curvature.Product)
            return PassThroughAbsolute(operation, radius, passed);

        // Slopes of one sign take the radius back up to that sign.
        Dictionary<int, double[]> reached = PullbackOf(operation.Node, Support(radius)).ToDictionary(pulled => pulled.Input, pulled => pulled.Pulled);
        foreach ((int input, double[] pulled) in PullbackOf(operation.Node, radius))
        {
            if (!isOnTheWay[input] || passed.Contains(input))
                continue;
            int index = operation.Inputs.TakeWhile(other => other != input).Count();
            if (operation.Inputs.Count(other => other == input) != 1 || operation.SlopeSign(index) is null || !Widen(input, pulled, reached[input]))
                return false;
        }

        return true;
    }

    // The slopes of a product are elements of the other factor. It is recorded again with their absolute values.
    private bool PassThroughAbsolute(RecordedOperation operation, double[] radius, HashSet<int> passed)
    {
        using Tape<T> absolute = new(record.Device, record.Selections);
        Dictionary<int, int> originals = [];
        Var<T>[] inputs = new Var<T>[operation.Inputs.Count];
        for (int index = 0; index < inputs.Length; index++)
        {
            int input = operation.Inputs[index];
            T[] elements = Array.ConvertAll(record.Value(input).ToArray(), T.Abs);
            inputs[index] = record.NeedsGradient(input)
                ? absolute.Variable(record.Value(input).Shape, elements)
                : absolute.Constant(record.Value(input).Shape, elements);
            originals.Add(inputs[index].Node, input);
        }

        Var<T> output = record.ColumnAt(operation.Node).RecordOn(absolute, record.PlaceAt(operation.Node), inputs);
        Dictionary<int, double[]> reached = Pull(Support(radius)).ToDictionary(pulled => pulled.Input, pulled => pulled.Pulled);
        return Pull(radius).All(pulled => !isOnTheWay[pulled.Input] || passed.Contains(pulled.Input)
            || Widen(pulled.Input, pulled.Pulled, reached[pulled.Input]));

        List<(int Input, double[] Pulled)> Pull(double[] cotangent) => absolute.Reverse
            .PullbackOf(output.Node, Array.ConvertAll(cotangent, T.CreateTruncating))
            .ConvertAll(pulled => (originals[pulled.Input], Array.ConvertAll(pulled.Cotangent, double.CreateTruncating)));
    }

    // 1 where a radius is not 0: taken back, it shows which elements the radius must reach.
    private static double[] Support(double[] radius) => Array.ConvertAll(radius, part => part == 0 ? 0.0 : 1);

    // False if a radius that must reach an element underflowed.
    private bool Widen(int node, double[] by, double[] reached)
    {
        if (!isOnTheWay[node])
            return true;
        (_, double[] radius) = Of(node);
        for (int i = 0; i < by.Length; i++)
        {
            if (reached[i] != 0 && !double.IsNormal(by[i]))
                return false;
            radius[i] += (1 + Widening) * Math.Abs(by[i]);
        }

        return true;
    }

    private (double[] Centre, double[] Radius) Of(int node)
    {
        if (!bounds.TryGetValue(node, out (double[], double[]) held))
        {
            int count = record.Value(node).Count;
            bounds.Add(node, held = (new double[count], new double[count]));
        }

        return held;
    }

    private IEnumerable<(int Input, double[] Pulled)> PullbackOf(int node, double[] cotangent) =>
        reverse.PullbackOf(node, Array.ConvertAll(cotangent, T.CreateTruncating))
            .Select(pulled => (pulled.Input, Array.ConvertAll(pulled.Cotangent, double.CreateTruncating)));
}
