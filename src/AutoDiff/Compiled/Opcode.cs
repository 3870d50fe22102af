namespace ConservativeAD.Scalars;

/// <summary>What an instruction of a traced program computes. All but the first two and the last are the functions of a lane.</summary>
internal enum Opcode
{
    /// <summary>An input of the program.</summary>
    Input,

    /// <summary>A number.</summary>
    Constant,

    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    IfGreater,
    IfEqual,
    Max,
    Min,
    MultiplyAdd,
    Abs,
    Sqrt,
    Floor,
    Exp,
    Log,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Pow,
    ExpM1,
    LogP1,
    Erf,
    Sigmoid,

    /// <summary>A function of .NET on plain numbers; without one until the operation that it belongs to is explained.</summary>
    Plain,
}
