using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using CsCheck;

namespace ConservativeAD.Tests.Subdifferentials;

/// <summary>Sets around ∂F(x) where kinks lie downstream of others.</summary>
public class NestedKinkTests
{
    private const int Width = 4;

    private static readonly Shape Vector = Shape.Of(Width);

    // Layers of four numbers that are 0 or tie at the origin.
    private static readonly (string Name, Func<Var<double>, double[], Var<double>> Layer)[] Layers =
    [
        ("relu", (x, _) => x.Relu()),
        ("abs", (x, _) => x.Abs()),
        ("leaky relu", (x, w) => x.LeakyRelu(w[0])),
        ("hardtanh", (x, _) => x.HardTanh()),
        ("mix", (x, w) => Matrix(x, w).MatMul(x.Reshape(Width, 1)).Reshape(Width)),
        ("linear", (x, w) => x.Reshape(1, Width).MatMul(Matrix(x, w)).Reshape(Width)),
        ("scale", (x, w) => x * x.Tape.Constant(Vector, w.AsSpan(0, Width))),
        ("exp", (x, _) => x.Exp() - 1.0),
        ("tanh", (x, w) => w[1] * x.Tanh()),
        ("square plus", (x, w) => x.Square() + (w[2] * x)),
        ("product of branches", (x, w) => (x.Relu() + w[3]) * (x.Abs() - w[4])),
        ("quotient", (x, w) => x.Relu() / (x + 2.0)),
        ("maximum over an axis", (x, w) => x.Max().BroadcastTo(Width) * x.Tape.Constant(Vector, w.AsSpan(0, Width))),
        ("maximum", (x, w) => x.Maximum(w[5] * x)),
        ("minimum", (x, w) => x.Minimum(w[6] * x.Square())),
        ("norm", (x, w) => x.Norm2().BroadcastTo(Width) - (w[7] * x)),
        ("norm 1", (x, w) => (x.Norm1() * w[8]).BroadcastTo(Width) + x),
        ("sort", (x, w) => x.Sort() * x.Tape.Constant(Vector, w.AsSpan(0, Width))),
        ("cumulative maximum", (x, w) => x.CumulativeMaximum(0) - (w[9] * x)),
        ("cumulative sum", (x, _) => x.CumulativeSum(0)),
        ("mean", (x, w) => x.Mean().BroadcastTo(Width) + (w[10] * x)),
        ("rearranged", (x, _) => Operations.Concatenate(0, x.Slice(0, 1, Width - 1), x.Slice(0, 0, 1))),
        ("softmax", (x, _) => x.Softmax()),
    ];

    private static readonly Gen<(int[] Chosen, double[] Weights, ulong Seed)> Programs = Gen.Select(
        Gen.Int[0, Layers.Length - 1].Array[2, 4], Gen.Double[-2, 2].Array[(2 * Width * Width) + Width], Gen.ULong[0, 1_000_000]);

    [Fact]
    public void TheSetAroundHoldsEveryGradientBeside()
    {
        Dictionary<string, int> met = [];
        int known = 0;
        Samples.Check(Programs, 400, drawn =>
        {
            (int[] chosen, double[] weights, ulong seed) = drawn;
            Objective objective = Objective.OfTensor(x => Program(x, chosen, weights));
            string name = string.Join(", ", chosen.Select(layer => Layers[layer].Name));
            ClarkeSubdifferential set = Clarke.Subdifferential(objective, new double[Width], 1, seed, SetMethod.Bounds);
            if (!set.Certificate.IsCertified)
                return;
            for (ulong draw = 0; draw < 40; draw++)
            {
                double[] direction = new double[Width];
                Philox.For(seed, 9, draw).Normal<double>(direction, 0, 1);
                double[] gradient = Clarke.Gradient(objective, new double[Width], direction).Gradient;
                Assert.True(set.Contains(gradient, 1e-7) != false, $"{name}: {set} leaves out ({string.Join(", ", gradient)})");
                double most = set.DirectionalDerivative(direction).Upper, along = gradient.Zip(direction, (a, b) => a * b).Sum();
                Assert.True(along <= most + (1e-7 * Math.Max(1, Math.Abs(most))), $"{name}: {along} above {most}");
                if (draw == 0 && double.IsFinite(most))
                {
                    known++;
                    foreach (int layer in chosen)
                        met[Layers[layer].Name] = met.GetValueOrDefault(Layers[layer].Name) + 1;
                }
            }
        });
        Assert.True(known > 200 && met.Count >= Layers.Length - 1, $"{known} sets around, of {string.Join(", ", met)}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ADeepNetworkAtItsKinksIsProvedNotStationary(bool isOfTensors)
    {
        const int n = 30;
        double[] first = new double[n * n], second = new double[n * n];
        Philox.For(3, 1).Normal<double>(first, 0, 1 / Math.Sqrt(n));
        Philox.For(3, 2).Normal<double>(second, 0, 1 / Math.Sqrt(n));

        // At 0 every unit of both layers is at its kink, and F rises by 100 along the first coordinate whatever they pass back.
        Objective tensors = Objective.OfTensor(x =>
        {
            Var<double> hidden = x.Reshape(1, n).MatMul(x.Tape.Constant(Shape.Of(n, n), first)).Relu();
            return hidden.MatMul(x.Tape.Constant(Shape.Of(n, n), second)).Relu().Mean() + (100.0 * x.Slice(0, 0, 1)).Sum();
        });
        Objective numbers = Objective.OfScalars(x =>
        {
            Active sum = 100 * x[0];
            Active[] hidden = new Active[n];
            for (int j = 0; j < n; j++)
            {
                Active argument = 0;
                for (int i = 0; i < n; i++)
                    argument += first[(i * n) + j] * x[i];
                hidden[j] = Active.Max(argument, 0);
            }

            for (int k = 0; k < n; k++)
            {
                Active argument = 0;
                for (int j = 0; j < n; j++)
                    argument += second[(j * n) + k] * hidden[j];
                sum += Active.Max(argument, 0) / n;
            }

            return sum;
        });
        Objective objective = isOfTensors ? tensors : numbers;
        ClarkeSubdifferential set = Clarke.Subdifferential(objective, new double[n], new SetOptions { Budget = 200 });
        Assert.Equal(SetProof.Bounds, set.Proof);
        Assert.False(set.IsStationary());
        Assert.InRange(set.Distance.Lower, 50, 100);
        Assert.InRange(set.Distance.Upper, set.Distance.Lower, 105);
        Assert.False(set.Contains(new double[n]));
        double[] descent = set.DescentDirection!;
        Assert.True(objective.Value([.. descent.Select(d => 0.01 * d)]) < -0.4);
        Bounds along = set.DirectionalDerivative(descent);
        Assert.InRange(along.Lower, -105, along.Upper);
        Assert.InRange(along.Upper, along.Lower, -40);
    }

    /// <summary>Between the kinks a bound underflows to 0 before it becomes large again; nothing is said of the set then.</summary>
    [Fact]
    public void ABoundThatUnderflowsIsNoBound()
    {
        Objective tensors = Objective.OfTensor(x => (1e-200 * (1e-200 * (1e200 * (1e250 * x.Relu()))).Relu()).Sum());
        Objective numbers = Objective.OfScalars(x => 1e-200 * Active.Max(1e-200 * (1e200 * (1e250 * Active.Max(x[0], 0))), 0));
        foreach (Objective objective in (Objective[])[tensors, numbers])
        {
            for (ulong seed = 0; seed < 20; seed++)
            {
                ClarkeSubdifferential set = Clarke.Subdifferential(objective, [0], 1, seed, SetMethod.Bounds);
                Assert.True(!(set.DirectionalDerivative([1]).Upper < 1e49), $"{set}");
                Assert.NotEqual(false, set.Contains([1e49]));
            }
        }
    }

    /// <summary>relu(relu(x) − relu(−x)) − ½·x at 0: the kinks inside are dependent, so the set around is larger than the true one, [−½, ½].</summary>
    [Fact]
    public void WhatTheBoundsDoNotDecideStaysOpen()
    {
        Objective objective = Objective.OfTensor(x => ((x.Relu() - (-x).Relu()).Relu() - (0.5 * x)).Sum());
        ClarkeSubdifferential bounds = Clarke.Subdifferential(objective, [0], 1, 0, SetMethod.Bounds), whole = Clarke.Subdifferential(objective, [0]);
        Assert.True(whole.IsExact);
        Assert.NotEqual(false, bounds.Contains([0.5]));
        Assert.NotEqual(true, bounds.Contains([1.2]));
        Assert.False(bounds.Contains([2.6]));
        Assert.True(whole.Contains([0.5]));
        Assert.False(whole.Contains([0.6]));
    }

    private static Var<double> Matrix(Var<double> x, double[] w) => x.Tape.Constant(Shape.Of(Width, Width), w.AsSpan(Width, Width * Width));

    private static Var<double> Program(Var<double> x, int[] chosen, double[] weights)
    {
        Var<double> y = x;
        for (int i = 0; i < chosen.Length; i++)
            y = Layers[chosen[i]].Layer(y, [.. weights.Skip(i).Concat(weights.Take(i))]);
        return (y * x.Tape.Constant(Vector, weights.AsSpan(weights.Length - Width))).Sum() + (weights[0] * x).Relu().Sum();
    }
}
