namespace ConservativeAD.Networks;

/// <summary>What is wrong with a model.</summary>
public enum OnnxProblem
{
    /// <summary>The file is damaged, or contradicts itself or the specification.</summary>
    Malformed,

    /// <summary>The model is one of ONNX, and uses something that this library does not have.</summary>
    NotSupported,

    /// <summary>The inputs that the caller gave do not fit the model, or a value is larger than the limits allow.</summary>
    Input,
}
