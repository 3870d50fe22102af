using ConservativeAD.Kernels;

namespace ConservativeAD.Rules;

/// <summary>
/// A formula of an Einstein summation, checked against the shapes of its operands. The axes of an ellipsis get letters of their own, aligned at the last one.
/// </summary>
internal sealed class EinsumFormula
{
    private const string Arrow = "->";
    private const string Ellipsis = "...";

    // A private letter of Unicode for the last axis of an ellipsis; those before it follow.
    private const char LastOfEllipsis = '\uE000';
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
        CheckSigns(arrow, end);
        string[] parts = Array.ConvertAll(formula[..end].Split(','), Letters);
        if (parts.Length != shapes.Length)
            throw Refused(0, $"it names {parts.Length} operands");
        int longest = 0;
        for (int operand = 0, position = 0; operand < parts.Length; operand++)
        {
            parts[operand] = Spelled(parts[operand], operand, position);
            longest = Math.Max(longest, parts[operand].Count(IsOfEllipsis));
            position = formula.IndexOf(',', position) + 1;
        }

        Operands = parts;
        Dropped = Array.ConvertAll(parts, _ => Array.Empty<int>());
        Dictionary<char, (int Operand, int Extent)> extents = [];
        for (int operand = 0, position = 0; operand < parts.Length; operand++)
        {
            CheckOperand(operand, position, extents);
            position = formula.IndexOf(',', position) + 1;
        }

        for (int operand = 0; operand < parts.Length; operand++)
            Drop(operand, extents);
        string ofEllipsis = EllipsisOf(longest);
        Result = arrow >= 0
            ? Letters(formula[(arrow + Arrow.Length)..]).Replace(Ellipsis, ofEllipsis, StringComparison.Ordinal)
            : ofEllipsis + string.Concat(extents.Keys
                .Where(letter => !IsOfEllipsis(letter) && Operands.Sum(operand => operand.Count(other => other == letter)) == 1).Order());
        for (int i = 0; arrow >= 0 && i < Result.Length; i++)
        {
            if (IsOfEllipsis(Result[i]))
                continue;
            int position = formula.IndexOf(Result[i], arrow);
            if (!extents.ContainsKey(Result[i]))
                throw Refused(position, $"the result names '{Result[i]}', which no operand has");
            if (Result.IndexOf(Result[i], StringComparison.Ordinal) < i)
                throw Refused(formula.LastIndexOf(Result[i]), $"the result names '{Result[i]}' twice");
        }
    }

    /// <summary>The letters of each operand, without the axes that are dropped.</summary>
    public string[] Operands { get; }

    /// <summary>Axes of each operand that broadcast: of extent 1, where another operand has more.</summary>
    public int[][] Dropped { get; }

    /// <summary>The letters of the result.</summary>
    public string Result { get; }

    private static bool IsOfEllipsis(char letter) => letter >= LastOfEllipsis;

    private static string EllipsisOf(int axes) => string.Concat(Enumerable.Range(0, axes).Reverse().Select(axis => (char)(LastOfEllipsis + axis)));

    private static string Letters(string part) => part.Replace(" ", "", StringComparison.Ordinal);

    private void CheckSigns(int arrow, int end)
    {
        int dots = 0;
        for (int position = 0; position < formula.Length; position++)
        {
            char letter = formula[position];
            bool isArrow = arrow >= 0 && position >= arrow && position < arrow + Arrow.Length;
            bool ends = isArrow || (letter == ',' && position < end);
            if (!ends && !char.IsAsciiLetter(letter) && letter != ' ' && letter != '.')
                throw Refused(position, $"'{letter}' is neither a letter nor a comma between operands nor the arrow before the result");
            bool isBroken = letter == '.' ? dots == Ellipsis.Length || (dots > 0 && formula[position - 1] != '.') : ends && dots % Ellipsis.Length != 0;
            if (isBroken)
                throw Refused(position, "an ellipsis is three points, once for an operand or the result");
            dots = ends ? 0 : letter == '.' ? dots + 1 : dots;
        }

        if (dots % Ellipsis.Length != 0)
            throw Refused(formula.Length - 1, "an ellipsis is three points, once for an operand or the result");
    }

    // The letters with those of the axes that an ellipsis stands for.
    private string Spelled(string letters, int operand, int position)
    {
        int place = letters.IndexOf(Ellipsis, StringComparison.Ordinal), axes = shapes[operand].Rank - (letters.Length - Ellipsis.Length);
        if (place < 0)
            return letters;
        if (axes < 0)
            throw Refused(position,
                $"operand {operand} has {letters.Length - Ellipsis.Length} letters beside its ellipsis, and its shape {shapes[operand]} has "
                    + $"{shapes[operand].Rank} axes");
        return letters.Replace(Ellipsis, EllipsisOf(axes), StringComparison.Ordinal);
    }

    private void CheckOperand(int operand, int position, Dictionary<char, (int Operand, int Extent)> extents)
    {
        string letters = Operands[operand];
        Shape shape = shapes[operand];
        if (letters.Length != shape.Rank)
            throw Refused(position, $"operand {operand} has {letters.Length} letters, and its shape {shape} has {shape.Rank} axes");
        for (int axis = 0; axis < letters.Length; axis++)
        {
            char letter = letters[axis];
            if (extents.TryAdd(letter, (operand, shape[axis])))
                continue;
            (int other, int extent) = extents[letter];
            if (extent == shape[axis])
                continue;
            if (!IsOfEllipsis(letter))
                throw Refused(formula.IndexOf(letter, position),
                    $"'{letter}' has extent {shape[axis]} in operand {operand} and {extent} in operand {other}");
            if (shape[axis] != 1 && extent != 1)
                throw Refused(formula.IndexOf(Ellipsis, position, StringComparison.Ordinal),
                    $"axis {axis} of operand {operand} has extent {shape[axis]} and does not broadcast with {extent} of operand {other}");
            if (extent == 1)
                extents[letter] = (operand, shape[axis]);
        }
    }

    private void Drop(int operand, Dictionary<char, (int Operand, int Extent)> extents)
    {
        string letters = Operands[operand];
        Dropped[operand] = [.. Enumerable.Range(0, letters.Length).Where(axis => shapes[operand][axis] != extents[letters[axis]].Extent)];
        Operands[operand] = string.Concat(letters.Where((_, axis) => !Dropped[operand].Contains(axis)));
    }

    private ArgumentException Refused(int position, string reason) => new(
        $"einsum: the formula \"{formula}\" does not fit at position {position}: {reason}; the operands' shapes are {string.Join(", ", shapes)}.");
}
