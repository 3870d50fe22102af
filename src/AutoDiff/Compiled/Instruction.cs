namespace ConservativeAD.Scalars;

/// <summary>An instruction of a traced program. Its operands are earlier instructions.</summary>
/// <param name="Code">What it computes.</param>
/// <param name="A">The first operand, or the number of an input; −1 if there is none.</param>
/// <param name="B">The second operand.</param>
/// <param name="C">The third.</param>
/// <param name="D">The fourth.</param>
/// <param name="Bits">The bits of a constant.</param>
/// <param name="Function">The function of a plain instruction.</param>
internal readonly record struct Instruction(Opcode Code, int A = -1, int B = -1, int C = -1, int D = -1, long Bits = 0, PlainFunction? Function = null)
{
    /// <summary>The number of its operands.</summary>
    public int Arity => Code is Opcode.Input or Opcode.Constant ? 0 : D >= 0 ? 4 : C >= 0 ? 3 : B >= 0 ? 2 : A >= 0 ? 1 : 0;

    /// <summary>The number that a constant is.</summary>
    public double Constant => BitConverter.Int64BitsToDouble(Bits);

    /// <summary>An operand.</summary>
    /// <param name="place">Its place, below <see cref="Arity"/>.</param>
    public int Operand(int place) => place switch { 0 => A, 1 => B, 2 => C, _ => D };
}
