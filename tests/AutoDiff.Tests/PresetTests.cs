using ConservativeAD.Kernels;

namespace ConservativeAD.Tests;

/// <summary>The presets of JAX and TensorFlow give the values that docs/selections.md cites, operation by operation.</summary>
public class PresetTests
{
    public static TheoryData<string, double[], double[]> Values => new()
    {
        // Operation, JAX, TensorFlow; at each kink in turn.
        { "relu", [0], [0] },
        { "leaky relu", [1], [0.2] },
        { "elu", [0.5], [0.5] },
        { "relu6", [0, 0], [0, 0] },
        { "hardtanh", [1, 1], [1, 1] },
        { "clamp", [0.5, 0.5], [1, 1] },
        { "hard sigmoid", [0, 0], [0, 0] },
        { "hard swish", [0, 1], [0, 1] },
        { "soft threshold", [0, 0], [0, 0] },
        { "abs", [1], [0] },
        { "hinge", [-0.5], [-1] },
        { "maximum", [0.5, 0.5], [1, 0] },
        { "minimum", [0.5, 0.5], [1, 0] },
        { "max over an axis", [0.5, 0.5], [0.5, 0.5] },
        { "max pooling", [1, 0], [1, 0] },
        { "sort", [1, 2], [1, 2] },
        { "norm2", [0, 0], [0, 0] },
        { "norm1", [1, 1], [0, 0] },
        { "norm∞", [0.5, 0.5], [0.5, 0.5] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void TheCitedValueIsReturned(string operation, double[] jax, double[] tensorFlow)
    {
        Assert.Equal(jax, Gradient(operation, Selections.Jax));
        Assert.Equal(tensorFlow, Gradient(operation, Selections.TensorFlow));
    }

    private static double[] Gradient(string operation, Selections selections)
    {
        using Tape<double> tape = new(null, selections);
        (double[] point, Func<Var<double>, Var<double>> program) = operation switch
        {
            "relu" => ((double[])[0], (Func<Var<double>, Var<double>>)(x => x.Relu())),
            "leaky relu" => ([0], x => x.LeakyRelu(0.2)),
            "elu" => ([0], x => x.Elu(0.5)),
            "relu6" => ([0, 6], x => x.Relu6()),
            "hardtanh" => ([-1, 1], x => x.HardTanh()),
            "clamp" => ([-2, 3], x => x.Clamp(-2, 3)),
            "hard sigmoid" => ([-3, 3], x => x.HardSigmoid()),
            "hard swish" => ([-3, 3], x => x.HardSwish()),
            "soft threshold" => ([-0.5, 0.5], x => x.SoftThreshold(0.5)),
            "abs" => ([0], x => x.Abs()),
            "hinge" => ([1], x => x.Hinge()),
            "maximum" => ([1, 1], x => x.Slice(0, 0, 1).Maximum(x.Slice(0, 1, 1))),
            "minimum" => ([1, 1], x => x.Slice(0, 0, 1).Minimum(x.Slice(0, 1, 1))),
            "max over an axis" => ([1, 1], x => x.Max(0)),
            "max pooling" => ([1, 1], x => Operations.Concatenate(0, [x, x * 0.5]).Reshape([1, 1, 2, 2]).MaxPool2d(2)),
            "sort" => ([1, 1], x => x.Sort() * x.Tape.Constant([2], [1.0, 2])),
            "norm2" => ([0, 0], x => x.Norm2()),
            "norm1" => ([0, 0], x => x.Norm1()),
            _ => ([1, 1], x => x.NormInfinity()),
        };
        Var<double> x = tape.Variable([point.Length], point);
        return tape.Backward(program(x).Sum())[x].ToArray();
    }
}
