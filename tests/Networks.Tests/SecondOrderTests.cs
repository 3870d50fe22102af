using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

/// <summary>Products of a whole network's Hessian with vectors.</summary>
public class SecondOrderTests
{
    [Fact]
    public void ASmoothLeNetsProductIsTheDerivativeOfItsGradient() =>
        AssertProduct(Models.LeNet5<double>(Start(), () => new Activation<double>(x => x.Gelu())), [2, 1, 28, 28]);

    [Fact]
    public void ANormalisedMlpsProductIsTheDerivativeOfItsGradient() =>
        AssertProduct(Models.Mlp<double>([20, 12, 12, 10], Start(), () => new Activation<double>(x => x.Softplus()), batchNorm: true), [6, 20]);

    [Fact]
    public void AProductOfLongShortTermMemoryIsTheDerivativeOfItsGradient() =>
        AssertProduct(new Sequential<double>(new Lstm<double>("0", 5, 4, Start(), 2, batchFirst: true), new Flatten<double>(),
            new Linear<double>("2", 12, 10, Start())), [2, 3, 5]);

    [Fact]
    public void AProductOfATransformerBlockIsTheDerivativeOfItsGradient() =>
        AssertProduct(new Sequential<double>(new TransformerBlock<double>("0", 6, 2, 8, Start(), x => x.Gelu(), normalizeFirst: true, isCausal: true),
            new Flatten<double>(), new Linear<double>("2", 24, 10, Start())), [2, 4, 6]);

    [Fact]
    public void AReluNetworkIsTwiceDifferentiableUntilAnArgumentIsZero()
    {
        Sequential<double> network = Models.Mlp<double>([8, 6, 10], Start());
        Assert.True(Multiply(network, [4, 8], Vector(network)).IsTwiceDifferentiable);
        network.Parameters.First().Value.CopyFrom(new double[6 * 8]);
        network.Parameters.ElementAt(1).Value.CopyFrom(new double[6]);
        (double[][] _, double[][] _, bool isTwiceDifferentiable) = Multiply(network, [4, 8], Vector(network));
        Assert.False(isTwiceDifferentiable);
    }

    private static void AssertProduct(Sequential<double> network, Shape input)
    {
        double[][] vector = Vector(network), at = [.. network.Parameters.Select(parameter => parameter.Value.ToArray())];
        (double[][] gradient, double[][] product, bool isTwiceDifferentiable) = Multiply(network, input, vector);
        Assert.True(isTwiceDifferentiable);
        double[][] difference = [.. gradient.Select(part => new double[part.Length])];
        const double H = 1e-3;
        foreach ((double step, double weight) in (ReadOnlySpan<(double, double)>)[(1, 45), (-1, -45), (2, -9), (-2, 9), (3, 1), (-3, -1)])
        {
            for (int i = 0; i < at.Length; i++)
                network.Parameters.ElementAt(i).Value.CopyFrom([.. at[i].Zip(vector[i], (a, v) => a + (step * H * v))]);
            double[][] moved = Multiply(network, input, vector).Gradient;
            for (int i = 0; i < at.Length; i++)
            {
                for (int j = 0; j < moved[i].Length; j++)
                    difference[i][j] += weight * moved[i][j] / (60 * H);
            }
        }

        double size = product.SelectMany(part => part).Max(Math.Abs);
        Assert.True(size > 1e-3);
        for (int i = 0; i < at.Length; i++)
            Assert.All(difference[i].Zip(product[i]), pair => Assert.Equal(pair.First, pair.Second, 1e-8 * (1 + size)));
    }

    private static (double[][] Gradient, double[][] Product, bool IsTwiceDifferentiable) Multiply(Sequential<double> network, Shape input, double[][] vector)
    {
        using var tape = new Tape<double>();
        double[] images = new double[input.Count];
        new Philox(1, 99).Normal<double>(images, 0, 1);
        Var<double> loss = network.Forward(tape.Constant(input, images)).CrossEntropy([.. Enumerable.Range(0, input[0])]);
        for (int i = 0; i < vector.Length; i++)
            tape.SetTangent(tape.Parameter(network.Parameters.ElementAt(i)), vector[i]);
        HessianVectorProduct<double> result = tape.HessianVectorProduct(loss);
        return (
            [.. network.Parameters.Select(parameter => result.Gradients.Of(parameter).ToArray())],
            [.. network.Parameters.Select(parameter => result.Product.Of(parameter).ToArray())],
            result.IsTwiceDifferentiable);
    }

    // Of length 1.
    private static double[][] Vector(Sequential<double> network)
    {
        double[][] vector = [.. network.Parameters.Select((parameter, i) => Draw(parameter.Shape.Count, (ulong)i))];
        double length = Math.Sqrt(vector.Sum(part => part.Sum(v => v * v)));
        return [.. vector.Select(part => Array.ConvertAll(part, v => v / length))];
    }

    private static double[] Draw(int count, ulong stream)
    {
        double[] draws = new double[count];
        new Philox(3, stream).Normal<double>(draws, 0, 1);
        return draws;
    }

    private static Initializer Start() => new(Device.Default, 1);
}
