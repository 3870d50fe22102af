#:project ../src/Networks
#:project ../src/Optimizers
using System.IO.Compression;
using ConservativeAD;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Optimizers;

// Trains a network on MNIST, if the environment variable CONSERVATIVEAD_DATA names a folder with a subfolder mnist, and else on digits drawn here.
string mnist = Path.Combine(Environment.GetEnvironmentVariable("CONSERVATIVEAD_DATA") ?? "", "mnist");
bool hasMnist = File.Exists(Path.Combine(mnist, "train-images-idx3-ubyte.gz"));
(float[] Pixels, int[] Labels) train = hasMnist ? Read("train") : Draw(8000, seed: 1), test = hasMnist ? Read("t10k") : Draw(1000, seed: 2);

const int batch = 64;
using Tape<float> tape = new();
Sequential<float> network = Models.Mlp<float>([784, 64, 10], new Initializer(Device.Default, seed: 1));
Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(2e-3));
for (int first = 0; first + batch <= train.Labels.Length; first += batch)
{
    tape.Reset();
    Var<float> images = tape.Constant([batch, 784], train.Pixels.AsSpan(first * 784, batch * 784));
    optimizer.Step(tape.Backward(network.Forward(images).CrossEntropy(train.Labels.AsSpan(first, batch))));
}

tape.Reset();
float[] scores = network.Forward(tape.Constant([test.Labels.Length, 784], test.Pixels), Mode.Evaluation).Value.ToArray();
int right = scores.Chunk(10).Zip(test.Labels).Count(pair => pair.First.IndexOf(pair.First.Max()) == pair.Second);
Console.WriteLine($"{(hasMnist ? "MNIST" : "drawn digits")}: {right} of {test.Labels.Length} are read; nine in ten: {right >= 0.9 * test.Labels.Length}");

(float[], int[]) Read(string part) =>
    ([.. Unpacked($"{part}-images-idx3", 16).Select(pixel => pixel / 255f)], [.. Unpacked($"{part}-labels-idx1", 8).Select(label => (int)label)]);

byte[] Unpacked(string name, int header)
{
    using MemoryStream content = new();
    new GZipStream(File.OpenRead(Path.Combine(mnist, $"{name}-ubyte.gz")), CompressionMode.Decompress).CopyTo(content);
    return content.ToArray()[header..];
}

// A seven-segment display, moved, with noise. Segments: top, upper left and right, middle, lower left and right, bottom.
static (float[], int[]) Draw(int count, int seed)
{
    int[] segments = [0b1110111, 0b0100100, 0b1011101, 0b1101101, 0b0101110, 0b1101011, 0b1111011, 0b0100101, 0b1111111, 0b1101111];
    (int Row, int Column, int Height)[] strokes = [(0, 0, 2), (0, 0, 9), (0, 8, 9), (8, 0, 2), (9, 0, 9), (9, 8, 9), (17, 0, 2)];
    Random random = new(seed);
    int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(10))];
    float[] pixels = [.. Enumerable.Range(0, count * 784).Select(_ => 0.4f * random.NextSingle())];
    for (int image = 0; image < count; image++)
    {
        int corner = (28 * random.Next(3, 7)) + random.Next(7, 12);
        foreach ((int row, int column, int height) in strokes.Where((_, segment) => ((segments[labels[image]] >> segment) & 1) == 1))
            for (int at = 0, width = height == 2 ? 10 : 2; at < height * width; at++)
                pixels[(image * 784) + corner + (28 * (row + (at / width))) + column + (at % width)] += 0.5f;
    }
    return (pixels, labels);
}

// prints:
// …: … of … are read; nine in ten: True
