using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Networks.Format;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.ModelFiles;
using Google.Protobuf;

namespace ConservativeAD.Studies.Tests.ModelFiles;

/// <summary>Images in the shapes that models take.</summary>
public class ModelImagesTests
{
    private static readonly ImageSet Gray = new("gray", true, 1, 2, 3, [0, 51, 102, 153, 255, 255, 255, 255], [0, 2]);
    private static readonly ImageSet Coloured = new("coloured", true, 3, 2, 3, [0, 0, 0, 0, 51, 51, 51, 51, 255, 255, 255, 255], [1]);

    [Fact]
    public void AnImageOfTheSameSizeIsTakenAsItIs()
    {
        Assert.Equal([0, 0.2f, 0.4f, 0.6f, 1, 1, 1, 1], For([2, 1, 2, 2], Gray).Batch<float>("images", 0));
        Assert.Equal([0, 0.2f, 0.4f, 0.6f, 1, 1, 1, 1], For([2, 4], Gray).Batch<float>("images", 0));
        Assert.Equal([0, 2], For([2, 4], Gray).Labels(0, 10));
        Assert.Equal([0, 0], For([2, 4], Gray).Labels(0, 2));
        // After the last image they begin again.
        Assert.Equal([0, 2, 0], For([3, 4], Gray).Labels(0, 10));
    }

    [Fact]
    public void GrayImagesFillAllChannelsAndChannelsMayStandLast()
    {
        Assert.Equal([0, 0.2f, 0.4f, 0.6f, 0, 0.2f, 0.4f, 0.6f, 0, 0.2f, 0.4f, 0.6f], For([1, 3, 2, 2], Gray).Batch<float>("images", 0));
        Assert.Equal([0, 0, 0, 0.2f, 0.2f, 0.2f, 0.4f, 0.4f, 0.4f, 0.6f, 0.6f, 0.6f], For([1, 2, 2, 3], Gray).Batch<float>("images", 0));
        Assert.Equal([0, 0.2f, 1, 0, 0.2f, 1, 0, 0.2f, 1, 0, 0.2f, 1], For([1, 2, 2, 3], Coloured).Batch<float>("images", 0));
        Assert.Equal([0, 0.2f, 1], For([1, 3], Coloured).Batch<float>("images", 0));
        Assert.True(ModelImages.AreInColour(Model([1, 224, 224, 3])));
        Assert.True(ModelImages.AreInColour(Model([1, 3, 224, 224])));
        Assert.False(ModelImages.AreInColour(Model([1, 1, 28, 28])));
    }

    [Fact]
    public void KindsHaveAsManyBatchesAsTheyHaveImages()
    {
        ModelImages images = For([1, 1, 2, 2], Gray);
        Assert.Equal([2, 1, 2], ModelImages.Kinds.Select(images.BatchesOf));
        Assert.Equal(new float[4], images.Batch<float>("black", 0));
        Assert.Equal([2 / 255f, 2 / 255f, 2 / 255f, 2 / 255f], images.Batch<float>("constant", 1));
        ModelImages many = For([1, 4], Gray with { Pixels = new byte[1200], Labels = new int[300] });
        Assert.Equal([300, 1, 255], ModelImages.Kinds.Select(many.BatchesOf));
    }

    [Theory]
    [InlineData("takes images of 1 channel", 1, 1, 28, 28)]
    [InlineData("takes 7 numbers", 1, 7)]
    [InlineData("can be studied", 3)]
    [InlineData("can be studied", 1, 3, 4)]
    public void WhatDoesNotFitIsNamed(string words, params int[] shape) =>
        Assert.Contains(words, Assert.Throws<UsageException>(() => ModelImages.For(Model(shape), shape.Length == 4 ? Coloured : Gray)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void WhatAModelLeavesOpenIsThatOfTheImages()
    {
        ModelProto proto = Model([1, 1, 4, 4]).Proto.Clone();
        for (int axis = 0; axis < 4; axis++)
            proto.Graph.Input[0].Type.TensorType.Shape.Dim[axis] = new TensorShapeProto.Types.Dimension { DimParam = $"d{axis}" };
        OnnxModel open = OnnxModel.Parse(proto.ToByteArray(), "open.onnx");
        Assert.Equal([8, 1, 2, 2], ModelImages.For(open, Gray).Shape);
        Assert.Equal([3, 3, 2, 2], ModelImages.For(open, Coloured, 3, 5).Shape);
        Assert.Equal([5, 3, 2, 2], ModelImages.For(open, Coloured, null, 5).Shape);
        proto.Graph.Input[0].Type.TensorType.Shape = null;
        Assert.Contains("can be studied", Assert.Throws<UsageException>(() =>
            ModelImages.For(OnnxModel.Parse(proto.ToByteArray(), "open.onnx"), Gray)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABatchOfAnotherSizeIsRefused()
    {
        Assert.Contains("give --batch 2", Assert.Throws<UsageException>(() => ModelImages.For(Model([2, 4]), Gray, 8)).Message, StringComparison.Ordinal);
        Assert.Equal(2, ModelImages.For(Model([2, 4]), Gray, 2).BatchSize);
    }

    private static ModelImages For(int[] shape, ImageSet images) => ModelImages.For(Model(shape), images);

    private static OnnxModel Model(int[] shape)
    {
        using Tape<float> tape = new();
        Shape extents = new(shape);
        Var<float> x = tape.Variable(extents, new float[extents.Count]);
        return OnnxExport.Of([("x", x)], [("y", x.Relu())]);
    }
}
