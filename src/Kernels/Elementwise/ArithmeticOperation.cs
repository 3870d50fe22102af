namespace ConservativeAD.Kernels.Elementwise;

/// <summary>The operation of arithmetic that a function of two arguments is.</summary>
public enum ArithmeticOperation
{
    /// <summary>Another function.</summary>
    Other,

    /// <summary>x + y.</summary>
    Sum,

    /// <summary>x − y.</summary>
    Difference,

    /// <summary>x·y.</summary>
    Product,

    /// <summary>x/y.</summary>
    Quotient,
}
