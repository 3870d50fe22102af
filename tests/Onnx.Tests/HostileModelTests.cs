using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Networks.Format;
using Google.Protobuf;
using static ConservativeAD.Onnx.Tests.Graphs;

namespace ConservativeAD.Onnx.Tests;

/// <summary>Files that are damaged, or made to do harm: only an <see cref="OnnxException"/> comes out.</summary>
public class HostileModelTests
{
    private static readonly ModelProto Relu = Model(Node("Relu", ["x"], ["y"]));

    [Fact]
    public void EveryTruncationAndManyFlippedBytesAreRefusedOrRun()
    {
        byte[] bytes = Sample().ToByteArray();
        for (int length = 0; length < bytes.Length; length++)
            Try(bytes.AsMemory(0, length));
        Random random = new(3);
        int refused = 0;
        for (int trial = 0; trial < 6000; trial++)
        {
            byte[] damaged = [.. bytes];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            refused += Try(damaged) ? 0 : 1;
        }

        Assert.InRange(refused, 1000, 6000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(23)]
    [InlineData(99)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void VersionsThatAreNotKnownAreNamed(long version)
    {
        ModelProto model = Relu.Clone();
        model.OpsetImport[0].Version = version;
        OnnxException refused = Assert.Throws<OnnxException>(model.Read);
        Assert.Equal(OnnxProblem.NotSupported, refused.Problem);
        Assert.Contains($"version {version} of ONNX's operators; versions 1 to 22 are supported", refused.Message);
    }

    [Theory]
    [InlineData(1L << 62)]
    [InlineData(-1)]
    [InlineData(1L << 31)]
    [InlineData(5)]
    public void SizesAreHeldAgainstTheFile(long extent)
    {
        ModelProto model = Relu.Clone();
        TensorProto tensor = new() { Name = "w", DataType = 1, RawData = ByteString.CopyFrom(new byte[16]) };
        tensor.Dims.AddRange([extent, extent, extent == 5 ? 1 : extent]);
        model.Graph.Initializer.Add(tensor);
        Assert.Contains("initializer w", Assert.Throws<OnnxException>(model.Read).Message);
    }

    [Fact]
    public void GraphsThatAreNoneAreNamed()
    {
        Refuses(Model(Node("Relu", ["y"], ["y"])), "before a node has made it");
        Refuses(Model(Node("Relu", ["a"], ["b"]), Node("Relu", ["b"], ["a"]), Node("Relu", ["a"], ["y"])),
            "the Relu (Relu): it reads a before a node has made it");
        Refuses(Model(Node("Relu", ["nothing"], ["y"])), "it reads nothing, which is neither");
        Refuses(Model(Node("Relu", ["x"], ["x"])), "it makes x, which exists already");
        Refuses(Model(Node("Relu", ["x"], ["a"])), "output y is made by no node");
        Refuses(Model(Node("Relu", ["x"], ["y"], Int("a", 1), Int("a", 2))), "attribute a stands twice");
        ModelProto twice = Relu.Clone();
        twice.Graph.Initializer.Add(Integers("w", 1));
        twice.Graph.Initializer.Add(Integers("w", 1));
        Refuses(twice, "initializer w stands twice");
        ModelProto none = Relu.Clone();
        none.Graph = null;
        Refuses(none, "it has no graph");
        ModelProto silent = Relu.Clone();
        silent.OpsetImport.Clear();
        Refuses(silent, "does not name the version");
    }

    [Fact]
    public void OperatorsThatAreMissingAreListed()
    {
        OnnxModel model = Model(Node("StringNormalizer", ["x"], ["a"]), Node("Relu", ["x"], ["y"]), Node("Frobnicate", ["x"], ["z"])).Read();
        Assert.Equal(["Frobnicate", "StringNormalizer"], model.UnsupportedOperators);
        OnnxException refused = Assert.Throws<OnnxException>(() => model.Load<float>());
        Assert.Equal(OnnxProblem.NotSupported, refused.Problem);
        Assert.Contains("Frobnicate, StringNormalizer", refused.Message);
    }

    [Fact]
    public void SubgraphsAreNotNestedWithoutEnd()
    {
        GraphProto inner = new() { Name = "g" };
        for (int depth = 0; depth < 20; depth++)
        {
            GraphProto outer = new() { Name = "g" };
            outer.Node.Add(Node("If", ["x"], [$"y{depth}"], new AttributeProto { Name = "then_branch", G = inner }));
            inner = outer;
        }

        ModelProto model = Relu.Clone();
        model.Graph.Node.Add(inner.Node[0]);
        Refuses(model, "deeper than OnnxLimits.MaximumDepth");
        for (int depth = 0; depth < 200; depth++)
        {
            GraphProto outer = new() { Name = "g" };
            outer.Node.Add(Node("If", ["x"], [$"z{depth}"], new AttributeProto { Name = "then_branch", G = inner }));
            inner = outer;
        }

        model.Graph.Node.Add(inner.Node[0]);
        Refuses(model, "is no ONNX model");
    }

    [Theory]
    [InlineData("ConstantOfShape", 1L << 40, 1)]
    [InlineData("ConstantOfShape", 1L << 20, 1 << 20)]
    [InlineData("Expand", 1L << 62, 1L << 62)]
    [InlineData("Expand", 1 << 20, 1 << 20)]
    [InlineData("Tile", 1L << 62, 1L << 62)]
    [InlineData("Tile", 1 << 20, 1 << 20)]
    public void HugeResultsAreNotMade(string type, long rows, long columns)
    {
        ModelProto model = Model(type == "ConstantOfShape" ? Node(type, ["shape"], ["y"]) : Node(type, ["x", "shape"], ["y"]));
        model.Graph.Initializer.Add(Integers("shape", rows, columns));
        OnnxException refused = Assert.Throws<OnnxException>(() => model.Run([1, 1], 1));
        Assert.Equal(OnnxProblem.Input, refused.Problem);
        Assert.Contains("MaximumElements", refused.Message);
    }

    [Fact]
    public void OuterSumsAndLoopsAreBounded()
    {
        ModelProto sum = Model(Node("Transpose", ["x"], ["t"]), Node("Add", ["x", "t"], ["y"]));
        Assert.Contains("MaximumElements", Assert.Throws<OnnxException>(() => sum.Run([1 << 15, 1], new double[1 << 15])).Message);
        GraphProto body = new() { Name = "body" };
        body.Input.Add([Value("i"), Value("c"), Value("v")]);
        body.Output.Add([Value("d"), Value("w")]);
        body.Node.Add([Node("Identity", ["c"], ["d"]), Node("Relu", ["v"], ["w"])]);
        ModelProto loop = Model(Node("Loop", ["", "", "x"], ["y"], new AttributeProto { Name = "body", G = body }));
        OnnxModel model = OnnxModel.Parse(loop.ToByteArray(), "loop.onnx", new OnnxLimits { MaximumSteps = 1000 });
        using Tape<double> tape = new();
        Assert.Contains("MaximumSteps, 1000", Assert.Throws<OnnxException>(() => model.Load<double>().Forward(tape.Constant(1.0))).Message);
    }

    [Fact]
    public void InputsThatDoNotFitAreNamed()
    {
        ModelProto model = Relu.Clone();
        TensorShapeProto shape = new();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 3 });
        model.Graph.Input[0].Type.TensorType.Shape = shape;
        OnnxNetwork<double> network = model.Read().Load<double>();
        using Tape<double> tape = new();
        Assert.Equal([1, 0, 2], network.Forward(tape.Constant([1, 3], [1.0, -1, 2])).ToArray());
        Assert.Contains("input x: Float [?, 3] was given a value of numbers [3]",
            Assert.Throws<OnnxException>(() => network.Forward(tape.Constant([3], [1.0, 2, 3]))).Message);
        Assert.Contains("was not given", Assert.Throws<OnnxException>(() => network.Run(tape, new Dictionary<string, OnnxValue<double>>())).Message);
        Assert.Contains("has no input z", Assert.Throws<OnnxException>(() => network.Run(tape, new Dictionary<string, OnnxValue<double>>
        {
            ["x"] = tape.Constant([1, 3], [1.0, 2, 3]),
            ["z"] = tape.Constant(1.0),
        })).Message);
        Assert.Contains("was given a value of Int64", Assert.Throws<OnnxException>(() => network.Run(tape, new Dictionary<string, OnnxValue<double>>
        {
            ["x"] = OnnxValue<double>.OfIntegers(Shape.Of(1, 3), [1, 2, 3]),
        })).Message);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../secret")]
    [InlineData("link")]
    [InlineData("missing")]
    [InlineData("")]
    public void ExternalDataStayInTheFolder(string location)
    {
        string folder = Directory.CreateTempSubdirectory("onnx").FullName, inside = Path.Combine(folder, "model");
        try
        {
            Directory.CreateDirectory(inside);
            File.WriteAllBytes(Path.Combine(folder, "secret"), new byte[8]);
            File.WriteAllBytes(Path.Combine(inside, "weights"), [1, 0, 0, 0, 0, 0, 0, 0]);
            File.CreateSymbolicLink(Path.Combine(inside, "link"), Path.Combine(folder, "secret"));
            string path = Path.Combine(inside, "model.onnx");
            File.WriteAllBytes(path, WithExternal("weights").ToByteArray());
            Assert.Equal([1], OnnxModel.Read(path).Initializers["w"].Integers());
            Assert.Contains("lies in another file", Assert.Throws<OnnxException>(WithExternal("weights").Read).Message);
            File.WriteAllBytes(path, WithExternal(location).ToByteArray());
            Assert.Contains($"lies in '{location}'", Assert.Throws<OnnxException>(() => OnnxModel.Read(path)).Message);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void EmptyValuesPassThrough()
    {
        Assert.Empty(Relu.Run([0, 3]));
        Assert.Empty(Model(Node("Add", ["x", "x"], ["a"]), Node("Transpose", ["a"], ["b"]), Node("Tanh", ["b"], ["y"])).Run([2, 0]));
        Assert.Equal([0], Model(Node("ReduceSum", ["x"], ["y"], Int("keepdims", 0))).Run([0]));
    }

    private static ModelProto WithExternal(string location)
    {
        ModelProto model = Relu.Clone();
        TensorProto tensor = new() { Name = "w", DataType = (int)OnnxType.Int64, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.Add(1);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        model.Graph.Initializer.Add(tensor);
        return model;
    }

    private static void Refuses(ModelProto model, string message) => Assert.Contains(message, Assert.Throws<OnnxException>(() => model.Read()).Message);

    // A convolution, a pooling, shape arithmetic and a matrix product.
    private static ModelProto Sample()
    {
        ModelProto model = Model(
            Node("Conv", ["x", "w", "b"], ["c"], Ints("pads", 1, 1, 1, 1), Ints("strides", 1, 1)),
            Node("Relu", ["c"], ["r"]),
            Node("MaxPool", ["r"], ["p"], Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)),
            Node("Shape", ["p"], ["s"]),
            Node("Gather", ["s", "first"], ["n"], Int("axis", 0)),
            Node("Concat", ["n", "rest"], ["shape"], Int("axis", 0)),
            Node("Reshape", ["p", "shape"], ["f"]),
            Node("Softmax", ["f"], ["y"], Int("axis", -1)));
        model.Graph.Initializer.Add([Floats("w", [2, 1, 3, 3]), Floats("b", [2]), Integers("first", 0), Integers("rest", -1)]);
        return model;
    }

    private static AttributeProto Ints(string name, params long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    private static TensorProto Floats(string name, int[] shape)
    {
        TensorProto tensor = new() { Name = name, DataType = 1 };
        tensor.Dims.AddRange(shape.Select(extent => (long)extent));
        tensor.FloatData.AddRange(Enumerable.Range(0, new Shape(shape).Count).Select(i => (float)Math.Sin(i)));
        return tensor;
    }

    // Whether a file could be run.
    private static bool Try(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            OnnxModel model = OnnxModel.Parse(bytes, "damaged.onnx", new OnnxLimits { MaximumElements = 1 << 16, MaximumSteps = 100 });
            using Tape<float> tape = new();
            Dictionary<string, OnnxValue<float>> inputs = model.Inputs.ToDictionary(input => input.Name,
                _ => OnnxValue<float>.Of(tape.Constant([2, 1, 4, 4], [.. Enumerable.Range(0, 32).Select(i => (float)Math.Cos(i))])));
            model.Load<float>().Run(tape, inputs);
            return true;
        }
        catch (OnnxException)
        {
            return false;
        }
    }
}
