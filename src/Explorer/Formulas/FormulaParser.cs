using ConservativeAD.Scalars;

namespace ConservativeAD.Explorer.Formulas;

/// <summary>
/// Reads formulas by recursive descent. Powers bind before signs, signs before products, products before sums; powers group to the right. A number or a closing
/// parenthesis directly before a name or an opening one multiplies: 2x, 3(x + 1).
/// </summary>
internal sealed class FormulaParser
{
    /// <summary>The most characters of a formula.</summary>
    public const int MaximumLength = 1000;

    /// <summary>The most levels of parentheses, signs and powers within each other.</summary>
    public const int MaximumNesting = 64;

    /// <summary>The most operations from the result to a variable.</summary>
    public const int MaximumDepth = 200;

    private static readonly string[] Comparisons = ["<", "<=", ">", ">=", "==", "!="];
    private static readonly string[] VariableNames = ["x", "y", "t"];

    private readonly string text;
    private readonly List<Token> tokens;
    private readonly List<(VariableNode Node, Token Token)> variables = [];
    private int at;
    private int nesting;

    public FormulaParser(string text)
    {
        if (text.Length > MaximumLength)
            throw new FormulaException($"The formula has {text.Length} characters; at most {MaximumLength} are read.", MaximumLength);
        this.text = text;
        tokens = Tokenizer.Read(text);
    }

    private Token Current => tokens[at];

    public Formula Read()
    {
        if (Current.Kind == TokenKind.End)
            throw new FormulaException("The formula is empty. Try relu(x) - relu(-x).", 0);
        FormulaNode root = Sum();
        if (Current.Is(")"))
            throw new FormulaException("This parenthesis closes none that was opened.", Current.Start);
        if (Current.Is(","))
            throw new FormulaException("A comma separates arguments of a function, and none is open here. The decimal sign is a point.", Current.Start);
        if (Current.Kind == TokenKind.Symbol && Comparisons.Contains(Current.Text))
            throw new FormulaException($"Comparisons stand in if(…) only, as in if(x {Current.Text} 0, −x, x).", Current.Start, Current.Length);
        if (Current.Kind != TokenKind.End)
            throw new FormulaException($"An operator is missing before {Current.Described}.", Current.Start, Current.Length);
        return new Formula(text, root, Number());
    }

    // Gives the variables their places: x before y, or t alone. A formula without any counts as one of x.
    private string[] Number()
    {
        string[] names = [.. VariableNames.Where(name => variables.Any(variable => variable.Node.Name == name))];
        if (names.Length > 1 && names.Contains("t"))
        {
            Token mixed = variables.First(variable => variable.Node.Name == "t").Token;
            throw new FormulaException("t stands alone; with two variables they are x and y.", mixed.Start);
        }

        foreach ((VariableNode node, _) in variables)
            node.Index = Array.IndexOf(names, node.Name);
        return names.Length == 0 ? ["x"] : names;
    }

    private FormulaNode Sum()
    {
        FormulaNode left = Product();
        while (Current.Is("+") || Current.Is("-"))
        {
            Token sign = Take();
            FormulaNode right = Product();
            left = sign.Text == "+" ? Checked(new BinaryNode((a, b) => a + b, left, right), sign) : Checked(new BinaryNode((a, b) => a - b, left, right), sign);
        }

        return left;
    }

    private FormulaNode Product()
    {
        FormulaNode left = Signed();
        while (true)
        {
            Token sign = Current;
            if (sign.Is("*") || sign.Is("/"))
                at++;
            else if (!MultipliesWithout(sign))
                return left;
            FormulaNode right = Signed();
            left = sign.Is("/") ? Checked(new BinaryNode((a, b) => a / b, left, right), sign) : Checked(new BinaryNode((a, b) => a * b, left, right), sign);
        }
    }

    // Whether a product's sign may be left out before this token: 2x, 2(x + 1), (x + 1)(x − 1), (x + 1)x.
    private bool MultipliesWithout(Token next) =>
        at > 0 && (next.Kind == TokenKind.Name || next.Is("("))
        && (tokens[at - 1].Kind == TokenKind.Number || tokens[at - 1].Is(")") || tokens[at - 1].Is("²") || tokens[at - 1].Is("³"));

    private FormulaNode Signed()
    {
        if (!Current.Is("-") && !Current.Is("+"))
            return Power();
        Token sign = Take();
        Enter(sign);
        FormulaNode part = Signed();
        nesting--;
        return sign.Text == "+" ? part : Checked(new UnaryNode(a => -a, part), sign);
    }

    private FormulaNode Power()
    {
        FormulaNode left = Atom();
        while (Current.Is("²") || Current.Is("³"))
        {
            Token sign = Take();
            left = Checked(new BinaryNode(Active.Pow, left, new NumberNode(sign.Text == "²" ? 2 : 3)), sign);
        }

        if (!Current.Is("^"))
            return left;
        Token power = Take();
        Enter(power);
        FormulaNode exponent = Signed();
        nesting--;
        return Checked(new BinaryNode(Active.Pow, left, exponent), power);
    }

    private FormulaNode Atom()
    {
        Token token = Current;
        if (token.Kind == TokenKind.Number)
        {
            at++;
            if (Current.Kind == TokenKind.Number)
                throw new FormulaException($"An operator is missing before {Current.Described}.", Current.Start, Current.Length);
            return new NumberNode(token.Number);
        }

        if (token.Kind == TokenKind.Name)
            return Named(Take());
        if (token.Is("("))
        {
            at++;
            Enter(token);
            if (Current.Is(")"))
                throw new FormulaException("There is nothing between these parentheses.", token.Start, Current.Start - token.Start + 1);
            FormulaNode inside = Sum();
            nesting--;
            Close(token);
            return inside;
        }

        throw Missing(token);
    }

    private FormulaException Missing(Token token)
    {
        if (token.Kind == TokenKind.End)
        {
            Token last = tokens[at - 1];
            return new FormulaException($"The formula ends after {last.Described}, where a number, a variable or a function should follow.", token.Start);
        }

        return token.Is(",") || token.Is(")")
            ? new FormulaException($"A number, a variable or a function is missing before {token.Described}.", token.Start)
            : new FormulaException($"A number, a variable or a function should stand in place of {token.Described}.", token.Start, token.Length);
    }

    private FormulaNode Named(Token name)
    {
        if (name.Text is "pi" or "e")
            return new NumberNode(name.Text == "e" ? Math.E : Math.PI);
        if (VariableNames.Contains(name.Text))
        {
            if (Current.Is("("))
                throw new FormulaException($"{name.Text} is a variable, not a function; write {name.Text}*(…) for a product.", name.Start, name.Length);
            VariableNode variable = new(name.Text);
            variables.Add((variable, name));
            return variable;
        }

        bool isBranch = name.Text is "if" or "where";
        FormulaFunction? function = FormulaFunctions.Named(name.Text);
        if (function is null && !isBranch)
            throw new FormulaException(Unknown(name.Text), name.Start, name.Length);
        string usage = isBranch ? "if(a < b, then, otherwise)" : function!.Usage;
        if (!Current.Is("("))
            throw new FormulaException($"{name.Text} is a function; write {usage}.", name.Start, name.Length);
        Token open = Take();
        Enter(open);
        FormulaNode node = isBranch ? Branch(name) : Call(function!, name);
        nesting--;
        Close(open);
        return node;
    }

    private FormulaNode Call(FormulaFunction function, Token name)
    {
        List<FormulaNode> arguments = [];
        if (!Current.Is(")"))
        {
            arguments.Add(Sum());
            while (Current.Is(","))
            {
                at++;
                arguments.Add(Sum());
            }
        }

        if (Current.Is(")") && (arguments.Count < function.Fewest || arguments.Count > function.Most))
        {
            string count = arguments.Count == 1 ? "one argument was" : $"{arguments.Count} arguments were";
            throw new FormulaException($"{count} given to {name.Text}; write {function.Usage}.", name.Start, Current.Start - name.Start + 1);
        }

        if (!Current.Is(")"))
            return arguments[0];
        try
        {
            return Checked(function.Build([.. arguments]), name);
        }
        catch (ArgumentException exception)
        {
            throw new FormulaException(exception.Message, name.Start, Current.Start - name.Start + 1);
        }
    }

    private FormulaNode Branch(Token name)
    {
        const string Usage = "write if(a < b, then, otherwise)";
        FormulaNode left = Sum();
        Token comparison = Current;
        if (comparison.Kind != TokenKind.Symbol || !Comparisons.Contains(comparison.Text))
            throw new FormulaException($"A comparison (<, <=, >, >=, ==, !=) should stand here; {Usage}.", comparison.Start, comparison.Length);
        at++;
        FormulaNode right = Sum();
        FormulaNode[] sides = new FormulaNode[2];
        for (int i = 0; i < 2; i++)
        {
            if (!Current.Is(","))
                throw new FormulaException($"{name.Text} has two sides after its condition; {Usage}.", Current.Start, Current.Length);
            at++;
            sides[i] = Sum();
        }

        if (Current.Is(","))
            throw new FormulaException($"{name.Text} has two sides and no more; {Usage}.", Current.Start);
        Func<Active, Active, bool> condition = comparison.Text switch
        {
            "<" => (a, b) => a < b,
            "<=" => (a, b) => a <= b,
            ">" => (a, b) => a > b,
            ">=" => (a, b) => a >= b,
            "==" => (a, b) => a == b,
            _ => (a, b) => a != b,
        };
        return Checked(new BranchNode(condition, left, right, sides[0], sides[1]), name);
    }

    private Token Take() => tokens[at++];

    private void Enter(Token token)
    {
        if (++nesting > MaximumNesting)
            throw new FormulaException($"More than {MaximumNesting} parentheses, signs and powers stand within each other here.", token.Start, token.Length);
    }

    private void Close(Token open)
    {
        if (Current.Is(")"))
            at++;
        else if (Current.Kind == TokenKind.End)
            throw new FormulaException($"A closing parenthesis is missing for the one at column {open.Start + 1}.", Current.Start);
        else if (Current.Is(","))
            throw new FormulaException("A comma separates arguments of a function. The decimal sign is a point.", Current.Start);
        else
            throw new FormulaException($"An operator or a closing parenthesis is missing before {Current.Described}.", Current.Start, Current.Length);
    }

    private static FormulaNode Checked(FormulaNode node, Token token) => node.Depth <= MaximumDepth
        ? node
        : throw new FormulaException($"The formula is more than {MaximumDepth} operations deep here.", token.Start, token.Length);

    private static string Unknown(string name)
    {
        IEnumerable<string> known = FormulaFunctions.All.Select(function => function.Name).Concat(["if", "x", "y", "t", "pi", "e"]);
        (string nearest, int distance) = known.Select(candidate => (candidate, EditDistance.Between(name, candidate)))
            .MinBy(pair => (pair.Item2, Math.Abs(pair.candidate.Length - name.Length)));
        bool isNear = name.Length > 1 && distance <= Math.Max(1, name.Length / 3);
        return $"There is nothing named {name} here.{(isNear ? $" Is {nearest} meant?" : " The variables are x and y, or t; the functions are listed below.")}";
    }
}
