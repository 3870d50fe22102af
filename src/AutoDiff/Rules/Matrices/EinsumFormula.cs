using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>A formula of an Einstein summation, checked against the shapes of its operands.</summary>
internal sealed class EinsumFormula
{
    private const string Arrow = "->";
    private readonly string formula;
    private readonly Shape[] shapes;

    /// <summary>Reads a formula.</summary>
    /// <param name="formula">The formula.</param>
    /// <param name="shapes">The shapes of the operands.</param>
    /// <exception cref="ArgumentException">It is not one, or does not fit the shapes.</exception>
    public EinsumFormula(string formula, Shape[] shapes)
    {
        this.formula = formula;
        this.shapes = shapes;
        int arrow = formula.IndexOf(Arrow, StringComparison.Ordinal), end = arrow < 0 ? formula.Length : arrow;
        for (int position = 0; position < formula.Length; position++)
        {
            char letter = formula[position];
            bool isArrow = arrow >= 0 && position >= arrow && position < arrow + Arrow.Length;
            if (!isArrow && !char.IsAsciiLetter(letter) && letter != ' ' && !(letter == ',' && position < end))
                throw Refused(position, $"'{letter}' is neither a letter nor a comma between operands nor the arrow before the result");
        }

        Operands = Array.ConvertAll(formula[..end].Split(','), Letters);
        if (Operands.Length != shapes.Length)
            throw Refused(0, $"it names {Operands.Length} operands");
        Dictionary<char, (int Operand, int Extent)> extents = [];
        for (int operand = 0, position = 0; operand < Operands.Length; operand++)
        {
            CheckOperand(operand, position, extents);
            position = formula.IndexOf(',', position) + 1;
        }

        Result = arrow >= 0
            ? Letters(formula[(arrow + Arrow.Length)..])
            : string.Concat(extents.Keys.Where(letter => Operands.Sum(operand => operand.Count(other => other == letter)) == 1).Order());
        for (int i = 0; arrow >= 0 && i < Result.Length; i++)
        {
            int position = formula.IndexOf(Result[i], arrow);
            if (!extents.ContainsKey(Result[i]))
                throw Refused(position, $"the result names '{Result[i]}', which no operand has");
            if (Result.IndexOf(Result[i], StringComparison.Ordinal) < i)
                throw Refused(formula.LastIndexOf(Result[i]), $"the result names '{Result[i]}' twice");
        }
    }

    /// <summary>The letters of each operand.</summary>
    public string[] Operands { get; }

    /// <summary>The letters of the result.</summary>
    public string Result { get; }

    private void CheckOperand(int operand, int position, Dictionary<char, (int Operand, int Extent)> extents)
    {
        string letters = Operands[operand];
        Shape shape = shapes[operand];
        if (letters.Length != shape.Rank)
            throw Refused(position, $"operand {operand} has {letters.Length} letters, and its shape {shape} has {shape.Rank} axes");
        for (int axis = 0; axis < letters.Length; axis++)
        {
            if (!extents.TryAdd(letters[axis], (operand, shape[axis])) && extents[letters[axis]] is var known && known.Extent != shape[axis])
                throw Refused(formula.IndexOf(letters[axis], position),
                    $"'{letters[axis]}' has extent {shape[axis]} in operand {operand} and {known.Extent} in operand {known.Operand}");
        }
    }

    private static string Letters(string part) => part.Replace(" ", "", StringComparison.Ordinal);

    private ArgumentException Refused(int position, string reason) => new(
        $"einsum: the formula \"{formula}\" does not fit at position {position}: {reason}; the operands' shapes are {string.Join(", ", shapes)}.");
}
