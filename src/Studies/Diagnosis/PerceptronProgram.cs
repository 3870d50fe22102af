using ConservativeAD.Diagnostics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>
/// A training run. A perceptron with one hidden layer, H(θ)ᵢ = Σⱼ vⱼ·σ(wⱼ·xᵢ)/√width, learns to tell classes of even number, such
/// as even digits, from those of odd number by F = ‖H(θ) − y‖², y = ±1. Its parameters are standard normal at the start; with this scaling, wide networks are
/// lazy.
/// </summary>
/// <remarks>
/// The scaling is that of A. Jacot, F. Gabriel and C. Hongler, NeurIPS 2018. It is defined here and not among the networks' models, which have biases and
/// another scaling, because the theorems on the kernel hold only for this program.
/// </remarks>
internal static class PerceptronProgram
{
    public const string Name = "perceptron";

    private const int Side = 7;
    private const ulong StartStream = 77;

    /// <summary>Builds one.</summary>
    /// <param name="images">The images; each is averaged, its channels and its middle, down to 7 × 7 pixels, shifted to mean 0 and scaled to norm 1.</param>
    /// <param name="width">Hidden units.</param>
    /// <param name="isSmooth">Whether σ is tanh rather than relu.</param>
    /// <param name="batch">Images in a mini-batch; null for full gradients only.</param>
    /// <param name="seed">The seed of the start.</param>
    public static DiagnosedProgram Create(ImageSet images, int width, bool isSmooth, int? batch, ulong seed)
    {
        int inputs = Side * Side;
        double[] pixels = Pooled(images), targets = [.. images.Labels.Select(label => label % 2 == 0 ? 1.0 : -1.0)];
        Shape[] shapes = [Shape.Of(inputs, width), Shape.Of(width, 1)];
        double scale = 1 / Math.Sqrt(width);
        Var<double> Outputs(Var<double>[] leaves, int from, int count)
        {
            Var<double> hidden = leaves[0].Tape.Constant(Shape.Of(count, inputs), pixels.AsSpan(from * inputs, count * inputs)).MatMul(leaves[0]);
            return (isSmooth ? hidden.Tanh() : hidden.Relu()).MatMul(leaves[1]) * scale;
        }

        Objective Loss(int from, int count, double factor) =>
            Objective.OfTensors(shapes,
                leaves => (Outputs(leaves, from, count) - leaves[0].Tape.Constant(Shape.Of(count, 1), targets.AsSpan(from, count))).Square().Sum() * factor);
        double[] start = new double[(inputs + 1) * width];
        Philox.For(seed, (uint)Streams.Networks, StartStream).Normal<double>(start, 0, 1);
        double[] Residual(double[] point)
        {
            double[] residual = new double[images.Count];
            for (int i = 0; i < residual.Length; i++)
            {
                double sum = 0;
                for (int j = 0; j < width; j++)
                {
                    double hidden = 0;
                    for (int p = 0; p < inputs; p++)
                        hidden += pixels[(i * inputs) + p] * point[(p * width) + j];
                    sum += point[(inputs * width) + j] * (isSmooth ? Math.Tanh(hidden) : Math.Max(hidden, 0));
                }

                residual[i] = (sum * scale) - targets[i];
            }

            return residual;
        }

        return new DiagnosedProgram(Name, $"‖H(θ) − y‖² of a perceptron with {width} {(isSmooth ? "tanh" : "relu")} units on {images.Count} images",
            Loss(0, images.Count, 1), start)
        {
            // With more parameters than images, every label can be fitted.
            Optimum = start.Length >= images.Count ? 0 : null,
            Steps = 300,
            IsStartRandom = true,
            Model = new LeastSquaresModel(Residual,
                (point, cancellation) => TangentKernel.Of(shapes, leaves => Outputs(leaves, 0, images.Count), point, cancellation: cancellation)),
            // F is the mean of the parts, each multiplied by their number.
            Samples = batch is not { } size
                ? null
                : [.. Enumerable.Range(0, (images.Count + size - 1) / size)
                    .Select(part => Loss(part * size, Math.Min(size, images.Count - (part * size)), (images.Count + size - 1) / size))],
            Width = width,
            Data = images.Name,
            IsDataStandIn = images.IsStandIn,
        };
    }

    private static double[] Pooled(ImageSet images)
    {
        int block = images.Side / Side, inputs = Side * Side, margin = (images.Side - (Side * block)) / 2;
        double[] pooled = new double[images.Count * inputs];
        for (int i = 0; i < images.Count; i++)
        {
            Span<double> image = pooled.AsSpan(i * inputs, inputs);
            for (int row = 0; row < Side * block; row++)
            {
                for (int column = 0; column < Side * block; column++)
                {
                    for (int channel = 0; channel < images.Channels; channel++)
                        image[(row / block * Side) + (column / block)] +=
                            images.Pixels[(i * images.ImageSize) + (((channel * images.Side) + margin + row) * images.Side) + margin + column];
                }
            }

            double mean = 0, norm = 0;
            foreach (double pixel in image)
                mean += pixel / inputs;
            foreach (ref double pixel in image)
            {
                pixel -= mean;
                norm += pixel * pixel;
            }

            foreach (ref double pixel in image)
                pixel /= Math.Sqrt(norm);
        }

        return pooled;
    }
}
