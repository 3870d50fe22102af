using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <summary>
/// An instruction as a lane: a rule's formula evaluated on it adds its instructions to those of the program that the thread traces. So every rule, also a
/// user's, is compiled from its own formula.
/// </summary>
/// <param name="place">The instruction.</param>
internal readonly struct TracedLane(int place) : ILane<TracedLane>
{
    /// <summary>The instruction.</summary>
    public readonly int Place = place;

    [ThreadStatic]
    private static InstructionList? code;

    public static TracedLane operator +(TracedLane a, TracedLane b) => Of(Opcode.Add, a, b);

    public static TracedLane operator -(TracedLane a, TracedLane b) => Of(Opcode.Subtract, a, b);

    public static TracedLane operator *(TracedLane a, TracedLane b) => Of(Opcode.Multiply, a, b);

    public static TracedLane operator /(TracedLane a, TracedLane b) => Of(Opcode.Divide, a, b);

    public static TracedLane operator -(TracedLane a) => Of(Opcode.Negate, a);

    public static TracedLane Constant(double value) => new(code!.Constant(value));

    public static TracedLane Broadcast(double value) => Constant(value);

    public static TracedLane IfGreater(TracedLane a, TracedLane b, TracedLane then, TracedLane otherwise) =>
        new(code!.Add(Opcode.IfGreater, a.Place, b.Place, then.Place, otherwise.Place));

    public static TracedLane IfEqual(TracedLane a, TracedLane b, TracedLane then, TracedLane otherwise) =>
        new(code!.Add(Opcode.IfEqual, a.Place, b.Place, then.Place, otherwise.Place));

    public static TracedLane Max(TracedLane a, TracedLane b) => Of(Opcode.Max, a, b);

    public static TracedLane Min(TracedLane a, TracedLane b) => Of(Opcode.Min, a, b);

    public static TracedLane MultiplyAdd(TracedLane a, TracedLane b, TracedLane c) => new(code!.Add(Opcode.MultiplyAdd, a.Place, b.Place, c.Place));

    public static TracedLane Abs(TracedLane a) => Of(Opcode.Abs, a);

    public static TracedLane Sqrt(TracedLane a) => Of(Opcode.Sqrt, a);

    public static TracedLane Floor(TracedLane a) => Of(Opcode.Floor, a);

    public static TracedLane Exp(TracedLane a) => Of(Opcode.Exp, a);

    public static TracedLane Log(TracedLane a) => Of(Opcode.Log, a);

    public static TracedLane Sin(TracedLane a) => Of(Opcode.Sin, a);

    public static TracedLane Cos(TracedLane a) => Of(Opcode.Cos, a);

    public static TracedLane Tan(TracedLane a) => Of(Opcode.Tan, a);

    public static TracedLane Asin(TracedLane a) => Of(Opcode.Asin, a);

    public static TracedLane Acos(TracedLane a) => Of(Opcode.Acos, a);

    public static TracedLane Atan(TracedLane a) => Of(Opcode.Atan, a);

    public static TracedLane Sinh(TracedLane a) => Of(Opcode.Sinh, a);

    public static TracedLane Cosh(TracedLane a) => Of(Opcode.Cosh, a);

    public static TracedLane Tanh(TracedLane a) => Of(Opcode.Tanh, a);

    public static TracedLane Pow(TracedLane a, TracedLane b) => Of(Opcode.Pow, a, b);

    public static TracedLane ExpM1(TracedLane a) => Of(Opcode.ExpM1, a);

    public static TracedLane LogP1(TracedLane a) => Of(Opcode.LogP1, a);

    public static TracedLane Erf(TracedLane a) => Of(Opcode.Erf, a);

    public static TracedLane Sigmoid(TracedLane a) => Of(Opcode.Sigmoid, a);

    /// <summary>Makes formulas that the thread evaluates add to a list.</summary>
    /// <param name="instructions">The list; null after the program.</param>
    /// <returns>The list before.</returns>
    public static InstructionList? Begin(InstructionList? instructions)
    {
        InstructionList? before = code;
        code = instructions;
        return before;
    }

    private static TracedLane Of(Opcode operation, TracedLane a) => new(code!.Add(operation, a.Place));

    private static TracedLane Of(Opcode operation, TracedLane a, TracedLane b) => new(code!.Add(operation, a.Place, b.Place));
}
