using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;

namespace ConservativeAD.Explorer.Formulas;

/// <summary>A formula in one or two variables, as a program that the engine runs on its numbers.</summary>
public sealed class Formula
{
    private readonly FormulaNode root;

    internal Formula(string text, FormulaNode root, IReadOnlyList<string> variables)
    {
        Text = text;
        this.root = root;
        Variables = variables;
        Objective = Objective.OfScalars(root.Evaluate);
        FormulaNode[] all = [.. root.All()];
        Knobs = [.. Knob.All.Where(knob => all.Any(node => node.Knob == knob && !node.IsConstant))];
        KinkForms = [.. all.Where(node => !node.IsConstant).SelectMany(node => node.KinkForms()).Where(form => !form.IsConstant)];
    }

    /// <summary>The text as it was typed.</summary>
    public string Text { get; }

    /// <summary>The names of the variables, one or two: x, y, or t alone.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>The number of variables.</summary>
    public int Dimension => Variables.Count;

    /// <summary>The formula as an objective, which all analysis starts from.</summary>
    public Objective Objective { get; }

    /// <summary>The choices at kinks that its functions offer.</summary>
    public IReadOnlyList<Knob> Knobs { get; }

    /// <summary>Expressions that are 0 where an operation is at a kink or jumps.</summary>
    internal IReadOnlyList<FormulaNode> KinkForms { get; }

    /// <summary>How every function is called.</summary>
    public static IReadOnlyList<string> Functions { get; } = [.. FormulaFunctions.All.Select(function => function.Usage), "if(a < b, then, otherwise)"];

    /// <summary>Reads a formula.</summary>
    /// <exception cref="FormulaException">The text is not a formula; the exception says where and why.</exception>
    public static Formula Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new FormulaParser(text).Read();
    }

    /// <summary>The value at a point, computed with the engine's numbers and recorded nowhere.</summary>
    public double Value(params ReadOnlySpan<double> point) => ValueOf(root, point);

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal static double ValueOf(FormulaNode node, ReadOnlySpan<double> point)
    {
        Active[] numbers = new Active[point.Length];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = point[i];
        return node.Evaluate(numbers).Value;
    }
}
