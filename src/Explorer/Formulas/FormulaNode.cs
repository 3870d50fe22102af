using ConservativeAD.Scalars;

namespace ConservativeAD.Explorer.Formulas;

/// <summary>A part of a formula: a number, a variable, or an operation on parts.</summary>
internal abstract class FormulaNode
{
    private protected FormulaNode(params FormulaNode[] parts)
    {
        Parts = parts;
        Depth = 1;
        foreach (FormulaNode part in parts)
            Depth = Math.Max(Depth, part.Depth + 1);
    }

    /// <summary>The parts that it is computed from.</summary>
    public FormulaNode[] Parts { get; }

    /// <summary>The number of operations from here to the farthest number or variable.</summary>
    public int Depth { get; }

    /// <summary>Whether no variable occurs in it.</summary>
    public virtual bool IsConstant => Array.TrueForAll(Parts, part => part.IsConstant);

    /// <summary>What can be chosen at its kinks; null if nothing can.</summary>
    public virtual Knob? Knob => null;

    /// <summary>Computes the value with the engine's numbers, which records it if a tape is active.</summary>
    public abstract Active Evaluate(Active[] variables);

    /// <summary>Expressions that are 0 where this operation is at a kink or jumps.</summary>
    public virtual IEnumerable<FormulaNode> KinkForms() => [];

    /// <summary>This node and all below it.</summary>
    public IEnumerable<FormulaNode> All()
    {
        Stack<FormulaNode> open = new([this]);
        while (open.TryPop(out FormulaNode? node))
        {
            yield return node;
            for (int i = node.Parts.Length - 1; i >= 0; i--)
                open.Push(node.Parts[i]);
        }
    }
}

/// <summary>A number.</summary>
internal sealed class NumberNode(double value) : FormulaNode
{
    public override Active Evaluate(Active[] variables) => value;
}

/// <summary>A variable, by its place among the formula's variables.</summary>
internal sealed class VariableNode(string name) : FormulaNode
{
    public string Name => name;

    public int Index { get; set; }

    public override bool IsConstant => false;

    public override Active Evaluate(Active[] variables) => variables[Index];
}

/// <summary>An operation on one number.</summary>
internal sealed class UnaryNode(Func<Active, Active> operation, FormulaNode part, Knob? knob = null, Func<Active, Active>[]? kinks = null) : FormulaNode(part)
{
    public override Knob? Knob => knob;

    public override Active Evaluate(Active[] variables) => operation(Parts[0].Evaluate(variables));

    public override IEnumerable<FormulaNode> KinkForms() => (kinks ?? []).Select(form => new UnaryNode(form, Parts[0]));
}

/// <summary>An operation on two numbers.</summary>
internal sealed class BinaryNode(Func<Active, Active, Active> operation, FormulaNode first, FormulaNode second, Knob? knob = null, bool hasTies = false)
    : FormulaNode(first, second)
{
    public override Knob? Knob => knob;

    public override Active Evaluate(Active[] variables) => operation(Parts[0].Evaluate(variables), Parts[1].Evaluate(variables));

    public override IEnumerable<FormulaNode> KinkForms() => hasTies ? [new BinaryNode((a, b) => a - b, Parts[0], Parts[1])] : [];
}

/// <summary>The middle one of three numbers.</summary>
internal sealed class MedianNode(FormulaNode[] parts) : FormulaNode(parts)
{
    public override Knob? Knob { get; } = Knob.Named("pair");

    public override Active Evaluate(Active[] variables)
    {
        Active a = Parts[0].Evaluate(variables), b = Parts[1].Evaluate(variables), c = Parts[2].Evaluate(variables);
        return Active.Max(Active.Min(a, b), Active.Min(Active.Max(a, b), c));
    }

    public override IEnumerable<FormulaNode> KinkForms() =>
        [.. new[] { (0, 1), (0, 2), (1, 2) }.Select(pair => new BinaryNode((a, b) => a - b, Parts[pair.Item1], Parts[pair.Item2]))];
}

/// <summary>if(a &lt; b, then, otherwise), as a branch of the program: the side that is not taken is not computed.</summary>
internal sealed class BranchNode(Func<Active, Active, bool> condition, FormulaNode left, FormulaNode right, FormulaNode then, FormulaNode otherwise)
    : FormulaNode(left, right, then, otherwise)
{
    public override Active Evaluate(Active[] variables) =>
        condition(Parts[0].Evaluate(variables), Parts[1].Evaluate(variables)) ? Parts[2].Evaluate(variables) : Parts[3].Evaluate(variables);

    public override IEnumerable<FormulaNode> KinkForms() => [new BinaryNode((a, b) => a - b, Parts[0], Parts[1])];
}
