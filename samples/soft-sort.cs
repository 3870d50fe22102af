#:project ../src/AutoDiff
using ConservativeAD;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

// Soft ranks (M. Blondel, O. Teboul, Q. Berthet and J. Djolonga, ICML 2020): the ranks of θ, 1 for the largest, are a linear program over all orders of
// (n, …, 1); the nearest point of their hull to −θ/ε instead is differentiable almost everywhere. It has kinks of its own, and the census finds them.
double[] scores = [2.9, 0.1, 1.2, 1.2];
foreach (double softness in (double[])[0.01, 1, 100])
{
    Active[] soft = SoftRanks([.. scores.Select(score => (Active)score)], softness);
    Console.WriteLine($"softness {softness}: ranks {string.Join(" ", soft.Select(rank => $"{rank.Value:f3}"))}");
}

// Ranks that are tied share their place, and a rank of a hard sort jumps there; the soft one has no kink.
Tell("tied", [2, 1, 1]);
Tell("near", [2, 1.25, 1]);

// Where two scores are exactly the softness apart, their blocks part: ½ of a score's change moves its rank on one side, nothing on the other.
Tell("parting", [4, 1, 0]);

static Active[] SoftRanks(Active[] scores, double softness)
{
    int n = scores.Length;
    Active[] z = [.. scores.Select(score => -score / softness)];
    int[] order = [.. Enumerable.Range(0, n)];
    Array.Sort(order, (i, j) => z[i] > z[j] ? -1 : z[j] > z[i] ? 1 : i - j);

    // The nonincreasing sequence nearest to y is vᵢ = min over j ≤ i of the max over k ≥ i of the means of y from j to k (R. Barlow and H. Brunk, JASA 1972).
    Active[] y = [.. order.Select((index, place) => z[index] - (n - place))], v = new Active[n], ranks = new Active[n];
    for (int i = 0; i < n; i++)
        v[i] = Enumerable.Range(0, i + 1).Select(j => Enumerable.Range(i, n - i).Select(k => Mean(y[j..(k + 1)])).Aggregate(Active.Max)).Aggregate(Active.Min);
    for (int i = 0; i < n; i++)
        ranks[order[i]] = z[order[i]] - v[i];
    return ranks;
}

static Active Mean(Active[] y) => y.Aggregate((sum, next) => sum + next) / y.Length;

static void Tell(string name, double[] scores)
{
    Objective second = Objective.OfScalars(theta => SoftRanks(theta, 1)[1]);
    ClarkeSubdifferential set = Clarke.Subdifferential(second, scores);
    string slopes = string.Join(" or ", set.Generators.Select(slope => $"({string.Join(", ", slope.Select(s => $"{s + 0.0:0.###}"))})").Order());
    Console.WriteLine($"{name}: rank {second.Value(scores):f3}, slopes {slopes}, exact: {set.IsExact}; {second.Kinks(scores)}");
}

// prints:
// softness 0.01: ranks 1.000 4.000 2.500 2.500
// softness 1: ranks 1.000 3.733 2.633 2.633
// softness 100: ranks 2.485 2.513 2.502 2.502
// tied: rank 2.333, slopes (0.333, -0.667, 0.333), exact: True; comparison (node 10): 1 of 1; comparison (node 10): 1 of 1; maximum (node 30): 1 of 1
// near: rank 2.167, slopes (0.333, -0.667, 0.333), exact: True; no kinks
// parting: rank 2.000, slopes (0, -0.5, 0.5) or (0, 0, 0), exact: True; maximum (node 16): 1 of 1; minimum (node 31): 1 of 1
