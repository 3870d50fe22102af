using ConservativeAD.Explorer.Formulas;
using CsCheck;

namespace ConservativeAD.Explorer.Tests.Formulas;

public class FormulaTests
{
    [Theory]
    [InlineData("1 + 2*3", 7)]
    [InlineData("(1 + 2)*3", 9)]
    [InlineData("7 - 2 - 1", 4)]
    [InlineData("8/4/2", 1)]
    [InlineData("2^3^2", 512)]
    [InlineData("2**3", 8)]
    [InlineData("-2^2", -4)]
    [InlineData("2^-1", 0.5)]
    [InlineData("--3", 3)]
    [InlineData("- +3", -3)]
    [InlineData("2(3 + 1)", 8)]
    [InlineData("(1 + 1)(2 + 1)", 6)]
    [InlineData("2pi/pi", 2)]
    [InlineData("1/2pi", Math.PI / 2)]
    [InlineData("2e", 2 * Math.E)]
    [InlineData("2e1", 20)]
    [InlineData("1.5E-1", 0.15)]
    [InlineData(".5 + 1.", 1.5)]
    [InlineData("3² + 2³", 17)]
    [InlineData("4 − 1", 3)]
    [InlineData("4×2·3÷6", 4)]
    [InlineData("2π", 2 * Math.PI)]
    [InlineData("RELU(3) + Max(1, 2)", 5)]
    [InlineData("\t1\n+ 1 ", 2)]
    public void ArithmeticHasTheUsualPrecedence(string text, double value) => Assert.Equal(value, Formula.Parse(text).Value(0), 12);

    [Theory]
    [InlineData("relu(x)", -2, 0)]
    [InlineData("relu(x)", 2, 2)]
    [InlineData("abs(x)", -2, 2)]
    [InlineData("max(x, 1, 3)", 2, 3)]
    [InlineData("min(x, 1, 3)", 2, 1)]
    [InlineData("median(x, 1, 3)", 2, 2)]
    [InlineData("median(3, x, 1)", 5, 3)]
    [InlineData("norm(x, 4)", 3, 5)]
    [InlineData("norm(x, 2, 2)", 1, 3)]
    [InlineData("clamp(x, -1, 1)", 3, 1)]
    [InlineData("clip(x, -1, 1)", -3, -1)]
    [InlineData("relu6(x)", 8, 6)]
    [InlineData("leakyrelu(x)", -1, -0.01)]
    [InlineData("leakyrelu(x, 0.5)", -1, -0.5)]
    [InlineData("elu(x, 2)", 3, 3)]
    [InlineData("hinge(x)", 0.25, 0.75)]
    [InlineData("hardtanh(x)", 2, 1)]
    [InlineData("hardsigmoid(x)", 0, 0.5)]
    [InlineData("hardswish(x)", 4, 4)]
    [InlineData("softthreshold(x, 0.5)", 2, 1.5)]
    [InlineData("huber(x, 1)", 3, 2.5)]
    [InlineData("sign(x)", -7, -1)]
    [InlineData("floor(x)", 1.5, 1)]
    [InlineData("ceil(x)", 1.5, 2)]
    [InlineData("sqrt(x)", 9, 3)]
    [InlineData("cbrt(x)", -8, -2)]
    [InlineData("ln(exp(x))", 2, 2)]
    [InlineData("log2(x)", 8, 3)]
    [InlineData("log10(x)", 100, 2)]
    [InlineData("pow(x, 3)", 2, 8)]
    [InlineData("x^x", 2, 4)]
    [InlineData("sin(x)^2 + cos(x)^2", 0.7, 1)]
    [InlineData("if(x < 0, -x, x)", -3, 3)]
    [InlineData("where(x >= 1, 1, 0)", 1, 1)]
    [InlineData("if(x ≤ 1, 1, 0) + if(x ≠ 1, 5, 0)", 1, 1)]
    [InlineData("if(x > 0, log(x), 0)", -1, 0)]
    public void FunctionsHaveTheirValues(string text, double x, double value) => Assert.Equal(value, Formula.Parse(text).Value(x), 12);

    [Fact]
    public void EveryListedFunctionCanBeCalled()
    {
        foreach (FormulaFunction function in FormulaFunctions.All)
        {
            for (int count = function.Fewest; count <= Math.Min(function.Most, 3); count++)
            {
                // Bounds of clamp rise, parameters are positive.
                string call = $"{function.Name}({string.Join(", ", new[] { "x/10", "1", "2" }.Take(count))})";
                Assert.True(double.IsFinite(Formula.Parse(call).Value(5)), call);
            }
        }
    }

    [Fact]
    public void TheObjectiveHasTheSameBitsAsTheValue()
    {
        string[] texts =
        [
            .. FormulaFunctions.All.Where(function => function.Fewest == 1).Select(function => $"{function.Name}(x) + 0.1y"),
            "max(x, y) - min(x, 2y)", "norm(x, y)", "median(x, y, 1)", "clamp(x*y, -1, 0.5)", "if(x < y, x^2, y^3)", "x^y", "2^x/y",
        ];
        foreach (string text in texts)
        {
            Formula formula = Formula.Parse(text);
            Gen.Double[-3, 3].Select(Gen.Double[-3, 3]).Sample(
                point => Assert.Equal(formula.Objective.Value([point.Item1, point.Item2]), formula.Value(point.Item1, point.Item2)), iter: 50, threads: 1);
        }
    }

    [Theory]
    [InlineData("1", "x")]
    [InlineData("x", "x")]
    [InlineData("y", "y")]
    [InlineData("t^2", "t")]
    [InlineData("y + x", "x y")]
    public void VariablesAreFound(string text, string names) => Assert.Equal(names, string.Join(' ', Formula.Parse(text).Variables));

    [Theory]
    [InlineData("relu(x) - abs(y)", "relu abs")]
    [InlineData("max(x, y)", "pair")]
    [InlineData("median(x, y, 0)", "pair")]
    [InlineData("relu(3) + x", "")]
    [InlineData("elu(x)", "")]
    [InlineData("elu(x, 2)", "elu")]
    [InlineData("norm(x, y) + hinge(x) + clamp(x, 0, 1)", "norm clamp hinge")]
    public void ChoicesAreThoseOfTheFunctions(string text, string knobs) =>
        Assert.Equal(knobs, string.Join(' ', Formula.Parse(text).Knobs.Select(knob => knob.Id)));

    [Fact]
    public void EveryKnobChangesTheAnswerAtItsKink()
    {
        Dictionary<string, (string Text, double X)> kinks = new()
        {
            ["relu"] = ("relu(x)", 0),
            ["abs"] = ("abs(x)", 0),
            ["pair"] = ("max(x, 2x)", 0),
            ["norm"] = ("norm(x, x)", 0),
            ["leakyrelu"] = ("leakyrelu(x)", 0),
            ["elu"] = ("elu(x, 2)", 0),
            ["relu6"] = ("relu6(x)", 6),
            ["hardtanh"] = ("hardtanh(x)", 1),
            ["clamp"] = ("clamp(x, 0, 2)", 2),
            ["softthreshold"] = ("softthreshold(x)", -1),
            ["hardsigmoid"] = ("hardsigmoid(x)", 3),
            ["hardswish"] = ("hardswish(x)", -3),
            ["hinge"] = ("hinge(x)", 1),
        };
        Assert.Equal(Knob.All.Select(knob => knob.Id).Order(), kinks.Keys.Order());
        foreach (Knob knob in Knob.All)
        {
            (string text, double x) = kinks[knob.Id];
            Formula formula = Formula.Parse(text);
            double At(double s) => formula.Objective.Gradient([x], knob.Write(Selections.PyTorch, s)).Gradient[0];
            Assert.Equal(0.375, knob.Read(knob.Write(Selections.PyTorch, 0.375)));
            Assert.True(At(0.75) != At(0.25), knob.Id);
            Assert.NotEqual("", knob.Describe(Selections.Jax));
        }
    }

    [Fact]
    public void ALongSumIsRead()
    {
        string text = string.Join("+", Enumerable.Repeat("x", FormulaParser.MaximumDepth));
        Assert.Equal(FormulaParser.MaximumDepth, Formula.Parse(text).Value(1));
    }

    [Fact]
    public void DeepMediansAreComputedOnce()
    {
        string text = "x";
        for (int i = 0; i < 40; i++)
            text = $"median({text}, 0, 1)";
        Assert.Equal(0.5, Formula.Parse(text).Value(0.5));
        Assert.Equal(1, Formula.Parse(text).Objective.Gradient([0.5]).Gradient[0]);
    }

    // A side that is not taken is not computed, as in a program.
    [Fact]
    public void ABranchIsOneOfTheProgram()
    {
        Formula formula = Formula.Parse("if(x == 0, 0, x)");
        Assert.Equal(0, formula.Objective.Gradient([0]).Gradient[0]);
        Assert.Equal(1, Nonsmooth.Clarke.Gradient(formula.Objective, [0]).Gradient[0]);
    }
}
