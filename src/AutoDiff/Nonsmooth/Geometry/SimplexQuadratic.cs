using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ConservativeAD.Nonsmooth;

/// <summary>
/// Minimises ½‖Σwᵢgᵢ‖² + c'w over the simplex by an active-set method, for a list of vectors that changes between solutions. With c = 0 this is the point of
/// least norm of a hull (P. Wolfe, Math. Program. 11, 1976), otherwise the dual of a proximal bundle step (K. Kiwiel, Methods of Descent for Nondifferentiable
/// Optimization, 1985).
/// </summary>
/// <remarks>
/// The vectors of positive weight are affinely independent. The differences from the first of them, the base, are kept as QR, which follows each vector that
/// enters or leaves and outlasts the solution: the next one starts from it. Products are taken with differences, so that the part common to all vectors costs
/// no digits, and weights are corrected with the combination that they give (N. Higham, Accuracy and Stability of Numerical Algorithms, 2002, chapter 20).
/// </remarks>
internal sealed class SimplexQuadratic
{
    private const double Accuracy = 1e-15;
    private const double UnitRoundoff = 1.0 / (1L << 53);
    private const int MaximumCorrections = 5;

    // The rounding error of a product of two vectors, relative to their sizes; what it cannot decide is decided with their difference.
    private const double ProductError = 1e-13;

    // Corrections end this close to the rounding error of a combination, or tell that the factors are worn out.
    private const double Corrected = 4;
    private const double WornOut = 1e3;

    // A base this much longer than another vector would take digits from their difference.
    private const double LongBase = 16;

    // The products of a step with each vector of the support: to factor, combine and correct.
    private const long CorralPasses = 4;

    private const int MaximumPredictions = 31;

    // The number of consecutive steps in which rounding may keep the value from falling before the method stops.
    private const int MaximumFailures = 3;

    private readonly List<double[]> vectors = [];
    private readonly List<double> norms = [];
    private readonly List<double> weights = [];

    // The indices of the vectors of positive weight, the base first; column k − 1 of the factors is the difference of vector support[k] from it.
    private readonly List<int> support = [];
    private readonly ThinQr factors = new();

    // The derivative of the objective along the columns of Q; null if weights or factors have changed since.
    private double[]? slopes;
    private bool isFactored, isFresh, hasMoved;

    // The number of steps since the combination was formed from the weights.
    private int predictions;
    private IReadOnlyList<double>? linear;

    /// <summary>Starts with no vectors.</summary>
    public SimplexQuadratic()
    {
    }

    /// <summary>Starts with the given vectors.</summary>
    public SimplexQuadratic(IEnumerable<double[]> vectors)
    {
        foreach (double[] vector in vectors)
            Add(vector);
    }

    /// <summary>The weights of the vectors: nonnegative numbers with the sum 1, or all 0 before the first solution.</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>Σ wᵢgᵢ.</summary>
    public double[] Combination { get; private set; } = [];

    /// <summary>Adds a vector, with the weight 0.</summary>
    public void Add(double[] vector)
    {
        vectors.Add(vector);
        norms.Add(Vectors.Norm(vector));
        weights.Add(0);
    }

    /// <summary>Removes a vector. If it has weight, the others get it in proportion to theirs.</summary>
    public void RemoveAt(int index)
    {
        int position = support.IndexOf(index);
        if (position >= 0)
        {
            Leave(position);
            Normalise();
        }

        vectors.RemoveAt(index);
        norms.RemoveAt(index);
        weights.RemoveAt(index);
        for (int k = 0; k < support.Count; k++)
        {
            if (support[k] > index)
                support[k]--;
        }
    }

    /// <summary>Replaces a vector, which keeps its weight.</summary>
    public void Replace(int index, double[] vector)
    {
        vectors[index] = vector;
        norms[index] = Vectors.Norm(vector);
        isFactored &= weights[index] == 0;
    }

    /// <summary>Gives all weight to one vector.</summary>
    public void StartFrom(int index) => StartFrom([index], [1]);

    /// <summary>Gives the vectors weights from elsewhere.</summary>
    /// <param name="given">A weight for each vector: nonnegative numbers with the sum 1, or all 0.</param>
    public void StartFrom(IReadOnlyList<double> given)
    {
        int[] members = [.. Enumerable.Range(0, given.Count).Where(i => given[i] > 0)];
        StartFrom(members, Array.ConvertAll(members, i => given[i]));
    }

    /// <summary>Solves the problem, starting from the present weights.</summary>
    /// <param name="costs">c; 0 if null.</param>
    /// <param name="work">The budget of the search. If it is spent, the weights are the best ones so far.</param>
    /// <param name="isLast">Whether the combination must be that of the weights to the last digits; otherwise it may have rounding errors of a few steps more,
    /// which saves most of the products of a step.</param>
    public void Solve(IReadOnlyList<double>? costs = null, WorkBudget? work = null, bool isLast = true)
    {
        if (linear is not null || costs is not null)
            slopes = null;
        linear = costs;
        if (support.Count == 0)
            StartFrom(Enumerable.Range(0, vectors.Count).MinBy(i => costs is null ? norms[i] : (0.5 * norms[i] * norms[i]) + costs[i]));
        double least = double.PositiveInfinity;
        int level = 0;
        int[] members = [.. support];
        double[] best = WeightsOf(members);
        HashSet<int> failed = [];
        int entering = -1;
        for (int step = 0; step < 10 * (vectors.Count + 10); step++)
        {
            work?.Spend((long)(vectors.Count + (CorralPasses * support.Count)) * vectors[0].Length);
            hasMoved = false;
            Reduce();
            double value = Value(out double error);
            level = value < least ? 0 : level + 1;
            if (value < least || (hasMoved && value <= least + error && level <= support.Count + MaximumFailures))
            {
                least = Math.Min(least, value);
                members = [.. support];
                best = WeightsOf(members);
                if (level == 0)
                    failed.Clear();
            }
            else if (!failed.Add(entering) || failed.Count > MaximumFailures)
            {
                break;
            }

            bool isSpent = work is { IsSpent: true };
            entering = isSpent ? -1 : Entering(failed);
            if (entering >= 0)
            {
                Admit(entering);
                continue;
            }

            if (predictions == 0 || !isLast)
                break;
            slopes = null;
            if (!isSpent)
                least = double.PositiveInfinity;
        }

        if (!members.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(support)) || !best.AsSpan().SequenceEqual(WeightsOf(members)))
            StartFrom(members, best);
        else if (predictions == 0 || !isLast)
            return;
        (Combination, slopes, predictions) = (Combined(), null, 0);
    }

    /// <summary>
    /// The combination without its rounding errors along the differences of the vectors that have weight. Where it is short, these errors turn it; its products
    /// with them would decide what enters.
    /// </summary>
    public double[] Normal()
    {
        double[] slope = Slopes(), normal = [.. Combination];
        for (int k = 0; k < slope.Length; k++)
            factors.AddTo(normal, k, -slope[k]);
        return normal;
    }

    private double[] WeightsOf(int[] members) => Array.ConvertAll(members, i => weights[i]);

    private void StartFrom(int[] members, double[] shares)
    {
        foreach (int i in support)
            weights[i] = 0;
        support.Clear();
        support.AddRange(members);
        for (int k = 0; k < members.Length; k++)
            weights[members[k]] = shares[k];
        isFactored = false;
    }

    private double Cost(int index) => linear is null ? 0 : linear[index];

    private double Value(out double error)
    {
        double norm = Vectors.Norm(Combination);
        error = Corrected * Rounding();
        if (linear is null)
            return norm;
        error = (error * norm) + (Corrected * UnitRoundoff * support.Sum(i => weights[i] * Math.Abs(Cost(i))));
        return (0.5 * norm * norm) + support.Sum(i => weights[i] * Cost(i));
    }

    // The bound of the rounding error of the combination.
    private double Rounding() => UnitRoundoff * support.Sum(i => weights[i] * norms[i]);

    // The vector along which the objective falls most, of those without weight; −1 if it falls along none, up to rounding.
    private int Entering(HashSet<int> excluded)
    {
        if (support.Count == vectors.Count || (linear is null && Vectors.Norm(Combination) <= Rounding()))
            return -1;
        double[] first = vectors[support[0]], difference = new double[first.Length], normal = Normal();
        double norm = Vectors.Norm(normal);
        if (linear is null && norm <= Corrected * UnitRoundoff * Vectors.Norm(Combination))
            return -1;

        // Products with a unit vector do not underflow.
        (double[] along, double length) = linear is null ? (Vectors.Unit(normal), 1) : (normal, norm);
        double origin = Cost(support[0]), product = TensorPrimitives.Dot<double>(first, along), deepest = 0;
        int entering = -1;
        for (int i = 0; i < vectors.Count; i++)
        {
            if (weights[i] > 0 || excluded.Contains(i))
                continue;
            double about = origin - Cost(i) + product - TensorPrimitives.Dot<double>(vectors[i], along);
            if (about + (ProductError * length * (norms[i] + norms[support[0]])) < deepest)
                continue;
            TensorPrimitives.Subtract(vectors[i], first, difference);
            double below = origin - Cost(i) - TensorPrimitives.Dot<double>(difference, along);
            if (below > deepest && below > Accuracy * ((length * Vectors.Norm(difference)) + Math.Abs(Cost(i)) + Math.Abs(origin)))
                (entering, deepest) = (i, below);
        }

        return entering;
    }

    // Moves to the minimum over the support's affine hull, or as far towards it as the simplex allows, and drops vectors whose weight became 0.
    private void Reduce()
    {
        double before = double.PositiveInfinity;
        for (int corrections = 0; corrections <= MaximumCorrections;)
        {
            double[] slope = Slopes();
            double steepness = Vectors.Norm(slope), rounding = Rounding();
            if (steepness <= Corrected * rounding)
                break;
            double[] shift = Shift(slope);
            bool isFinite = Array.TrueForAll(shift, double.IsFinite);
            if (!isFinite || !(steepness < 0.5 * before))
            {
                if (isFresh || (isFinite && steepness <= WornOut * rounding))
                    break;
                isFactored = false;
                before = double.PositiveInfinity;
                continue;
            }

            before = steepness;
            corrections++;
            if (Move(shift))
                (before, corrections) = (double.PositiveInfinity, 0);
            else if (Predict(slope, rounding))
                break;
        }

        for (int k = support.Count - 1; k >= 0 && support.Count > 1; k--)
        {
            if (weights[support[k]] == 0)
                Leave(k);
        }

        Slopes();
    }

    // The derivative of the objective along the columns of Q, and with it the combination.
    private double[] Slopes()
    {
        if (!isFactored)
            Factor();
        if (slopes is not null)
            return slopes;
        Combination = Combined();
        predictions = 0;
        slopes = factors.Products(Combination);
        if (linear is null)
            return slopes;
        double[] costs = new double[slopes.Length];
        for (int k = 0; k < costs.Length; k++)
            costs[k] = Cost(support[k + 1]) - Cost(support[0]);
        factors.SolveTransposed(costs);
        TensorPrimitives.Add(slopes, costs, slopes);
        return slopes;
    }

    // The combination after a full step without products, where all slopes were 0 except that along the column of Q that came last. Its errors are those of
    // the steps so far, so that the combination is formed from the weights now and then.
    private bool Predict(double[] slope, double rounding)
    {
        int last = slope.Length - 1;
        if (predictions == MaximumPredictions || linear is not null || last < 0 || Vectors.Norm(slope.AsSpan(0, last)) > Corrected * rounding)
            return false;
        predictions++;
        Combination = [.. Combination];
        factors.AddTo(Combination, last, -slope[last]);
        slopes = [.. slope[..last], 0];
        return true;
    }

    private double[] Combined()
    {
        double[] combined = new double[vectors[0].Length];
        foreach (int i in support)
            TensorPrimitives.MultiplyAdd(vectors[i], weights[i], combined, combined);
        return combined;
    }

    // The change of the support's weights that leads to the minimum over its affine hull.
    private double[] Shift(double[] slope)
    {
        double[] shift = new double[support.Count];
        Span<double> others = shift.AsSpan(1);
        TensorPrimitives.Negate(slope, others);
        factors.Solve(others);
        shift[0] = others.IsEmpty ? 0 : -TensorPrimitives.Sum<double>(others);
        return shift;
    }

    // Returns whether a vector left.
    private bool Move(double[] shift)
    {
        double reach = 1;
        int leaving = -1;
        for (int k = 0; k < shift.Length; k++)
        {
            double weight = weights[support[k]];
            if (weight + shift[k] > 0)
                continue;
            double ratio = shift[k] < 0 ? Math.Min(1, weight / -shift[k]) : 0;
            if (leaving < 0 || ratio < reach)
                (reach, leaving) = (ratio, k);
        }

        for (int k = 0; k < shift.Length; k++)
            weights[support[k]] = Math.Max(0, weights[support[k]] + (reach * shift[k]));
        hasMoved |= reach > 0;
        bool leaves = leaving >= 0 && support.Count > 1;
        if (leaves)
            Leave(leaving);
        Normalise();
        return leaves;
    }

    private void Normalise()
    {
        double sum = support.Sum(i => weights[i]);
        if (sum > 0)
        {
            foreach (int i in support)
                weights[i] /= sum;
        }

        slopes = null;
    }

    private void Factor()
    {
        while (!isFactored)
        {
            // The shortest vector as the base keeps the digits of all differences.
            int[] members = [.. support];
            int shortest = Array.IndexOf(members, members.MinBy(i => norms[i]));
            (members[0], members[shortest]) = (members[shortest], members[0]);
            support.Clear();
            factors.Clear();
            slopes = null;
            isFactored = true;
            foreach (int member in members)
                Admit(member);
        }

        isFresh = true;
    }

    // Adds a vector to the support. If it depends on those that are there, it takes the place of one, or its weight goes to them.
    private void Admit(int index)
    {
        double[] products = [];
        do
        {
            if (support.Count > 0 && norms[index] * LongBase < norms[support[0]])
                isFactored = false;
            if (!isFactored || support.Count == 0)
            {
                support.Add(index);
                slopes = null;
                return;
            }

            if (factors.Append(Vectors.Difference(vectors[index], vectors[support[0]]), out products))
            {
                support.Add(index);
                if (slopes is not null)
                    slopes = linear is null ? [.. slopes, factors.Product(slopes.Length, Combination)] : null;
                return;
            }
        }
        while (Exchange(index, products));
    }

    // Moves weight between a vector and those that it depends on, which leaves the combination where it is, until one of them has none. Returns whether that is
    // one of the support, which then leaves it.
    private bool Exchange(int index, double[] products)
    {
        factors.Solve(products);
        double[] rate = new double[support.Count];
        TensorPrimitives.Negate(products, rate.AsSpan(1));
        rate[0] = products.Length == 0 ? -1 : TensorPrimitives.Sum<double>(products) - 1;
        double rise = Cost(index);
        for (int k = 0; k < rate.Length; k++)
            rise += rate[k] * Cost(support[k]);
        double sign = rise <= 0 ? 1 : -1, reach = sign < 0 ? weights[index] : double.PositiveInfinity;
        int leaving = -1;
        for (int k = 0; k < rate.Length; k++)
        {
            if (sign * rate[k] < 0 && weights[support[k]] / -(sign * rate[k]) is var ratio && ratio < reach)
                (reach, leaving) = (ratio, k);
        }

        if (!double.IsFinite(reach))
            reach = 0;
        for (int k = 0; k < rate.Length; k++)
            weights[support[k]] = Math.Max(0, weights[support[k]] + (sign * reach * rate[k]));
        weights[index] = leaving < 0 ? 0 : weights[index] + (sign * reach);
        slopes = null;
        if (leaving < 0)
            return false;
        hasMoved |= rise < 0 && reach > 0;
        Leave(leaving);
        return true;
    }

    private void Leave(int position)
    {
        weights[support[position]] = 0;
        support.RemoveAt(position);
        slopes = null;
        isFresh = false;
        if (!isFactored || support.Count == 0)
            return;
        if (position > 0)
        {
            factors.RemoveAt(position - 1);
            return;
        }

        factors.RemoveFirstFromAll();
        isFactored = norms[support[0]] <= LongBase * support.Min(i => norms[i]);
    }
}
