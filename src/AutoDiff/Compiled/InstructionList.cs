using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Scalars;

/// <summary>
/// The instructions of a traced program, each of which is computed once: equal ones are one, and arithmetic on constants is a constant. Both keep every bit.
/// </summary>
internal sealed class InstructionList
{
    private readonly List<Instruction> instructions = [];
    private readonly Dictionary<Instruction, int> known = [];

    /// <summary>The number of instructions.</summary>
    public int Count => instructions.Count;

    /// <summary>An instruction.</summary>
    /// <param name="place">Its place.</param>
    public Instruction this[int place] => instructions[place];

    /// <summary>The place of an input.</summary>
    /// <param name="number">Its number.</param>
    public int Input(int number) => Known(new Instruction(Opcode.Input, number));

    /// <summary>The place of a constant.</summary>
    /// <param name="value">The number.</param>
    public int Constant(double value) => Known(new Instruction(Opcode.Constant, Bits: BitConverter.DoubleToInt64Bits(value)));

    /// <summary>Whether an instruction is a constant with the bits of a number.</summary>
    /// <param name="place">The instruction.</param>
    /// <param name="value">The number.</param>
    public bool Is(int place, double value) =>
        instructions[place] is { Code: Opcode.Constant, Bits: long bits } && bits == BitConverter.DoubleToInt64Bits(value);

    /// <summary>Whether an instruction is a constant.</summary>
    /// <param name="place">The instruction.</param>
    public bool IsConstant(int place) => instructions[place].Code == Opcode.Constant;

    /// <summary>The place of an instruction, which is added unless it is there or can be computed now.</summary>
    /// <param name="code">What it computes.</param>
    /// <param name="a">The first operand.</param>
    /// <param name="b">The second operand; −1 if there is none.</param>
    /// <param name="c">The third.</param>
    /// <param name="d">The fourth.</param>
    public int Add(Opcode code, int a, int b = -1, int c = -1, int d = -1)
    {
        if (code is Opcode.IfGreater or Opcode.IfEqual && IsConstant(a) && IsConstant(b))
            return (code == Opcode.IfGreater ? Number(a) > Number(b) : Number(a) == Number(b)) ? c : d;
        if (IsConstant(a) && (b < 0 || IsConstant(b)) && (c < 0 || IsConstant(c)) && Fold(code, a, b, c) is { } folded)
            return Constant(folded);
        return Known(new Instruction(code, a, b, c, d));
    }

    /// <summary>The place of a function of plain numbers.</summary>
    /// <param name="function">The function.</param>
    /// <param name="a">The first argument.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    public int AddPlain(PlainFunction function, int a, int b, int c) => Known(Plain(function, a, b, c));

    /// <summary>Adds a value whose function is told later.</summary>
    public int AddUnexplained()
    {
        instructions.Add(new Instruction(Opcode.Plain));
        return instructions.Count - 1;
    }

    /// <summary>Whether a value's function has not been told.</summary>
    /// <param name="place">The value.</param>
    public bool IsUnexplained(int place) => instructions[place] is { Code: Opcode.Plain, Function: null };

    /// <summary>Tells the function of a value, whose arguments are earlier instructions.</summary>
    /// <param name="place">The value.</param>
    /// <param name="function">The function.</param>
    /// <param name="a">The first argument.</param>
    /// <param name="b">The second.</param>
    /// <param name="c">The third.</param>
    public void Explain(int place, PlainFunction function, int a, int b, int c) => instructions[place] = Plain(function, a, b, c);

    private static Instruction Plain(PlainFunction function, int a, int b, int c) =>
        new(Opcode.Plain, a, function.Arity > 1 ? b : -1, function.Arity > 2 ? c : -1, Function: function);

    private int Known(Instruction instruction)
    {
        if (!known.TryGetValue(instruction, out int place))
        {
            place = instructions.Count;
            instructions.Add(instruction);
            known.Add(instruction, place);
        }

        return place;
    }

    private double Number(int place) => instructions[place].Constant;

    // Functions are left to the lane, whose vectors may round differently.
    private double? Fold(Opcode code, int a, int b, int c) => code switch
    {
        Opcode.Add => Number(a) + Number(b),
        Opcode.Subtract => Number(a) - Number(b),
        Opcode.Multiply => Number(a) * Number(b),
        Opcode.Divide => Number(a) / Number(b),
        Opcode.Negate => -Number(a),
        Opcode.Max => ScalarLane<double>.Max(new(Number(a)), new(Number(b))).Value,
        Opcode.Min => ScalarLane<double>.Min(new(Number(a)), new(Number(b))).Value,
        Opcode.MultiplyAdd => Math.FusedMultiplyAdd(Number(a), Number(b), Number(c)),
        Opcode.Abs => Math.Abs(Number(a)),
        Opcode.Sqrt => Math.Sqrt(Number(a)),
        Opcode.Floor => Math.Floor(Number(a)),
        _ => null,
    };
}
