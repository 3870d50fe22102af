namespace ConservativeAD.Scalars;

/// <summary>A comparison or an operation with kinks that a program met: the number whose value tells the smooth piece that the program is on.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Form">The number, as a linear form of recorded ones.</param>
/// <param name="Value">Its value.</param>
/// <param name="IsAtKink">Whether the value is at a kink or tie.</param>
/// <param name="AreOnOnePiece">Whether two values belong to one piece of the operation, for operations of one argument; null if the sign tells.</param>
/// <remarks>
/// A piece is named by a reference: a value on it, or the sign where the sign tells. NaN names none, and the program decides for itself.
/// </remarks>
internal readonly record struct ScalarSwitch(OperationFacts Operation, ScalarForm Form, double Value, bool IsAtKink, Func<double, double, bool>? AreOnOnePiece)
{
    /// <summary>The piece that the value is on; NaN at a kink.</summary>
    public double Reference => IsAtKink || double.IsNaN(Value) ? double.NaN : AreOnOnePiece is null ? Math.Sign(Value) : Value;

    /// <summary>The piece next to the value on one side: above for 1, below for −1.</summary>
    public double ReferenceTowards(int side) =>
        AreOnOnePiece is null ? side : side > 0 ? double.BitIncrement(Value) : double.BitDecrement(Value);

    /// <summary>Whether the value has left a piece. A value at the kink has not.</summary>
    public bool IsOff(double reference) => !double.IsNaN(reference) && IsOff(reference, Value);

    /// <summary>Whether another value of the same number would have left a piece.</summary>
    public bool IsOff(double reference, double value) => !double.IsNaN(value)
        && (AreOnOnePiece is null ? reference < 0 ? value > 0 : value < 0 : !AreOnOnePiece(reference, value));

    /// <summary>The value at the end of a piece, between a value on it and one that has left it.</summary>
    public double EndOf(double reference, double left)
    {
        if (AreOnOnePiece is null)
            return 0;
        double on = reference;
        while (true)
        {
            double middle = on + ((left - on) / 2);
            if (middle == on || middle == left)
                return left;
            if (AreOnOnePiece(reference, middle))
                on = middle;
            else
                left = middle;
        }
    }
}
