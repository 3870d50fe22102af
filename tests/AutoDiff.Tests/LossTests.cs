using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Losses against their definitions, as PyTorch documents them, and gradients against differences of those.</summary>
public class LossTests
{
    private static readonly double[] Scores = [0.3, -1.2, 2.1, 0.7, 0.1, -0.4, 1.5, -2.2, 0.9, 0.2, 0.6, -0.8];
    private static readonly int[] Labels = [2, 0, 1, 2];
    private static readonly double[] ClassWeights = [0.5, 2, 1.25];

    [Fact]
    public void AbsoluteErrors()
    {
        double[] y = [0.1, -1.0, 2.5, 0.7, 3, -3, 1, 1, 1, 1, 1, 1];
        Check(v => v[0].MeanAbsoluteError(v[1]), x => Mean(x[0].Zip(x[1], (p, q) => Math.Abs(p - q))), Scores, [.. y.Select(t => t + 0.01)]);
        using Tape<double> tape = new();
        Var<double> a = tape.Variable([2], [1, 2]), b = tape.Variable([2], [1, 5]);
        Assert.Equal([0.0, 3], a.MeanAbsoluteError(b, LossReduction.None).ToArray());
        Assert.Equal([0.0, -1], tape.Backward(a.MeanAbsoluteError(b, LossReduction.Sum))[a].ToArray());
        Assert.Throws<ArgumentException>(() => a.MeanAbsoluteError(tape.Variable([1], [0])));
        Assert.Throws<ArgumentException>(() => tape.Variable([0], []).MeanAbsoluteError(tape.Variable([0], [])));
        Assert.Equal(0, tape.Variable([0], []).MeanAbsoluteError(tape.Variable([0], []), LossReduction.Sum).GetScalar());

        foreach (double beta in (double[])[0.5, 1, 2])
        {
            Check(v => v[0].SmoothL1Loss(v[1], beta),
                x => Mean(x[0].Zip(x[1], (p, q) => Math.Abs(p - q) is var d && d < beta ? d * d / (2 * beta) : d - (beta / 2))),
                Scores, [.. y.Select(t => t + 0.01)]);
        }

        Assert.Equal(a.MeanAbsoluteError(b).GetScalar(), a.SmoothL1Loss(b, 0).GetScalar());
        Assert.Throws<ArgumentOutOfRangeException>(() => a.SmoothL1Loss(b, -1));

        // Neither the square of a number below β nor a product with β leaves the range of Half.
        using Tape<Half> small = new();
        Assert.Equal((Half)450, small.Variable([1], [(Half)900]).SmoothL1Loss(small.Variable([1], [(Half)0]), 900).GetScalar());
        Assert.Equal((Half)60000, small.Variable([1], [(Half)60000]).SmoothL1Loss(small.Variable([1], [(Half)0]), 0.001).GetScalar());
    }

    [Fact]
    public void BinaryCrossEntropies()
    {
        double[] targets = [1, 0, 0.25, 1, 0, 1, 0.5, 0, 1, 1, 0, 0.75], weights = [0.5, 2, 3];
        Check(v => v[0].BinaryCrossEntropy(v[1]),
            x => Mean(x[0].Zip(x[1], (p, t) => -((t * Math.Log(Sigmoid(p))) + ((1 - t) * Math.Log(1 - Sigmoid(p)))))),
            Scores, targets);
        Check(v => v[0].Reshape(4, 3).BinaryCrossEntropy(v[1].Reshape(4, 3), v[2], LossReduction.Sum),
            x => Enumerable.Range(0, 12).Sum(i => -((x[2][i % 3] * x[1][i] * Math.Log(Sigmoid(x[0][i]))) + ((1 - x[1][i]) * Math.Log(1 - Sigmoid(x[0][i]))))),
            Scores, targets, weights);
        using Tape<double> tape = new();
        Var<double> far = tape.Variable([4], [1000, -1000, 1000, -50]), t = tape.Constant([4], [1, 0, 0, 0]);
        Var<double> losses = far.BinaryCrossEntropy(t, LossReduction.None);
        Assert.Equal([0, 0, 1000, Math.Exp(-50)], losses.ToArray(), (a, b) => Math.Abs(a - b) <= 1e-15 * Math.Abs(a));
        Assert.Equal([0, 0, 1, Math.Exp(-50)], tape.Backward(losses.Sum())[far].ToArray(), (a, b) => Math.Abs(a - b) <= 1e-15 * Math.Abs(a));
        Assert.Throws<ArgumentException>(() => far.BinaryCrossEntropy(t, tape.Constant([3, 4], new double[12])));
    }

    [Fact]
    public void NegativeLogLikelihoods()
    {
        CrossEntropyOptions weighted = new() { ClassWeights = ClassWeights };
        Check(v => v[0].Reshape(4, 3).NegativeLogLikelihood(Labels),
            x => Mean(Enumerable.Range(0, 4).Select(i => -x[0][(3 * i) + Labels[i]])), Scores);
        Check(v => v[0].Reshape(4, 3).NegativeLogLikelihood(Labels, weighted),
            x => Enumerable.Range(0, 4).Sum(i => -ClassWeights[Labels[i]] * x[0][(3 * i) + Labels[i]]) / Labels.Sum(label => ClassWeights[label]), Scores);
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([4, 3], Scores);
        double[] each = x.NegativeLogLikelihood([2, -100, 1, -100], weighted with { IgnoredLabel = -100, Reduction = LossReduction.None }).ToArray();
        Assert.Equal([-1.25 * 2.1, 0, 2 * 2.2, 0], each);
        Assert.True(double.IsNaN(x.NegativeLogLikelihood([7, 7, 7, 7], new() { IgnoredLabel = 7 }).GetScalar()));
        Assert.Equal(0, x.NegativeLogLikelihood([7, 7, 7, 7], new() { IgnoredLabel = 7, Reduction = LossReduction.Sum }).GetScalar());
        Assert.Contains("label 3 of example 1", Assert.Throws<ArgumentException>(
            () => x.NegativeLogLikelihood([0, 3, 0, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => x.NegativeLogLikelihood([0]));
        Assert.Throws<ArgumentException>(() => x.NegativeLogLikelihood(Labels, new() { ClassWeights = [1, 2] }));
        Assert.Throws<ArgumentException>(() => x.NegativeLogLikelihood(Labels, new() { ClassWeights = [1, -2, 1] }));
        Assert.Throws<ArgumentException>(() => x.NegativeLogLikelihood(Labels, new() { LabelSmoothing = 0.1 }));

        // [examples, classes, places]: the loss of [1, 3, 4] is that of its transpose.
        Var<double> places = tape.Variable([1, 3, 4], Scores), rows = places.Select(0, 0).Transpose();
        Assert.Equal([1, 4], places.NegativeLogLikelihood(Labels, new() { Reduction = LossReduction.None }).Shape.ToArray());
        Assert.Equal(rows.NegativeLogLikelihood(Labels, weighted).GetScalar(), places.NegativeLogLikelihood(Labels, weighted).GetScalar());
        Assert.Equal(rows.CrossEntropy(Labels).GetScalar(), places.CrossEntropy(Labels, new CrossEntropyOptions()).GetScalar(), 1e-15);
    }

    [Fact]
    public void CrossEntropiesWithOptions()
    {
        foreach (double smoothing in (double[])[0, 0.1, 1])
        {
            foreach (IReadOnlyList<double>? weights in (IReadOnlyList<double>?[])[null, ClassWeights])
            {
                foreach (int? ignored in (int?[])[null, 0])
                {
                    foreach (LossReduction reduction in (LossReduction[])[LossReduction.Mean, LossReduction.Sum])
                    {
                        CrossEntropyOptions options = new()
                        {
                            ClassWeights = weights,
                            IgnoredLabel = ignored,
                            LabelSmoothing = smoothing,
                            Reduction = reduction,
                        };
                        Check(v => v[0].Reshape(4, 3).CrossEntropy(Labels, options), x => Defined(x[0], options), Scores);
                    }
                }
            }
        }

        using Tape<double> tape = new();
        Var<double> logits = tape.Variable([4, 3], [1, 2, 3, double.NaN, double.PositiveInfinity, 0, 1e4, 0, -1e4, 0, 0, 0]);
        CrossEntropyOptions each = new() { IgnoredLabel = -1, Reduction = LossReduction.None, LabelSmoothing = 0.3 };
        double[] losses = logits.CrossEntropy([2, -1, -1, 0], each).ToArray();
        Assert.Equal(0, losses[1]);
        Assert.Equal(0, losses[2]);
        Assert.Equal(Math.Log(3), losses[3], 1e-15);
        Assert.Equal(new double[3], tape.Backward(logits.CrossEntropy([2, -1, 0, 0], each).Sum())[logits].ToArray()[3..6]);
        Assert.True(double.IsNaN(logits.CrossEntropy([-1, -1, -1, -1], each with { Reduction = LossReduction.Mean }).GetScalar()));
        Assert.Equal(new double[4], logits.CrossEntropy([-1, -1, -1, -1], each with { LabelSmoothing = 0 }).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => logits.CrossEntropy(Labels, new CrossEntropyOptions { LabelSmoothing = 1.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => logits.CrossEntropy(Labels, new CrossEntropyOptions { LabelSmoothing = double.NaN }));
        Assert.Throws<ArgumentException>(() => tape.Variable([3], [1, 2, 3]).CrossEntropy([0], new CrossEntropyOptions()));

        // A mean over many weighted examples stays in the range of Half.
        using Tape<Half> small = new();
        Var<Half> many = small.Variable([30000, 2], [.. Enumerable.Repeat((Half)0, 60000)]);
        Half mean = many.CrossEntropy(new int[30000], new CrossEntropyOptions { ClassWeights = [3, 1] }).GetScalar();
        Assert.Equal(Math.Log(2), (double)mean, 1e-3);
    }

    [Fact]
    public void CrossEntropiesOfSoftLabels()
    {
        double[] targets = [0.2, 0.3, 0.5, 1, 0, 0, 0.25, 0.25, 0.5, 0.1, 0.8, 0.1];
        foreach (double smoothing in (double[])[0, 0.2])
        {
            Check(v => v[0].Reshape(4, 3).CrossEntropy(v[1].Reshape(4, 3), new() { ClassWeights = ClassWeights, LabelSmoothing = smoothing }),
                x => Enumerable.Range(0, 12).Sum(i => -ClassWeights[i % 3] * ((x[1][i] * (1 - smoothing)) + (smoothing / 3)) * LogSoftmax(x[0], i)) / 4,
                Scores, targets);
        }

        using Tape<double> tape = new();
        Var<double> logits = tape.Variable([4, 3], Scores);
        Assert.Equal(logits.CrossEntropy(Labels).GetScalar(), logits.CrossEntropy(tape.OneHot(Labels, 3)).GetScalar(), 1e-15);
        Assert.Throws<ArgumentException>(() => logits.CrossEntropy(tape.OneHot(Labels, 3), new CrossEntropyOptions { IgnoredLabel = 0 }));
        Assert.Throws<ArgumentException>(() => logits.CrossEntropy(tape.OneHot(Labels, 4)));
    }

    [Fact]
    public void KullbackLeiblerDivergences()
    {
        double[] p = [0.2, 0.3, 0.5, 0.1, 0.6, 0.3];
        Check(v => v[0].KlDivergence(v[1]), x => Mean(x[0].Zip(x[1], (q, t) => t * (Math.Log(t) - q))), Scores[..6], p);
        Check(v => v[0].KlDivergence(v[1], true, LossReduction.Sum), x => x[0].Zip(x[1], (q, t) => Math.Exp(t) * (t - q)).Sum(), Scores[..6], Scores[6..]);
        using Tape<double> tape = new();
        Var<double> log = tape.Variable([2], [Math.Log(0.5), Math.Log(0.5)]);
        Assert.Equal([0, Math.Log(2)], log.KlDivergence(tape.Constant([2], [0, 1]), false, LossReduction.None).ToArray());
        Assert.Equal([0.0, -1], tape.Backward(log.KlDivergence(tape.Constant([2], [0, 1]), false, LossReduction.Sum))[log].ToArray());
    }

    [Fact]
    public void LossesWithMargins()
    {
        foreach (int p in (int[])[1, 2])
        {
            Check(v => v[0].Reshape(4, 3).MultiMarginLoss(Labels, p, 0.75, ClassWeights),
                x => Mean(Enumerable.Range(0, 4).Select(i => ClassWeights[Labels[i]] / 3
                * Enumerable.Range(0, 3).Where(c => c != Labels[i]).Sum(c => Math.Pow(Math.Max(0, 0.75 - x[0][(3 * i) + Labels[i]] + x[0][(3 * i) + c]), p)))),
                Scores);
        }

        double[] other = [1.3, -0.2, 0.1, 0.9, -1.1, 0.4, 0.5, -1.2, 0.3, 0.7, 1.6, -0.1], third = [.. other.Select(x => 0.9 - (0.7 * x))];
        foreach (double p in (double[])[1, 2, double.PositiveInfinity])
        {
            foreach (bool swaps in (bool[])[false, true])
            {
                Check(v => v[0].Reshape(4, 3).TripletMarginLoss(v[1].Reshape(4, 3), v[2].Reshape(4, 3), 1.5, p, swaps: swaps),
                    x => Mean(Enumerable.Range(0, 4).Select(i =>
                {
                    double far = Distance(x[0], x[2], i, p);
                    if (swaps)
                        far = Math.Min(far, Distance(x[1], x[2], i, p));
                    return Math.Max(0, Distance(x[0], x[1], i, p) - far + 1.5);
                })), Scores, other, third);
            }
        }

        int[] targets = [1, -1, -1, 1];
        Check(v => v[0].Reshape(4, 3).CosineEmbeddingLoss(v[1].Reshape(4, 3), targets, -0.3), x => Mean(Enumerable.Range(0, 4).Select(i =>
        {
            double cosine = Cosine(x[0], x[1], i);
            return targets[i] == 1 ? 1 - cosine : Math.Max(0, cosine + 0.3);
        })), Scores, other);

        using Tape<double> tape = new();
        Var<double> scores = tape.Variable([4, 3], Scores), ones = tape.Variable([2, 2], [0, 0, 1e300, 1e300]),
            twos = tape.Variable([2, 2], [1, 1, 1e-300, -3e-300]);
        Assert.Equal([0, -0.4472135954999579], ones.CosineSimilarity(twos, epsilon: 1e-305).ToArray(), (a, b) => Math.Abs(a - b) <= 1e-15);
        Assert.Throws<ArgumentException>(() => scores.CosineEmbeddingLoss(scores, [1, 0, 1, 1]));
        Assert.Throws<ArgumentException>(() => scores.CosineEmbeddingLoss(scores, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => scores.CosineSimilarity(scores, epsilon: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => scores.MultiMarginLoss(Labels, 3));
        Assert.Throws<ArgumentException>(() => scores.MultiMarginLoss([0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => scores.TripletMarginLoss(scores, scores, p: 3));

        // The label itself is no competitor, at any margin.
        Assert.Equal(0, tape.Variable([1, 2], [5, 1]).MultiMarginLoss([0], margin: 4).GetScalar());
        Assert.Equal([0.0, 0], Slopes(v => v.Reshape(1, 2).MultiMarginLoss([0], 1, 4), [5, 1]));
        Assert.Equal([-0.5, 0.5], Slopes(v => v.Reshape(1, 2).MultiMarginLoss([0], 1, 5), [5, 1]));
    }

    [Fact]
    public void KinksOfLossesAreCertified()
    {
        Assert.True(Clarke.Gradient(Objective.OfTensor(v => v.Reshape(1, 2).MultiMarginLoss([0], 1, 4)), [5, 1]).Certificate.IsCertified);
        Assert.True(Clarke.Gradient(Objective.OfTensor(v => v.MeanAbsoluteError(v.Tape.Constant([2], [1.0, 2]))), [1, 2]).Certificate.IsCertified);
        Objective triplet = Objective.OfTensor(v => v.Slice(0, 0, 2).TripletMarginLoss(v.Slice(0, 2, 2), v.Slice(0, 4, 2), 1, 2, 0));
        Assert.True(Clarke.Gradient(triplet, [1, 2, 1, 2, 5, 5]).Certificate.IsCertified);
    }

    private static double Defined(double[] logits, CrossEntropyOptions options)
    {
        double sum = 0, divisor = 0, smoothing = options.LabelSmoothing;
        for (int i = 0; i < 4; i++)
        {
            if (Labels[i] == options.IgnoredLabel)
                continue;
            double Weight(int label) => options.ClassWeights?[label] ?? 1;
            sum -= (1 - smoothing) * Weight(Labels[i]) * LogSoftmax(logits, (3 * i) + Labels[i]);
            for (int c = 0; c < 3; c++)
                sum -= smoothing / 3 * Weight(c) * LogSoftmax(logits, (3 * i) + c);
            divisor += Weight(Labels[i]);
        }

        return options.Reduction == LossReduction.Mean ? sum / divisor : sum;
    }

    private static double LogSoftmax(double[] x, int element)
    {
        int row = element / 3 * 3;
        return x[element] - Math.Log(Math.Exp(x[row]) + Math.Exp(x[row + 1]) + Math.Exp(x[row + 2]));
    }

    private static double Distance(double[] x, double[] y, int row, double p)
    {
        double[] sizes = [.. Enumerable.Range(3 * row, 3).Select(i => Math.Abs(x[i] - y[i] + 1e-6))];
        return p == 1 ? sizes.Sum() : p == 2 ? Math.Sqrt(sizes.Sum(size => size * size)) : sizes.Max();
    }

    private static double Cosine(double[] x, double[] y, int row)
    {
        double Product(double[] a, double[] b) => Enumerable.Range(3 * row, 3).Sum(i => a[i] * b[i]);
        return Product(x, y) / Math.Sqrt(Product(x, x) * Product(y, y));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Mean(IEnumerable<double> losses) => losses.Average();

    private static double[] Slopes(Func<Var<double>, Var<double>> program, double[] point)
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([point.Length], point);
        return tape.Backward(program(x))[x].ToArray();
    }

    // The value, and the gradient with respect to every input against central differences of the definition.
    private static void Check(Func<Var<double>[], Var<double>> program, Func<double[][], double> definition, params double[][] inputs)
    {
        using Tape<double> tape = new();
        Var<double>[] x = [.. inputs.Select(input => tape.Variable([input.Length], input))];
        Var<double> loss = program(x);
        double expected = definition(inputs);
        Assert.Equal(expected, loss.GetScalar(), 1e-13 * (1 + Math.Abs(expected)));
        Gradients<double> gradients = tape.Backward(loss);
        for (int k = 0; k < inputs.Length; k++)
        {
            double[] gradient = gradients[x[k]].ToArray();
            for (int i = 0; i < gradient.Length; i++)
            {
                double Moved(double by)
                {
                    double[][] moved = [.. inputs.Select(input => (double[])input.Clone())];
                    moved[k][i] += by;
                    return definition(moved);
                }

                Assert.Equal((Moved(1e-5) - Moved(-1e-5)) / 2e-5, gradient[i], 1e-8);
            }
        }
    }
}
