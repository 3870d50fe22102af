using System.Reflection;
using ConservativeAD.Kernels;
using ConservativeAD.Networks;

namespace ConservativeAD.OnnxRuntime.Tests;

/// <summary>A network that others trained: ResNet18 on ImageNet, from the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18.</summary>
public class ResNet18Tests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public void ItComputesWhatOnnxRuntimeComputes()
    {
        string path = typeof(ResNet18Tests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "ResNet18").Value!;
        Assert.SkipUnless(File.Exists(path), $"ResNet18 is not in {path}.");
        OnnxModel model = OnnxModel.Read(path);
        Assert.Empty(model.UnsupportedOperators);
        Shape shape = new([.. model.Inputs[0].Extents!.Select(extent => extent ?? 1)]);
        float[] x = new float[shape.Count];
        new Philox(3, 7).Uniform<float>(x, 0, 1);
        using Tape<float> tape = new();
        Var<float> input = tape.Variable(shape, x), output = model.Load<float>().Forward(input);
        float[] ours = output.ToArray(), theirs = Runtime.Run(model, (model.Inputs[0].Name, shape.ToArray(), x));
        double scale = theirs.Max(Math.Abs);
        Assert.Equal(theirs.Length, ours.Length);
        Assert.All(theirs.Zip(ours), pair => Assert.InRange(pair.Second - pair.First, -Tolerance * scale, Tolerance * scale));
        Assert.Contains(tape.Backward(output.Sum())[input].ToArray(), slope => slope != 0);
    }
}
