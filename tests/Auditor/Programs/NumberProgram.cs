using System.Numerics;
using ConservativeAD.Auditor.Reference;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Auditor.Programs;

/// <summary>An operand of a step: an earlier value, or a constant.</summary>
/// <param name="Index">The index of the value: the variables first, then the steps; −1 for the constant.</param>
/// <param name="Constant">The constant.</param>
public readonly record struct Operand(int Index, double Constant)
{
    public static Operand Value(int index) => new(index, 0);

    public static Operand Of(double constant) => new(-1, constant);
}

/// <summary>
/// One step of a program on numbers. A member that returns a truth value has two more operands, for the two branches; one that returns an integer has two more,
/// which are multiplied.
/// </summary>
/// <param name="Member">The member; null for a loop: while a is below b, at most four times, a grows by c.</param>
/// <param name="Operands">The operands.</param>
/// <param name="Attribute">An integer, if the member takes one.</param>
public sealed record NumberStep(Member? Member, Operand[] Operands, int Attribute)
{
    public bool Reads(int value) => Array.Exists(Operands, operand => operand.Index == value);
}

/// <summary>A program on single numbers: steps over the members of the generic-math interfaces; its value is that of the last.</summary>
public sealed record NumberProgram(double[] Point, NumberStep[] Steps) : AuditProgram(Point)
{
    public override IEnumerable<string> Names => Steps.Select(step => step.Member?.Name ?? "loop");

    public static NumberProgram Drawn(Draw draw)
    {
        int variables = 1 + draw.Below(draw.OneIn(3) ? 4 : 2), count = 1 + draw.Below(draw.OneIn(4) ? 6 : 3);
        NumberStep[] steps = new NumberStep[count];
        for (int i = 0; i < count; i++)
        {
            int known = variables + i;
            Member? member = draw.OneIn(30) ? null : draw.Any(Members.All);
            int operands = member is null ? 3 : member.Arity + member.Result switch { Result.Number => 0, Result.Truth => 2, _ => 1 };

            // The last value is read more often than others, to make programs deep; every program reads a variable.
            Operand One(bool mayBeConstant) => mayBeConstant && draw.OneIn(4) ? Operand.Of(draw.Number(5, 4))
                : Operand.Value(draw.OneIn(2) ? known - 1 : draw.Below(known));
            steps[i] = new NumberStep(member, [.. Enumerable.Range(0, operands).Select(place => One(place > 0 || (operands > 1 && draw.OneIn(3))))],
                draw.OneIn(3) ? draw.Below(8) - 3 : draw.Below(4));
        }

        return new NumberProgram(draw.Point(variables), steps);
    }

    public override Objective ToObjective() => Objective.OfScalars(x => Run(x));

    public T Run<T>(T[] x)
        where T : IFloatingPointIeee754<T>
    {
        List<T> values = [.. x];
        foreach (NumberStep step in Steps)
        {
            T[] operands = Array.ConvertAll(step.Operands, operand => operand.Index < 0 ? T.CreateChecked(operand.Constant) : values[operand.Index]);
            values.Add(step.Member switch
            {
                null => Loop(operands),
                { Result: Result.Number } member => Members.Call(member.Name, operands, step.Attribute),
                { Result: Result.Truth } member => Members.Ask(member.Name, operands) ? operands[member.Arity] : operands[member.Arity + 1],
                var member => T.CreateChecked(Members.Count(member.Name, operands)) * operands[member.Arity],
            });
        }

        return values[^1];
    }

    public override Germ Run(Germ[] x)
    {
        List<Germ> values = [.. x];
        // What the program computes of constants alone; null for a value that depends on a variable or is not there.
        List<double?> constants = [.. x.Select(_ => (double?)null)];
        foreach (NumberStep step in Steps)
        {
            Germ[] operands = Array.ConvertAll(step.Operands, operand => operand.Index < 0 ? Germ.Of(operand.Constant) : values[operand.Index]);
            double?[] known = Array.ConvertAll(step.Operands, operand => operand.Index < 0 ? operand.Constant : constants[operand.Index]);
            double[] plain = Array.ConvertAll(known, constant => constant ?? double.NaN);
            bool isConstant = Array.TrueForAll(known, constant => constant is not null);
            double? constant = null;
            Germ value;
            switch (step.Member)
            {
                case null:
                    value = Loop(operands);
                    constant = isConstant ? Loop(plain) : null;
                    break;
                case { Result: Result.Number } member:
                    value = GermMembers.Call(member.Name, operands, step.Attribute);
                    constant = isConstant ? OfConstants(member, plain, step.Attribute) : null;
                    break;
                case { Result: Result.Truth } member:
                    int branch = GermMembers.Ask(member.Name, operands) ? member.Arity : member.Arity + 1;
                    (value, constant) = (operands[branch], known[branch]);
                    break;
                case var member:
                    int? whole = GermMembers.Count(member.Name, operands);
                    value = whole is { } factor ? Germ.Of(factor) * operands[member.Arity] : Germ.Undefined;
                    constant = whole * known[member.Arity];
                    break;
            }

            values.Add(constant is { } computed && (double.IsInfinity(computed) || (computed == 0 && value.IsFinite))
                ? Germ.Of(computed)
                : value);
            constants.Add(constant);
        }

        return values[^1];
    }

    public override bool Throws()
    {
        try
        {
            Run(Point);
            return false;
        }
        catch (Exception exception) when (exception is ArithmeticException or ArgumentException)
        {
            return true;
        }
    }

    public override IEnumerable<AuditProgram> Smaller()
    {
        // Shorter programs.
        for (int length = 1; length < Steps.Length; length++)
            yield return this with { Steps = Steps[..length] };

        // Programs in which a step is removed and one of its operands replaces its value.
        for (int i = 0; i < Steps.Length - 1; i++)
        {
            foreach (Operand operand in Steps[i].Operands)
                yield return Without(i, operand);
            yield return Without(i, Operand.Of(1));
        }

        if (Steps.Length > 1 && Steps[^1] is { Member.Result: Result.Number, Operands.Length: > 1 } last)
        {
            foreach (Operand operand in last.Operands.Where(operand => operand.Index >= Variables))
                yield return this with { Steps = Steps[..(operand.Index - Variables + 1)] };
        }

        // Programs with constants in place of values, or simpler constants.
        for (int i = 0; i < Steps.Length; i++)
        {
            for (int place = 0; place < Steps[i].Operands.Length; place++)
            {
                Operand operand = Steps[i].Operands[place];
                IEnumerable<double> simpler = operand.Index >= 0 ? [0, 1, 2] : ((double[])[0, 1, 2]).Where(number => Rank(number) < Rank(operand.Constant));
                foreach (double number in simpler)
                    yield return With(i, place, Operand.Of(number));
                if (operand.Index >= Variables)
                {
                    for (int variable = 0; variable < Variables; variable++)
                        yield return With(i, place, Operand.Value(variable));
                }
            }
        }

        // Without a variable, where another takes its place.
        for (int variable = 0; Variables > 1 && variable < Variables; variable++)
        {
            int other = variable == 0 ? 1 : 0;
            int Renamed(int index) => index < 0 ? index : index == variable ? (other > variable ? other - 1 : other) : index > variable ? index - 1 : index;
            yield return new NumberProgram(
                [.. Point.Where((_, i) => i != variable)],
                Array.ConvertAll(Steps,
                    step => step with { Operands = Array.ConvertAll(step.Operands, operand => operand with { Index = Renamed(operand.Index) }) }));
        }

        foreach (double[] point in SmallerPoints())
            yield return this with { Point = point };
    }

    public override string ToCSharp()
    {
        List<string> lines = [];
        string Name(Operand operand) =>
            operand.Index < 0
            ? (double.IsNaN(operand.Constant)
                ? "T.NaN"
                : operand.Constant == 0 && double.IsNegative(operand.Constant) ? "T.NegativeZero"
                : $"T.CreateChecked({NumberText.Of(operand.Constant)})")
            : operand.Index < Variables ? $"x[{operand.Index}]" : $"v{operand.Index - Variables}";
        for (int i = 0; i < Steps.Length; i++)
        {
            NumberStep step = Steps[i];
            string[] names = Array.ConvertAll(step.Operands, Name);
            if (step.Member is not { } member)
            {
                lines.Add($"T v{i} = {names[0]}; for (int k = 0; k < 4 && v{i} < {names[1]}; k++) v{i} += {names[2]};");
                continue;
            }

            string text = member.Text.Replace("{k5}", (((step.Attribute % 5) + 5) % 5).ToString(), StringComparison.Ordinal)
                .Replace("{k}", step.Attribute.ToString(), StringComparison.Ordinal)
                .Replace("{m}", (((step.Attribute % 4) + 4) % 4).ToString(), StringComparison.Ordinal);
            for (int place = 0; place < member.Arity; place++)
                text = text.Replace($"{{{place}}}", names[place], StringComparison.Ordinal);
            lines.Add(member.Result switch
            {
                Result.Number => $"T v{i} = {text};",
                Result.Truth => $"T v{i} = {text} ? {names[member.Arity]} : {names[member.Arity + 1]};",
                _ => $"T v{i} = T.CreateChecked({text}) * {names[member.Arity]};",
            });
        }

        return $"static T F<T>(T[] x) where T : IFloatingPointIeee754<T> {{ {string.Join(" ", lines)} return v{Steps.Length - 1}; }} Objective f = "
            + $"Objective.OfScalars(x => F(x)); double[] point = [{NumberText.Of(Point)}];";
    }

    // Null where the member throws; the program then has no value.
    private static double? OfConstants(Member member, double[] constants, int attribute)
    {
        try
        {
            return Members.Call(member.Name, constants, attribute);
        }
        catch (Exception exception) when (exception is ArithmeticException or ArgumentException)
        {
            return null;
        }
    }

    private static T Loop<T>(T[] operands)
        where T : IFloatingPointIeee754<T>
    {
        T sum = operands[0];
        for (int k = 0; k < 4 && sum < operands[1]; k++)
            sum += operands[2];
        return sum;
    }

    private static Germ Loop(Germ[] operands)
    {
        Germ sum = operands[0];
        for (int k = 0; k < 4 && Germ.Compare(sum, operands[1]) < 0; k++)
            sum += operands[2];
        return sum;
    }

    private NumberProgram With(int step, int place, Operand operand)
    {
        NumberStep[] steps = [.. Steps];
        Operand[] operands = [.. steps[step].Operands];
        operands[place] = operand;
        steps[step] = steps[step] with { Operands = operands };
        return this with { Steps = steps };
    }

    private NumberProgram Without(int left, Operand instead)
    {
        int value = Variables + left;
        List<NumberStep> steps = [];
        for (int i = 0; i < Steps.Length; i++)
        {
            if (i == left)
                continue;
            steps.Add(Steps[i] with
            {
                Operands = Array.ConvertAll(Steps[i].Operands, operand => operand.Index == value
                    ? instead
                    : operand.Index > value ? operand with { Index = operand.Index - 1 }
                    : operand),
            });
        }

        return this with { Steps = [.. steps] };
    }
}
