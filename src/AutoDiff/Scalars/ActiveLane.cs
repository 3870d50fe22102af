using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <summary>
/// A recorded number as a lane: a formula evaluated on it is recorded, and can be differentiated in turn. Products with the constants 0 and 1, which most
/// slopes contain, record nothing.
/// </summary>
/// <param name="number">The number.</param>
internal readonly struct ActiveLane(Active number) : ILane<ActiveLane>
{
    /// <summary>The number.</summary>
    public readonly Active Number = number;

    /// <summary>Whether the number is the constant 0.</summary>
    public bool IsZero => Is(Number, 0);

    public static ActiveLane operator +(ActiveLane a, ActiveLane b) => new(Sum(a.Number, b.Number));

    public static ActiveLane operator -(ActiveLane a, ActiveLane b) => Is(b.Number, 0) ? a : new(a.Number - b.Number);

    public static ActiveLane operator *(ActiveLane a, ActiveLane b) => new(Product(a.Number, b.Number));

    public static ActiveLane operator /(ActiveLane a, ActiveLane b) => new(a.Number / b.Number);

    public static ActiveLane operator -(ActiveLane a) => new(-a.Number);

    public static ActiveLane Constant(double value) => new(value);

    public static ActiveLane Broadcast(double value) => new(value);

    public static ActiveLane IfGreater(ActiveLane a, ActiveLane b, ActiveLane then, ActiveLane otherwise) => a.Number > b.Number ? then : otherwise;

    /// <summary>
    /// <paramref name="then"/> where a = b, also if the tangents of a and b differ but <paramref name="otherwise"/> is NaN, as in a formula whose equality
    /// guards a 0/0.
    /// </summary>
    public static ActiveLane IfEqual(ActiveLane a, ActiveLane b, ActiveLane then, ActiveLane otherwise) =>
        a.Number == b.Number || (a.Number.Value == b.Number.Value && double.IsNaN(otherwise.Number.Value)) ? then : otherwise;

    public static ActiveLane Max(ActiveLane a, ActiveLane b) => new(Active.Max(a.Number, b.Number));

    public static ActiveLane Min(ActiveLane a, ActiveLane b) => new(Active.Min(a.Number, b.Number));

    public static ActiveLane MultiplyAdd(ActiveLane a, ActiveLane b, ActiveLane c) => new(Active.FusedMultiplyAdd(a.Number, b.Number, c.Number));

    public static ActiveLane Abs(ActiveLane a) => new(Active.Abs(a.Number));

    public static ActiveLane Sqrt(ActiveLane a) => new(Active.Sqrt(a.Number));

    public static ActiveLane Floor(ActiveLane a) => new(Active.Floor(a.Number));

    public static ActiveLane Exp(ActiveLane a) => new(Active.Exp(a.Number));

    public static ActiveLane Log(ActiveLane a) => new(Active.Log(a.Number));

    public static ActiveLane Sin(ActiveLane a) => new(Active.Sin(a.Number));

    public static ActiveLane Cos(ActiveLane a) => new(Active.Cos(a.Number));

    public static ActiveLane Tan(ActiveLane a) => new(Active.Tan(a.Number));

    public static ActiveLane Asin(ActiveLane a) => new(Active.Asin(a.Number));

    public static ActiveLane Acos(ActiveLane a) => new(Active.Acos(a.Number));

    public static ActiveLane Atan(ActiveLane a) => new(Active.Atan(a.Number));

    public static ActiveLane Sinh(ActiveLane a) => new(Active.Sinh(a.Number));

    public static ActiveLane Cosh(ActiveLane a) => new(Active.Cosh(a.Number));

    public static ActiveLane Tanh(ActiveLane a) => new(Active.Tanh(a.Number));

    public static ActiveLane Pow(ActiveLane a, ActiveLane b) => new(Active.Pow(a.Number, b.Number));

    /// <summary>The result, whose value is 0 where the carried number is 0; its derivative remains.</summary>
    public static ActiveLane Absorb(ActiveLane carried, ActiveLane result) =>
        Is(carried.Number, 0) || (carried.Number.Value == 0 && !double.IsFinite(result.Number.Value)) ? default : result;

    public static ActiveLane ExpM1(ActiveLane a) => new(Active.ExpM1(a.Number));

    public static ActiveLane LogP1(ActiveLane a) => new(Active.LogP1(a.Number));

    public static ActiveLane Erf(ActiveLane a) => new(ScalarTape.Record(default(Erf), a.Number));

    public static ActiveLane Sigmoid(ActiveLane a) => new(ScalarTape.Record(default(Sigmoid), a.Number));

    /// <summary>The sum; nothing is recorded if one of the two is the constant 0.</summary>
    public static Active Sum(Active a, Active b) => Is(a, 0) ? b : Is(b, 0) ? a : a + b;

    /// <summary>The product of a carried number and a slope; 0 where the carried number is 0, even if the slope is infinite or NaN.</summary>
    public static Active Carry(Active carried, Active slope)
    {
        if (Is(carried, 0))
            return carried;
        return carried.Value == 0 && !double.IsFinite(slope.Value)
            ? ScalarTape.RecordValued(default(Multiply), carried, slope, 0)
            : Product(carried, slope);
    }

    private static Active Product(Active a, Active b)
    {
        if (Is(a, 1) || (Is(b, 0) && double.IsFinite(a.Value)))
            return b;
        if (Is(b, 1) || (Is(a, 0) && double.IsFinite(b.Value)))
            return a;
        return Is(a, -1) ? -b : Is(b, -1) ? -a : a * b;
    }

    private static bool Is(Active number, double constant) => number.IsConstant && number.Value == constant;
}
