using ConservativeAD.Networks;
using ConservativeAD.Networks.Format;
using Google.Protobuf;

namespace ConservativeAD.Onnx.Tests;

/// <summary>Small models for tests.</summary>
internal static class Graphs
{
    /// <summary>A model of one float input x of any shape and one output y.</summary>
    public static ModelProto Model(params NodeProto[] nodes)
    {
        ModelProto model = new() { IrVersion = 8, Graph = new GraphProto { Name = "test" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        model.Graph.Input.Add(Value("x"));
        model.Graph.Output.Add(Value("y"));
        model.Graph.Node.AddRange(nodes);
        return model;
    }

    /// <summary>A value of floats of any shape.</summary>
    public static ValueInfoProto Value(string name) => new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } } };

    /// <summary>A node.</summary>
    public static NodeProto Node(string type, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        NodeProto node = new() { OpType = type, Name = $"the {type}" };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    /// <summary>An attribute that is an integer.</summary>
    public static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    /// <summary>A list of 64-bit integers.</summary>
    public static TensorProto Integers(string name, params long[] elements)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)OnnxType.Int64 };
        tensor.Dims.Add(elements.Length);
        tensor.Int64Data.AddRange(elements);
        return tensor;
    }

    /// <summary>Reads a model.</summary>
    public static OnnxModel Read(this ModelProto model) => OnnxModel.Parse(model.ToByteArray(), "test.onnx");

    /// <summary>Runs a model on numbers.</summary>
    public static double[] Run(this ModelProto model, int[] shape, params double[] x)
    {
        using Tape<double> tape = new();
        return model.Read().Load<double>().Forward(tape.Constant(new Kernels.Shape(shape), x)).ToArray();
    }
}
