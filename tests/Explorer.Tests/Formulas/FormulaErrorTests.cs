using ConservativeAD.Explorer.Formulas;
using CsCheck;

namespace ConservativeAD.Explorer.Tests.Formulas;

public class FormulaErrorTests
{
    private static readonly string[] Pieces = ["x", "y", "1", "0.5", "+", "-", "*", "^", "(", ")", ",", "relu(", "max(", "if(", "<", "pi", "²"];

    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("   ", 1, "empty")]
    [InlineData("x +", 4, "ends after \"+\"")]
    [InlineData("x * ", 5, "ends after \"*\"")]
    [InlineData("-", 2, "ends after \"-\"")]
    [InlineData("(x + 1", 7, "closing parenthesis is missing for the one at column 1")]
    [InlineData("relu(x", 7, "closing parenthesis is missing for the one at column 5")]
    [InlineData("x)", 2, "closes none")]
    [InlineData("()", 1, "nothing between")]
    [InlineData("x + * 2", 5, "in place of \"*\"")]
    [InlineData("rleu(x)", 1, "Is relu meant?")]
    [InlineData("1 + sqr(x)", 5, "Is sqrt meant?")]
    [InlineData("tahn(x)", 1, "Is tanh meant?")]
    [InlineData("z + 1", 1, "nothing named z")]
    [InlineData("frobnicate(x)", 1, "The variables are x and y")]
    [InlineData("xy", 1, "nothing named xy")]
    [InlineData("x y", 3, "operator is missing before \"y\"")]
    [InlineData("2 3", 3, "operator is missing before \"3\"")]
    [InlineData("x(2)", 1, "write x*(…)")]
    [InlineData("relu", 1, "relu is a function")]
    [InlineData("relu + 1", 1, "relu is a function")]
    [InlineData("relu()", 1, "0 arguments were given")]
    [InlineData("relu(x, 1)", 1, "2 arguments were given")]
    [InlineData("max(x)", 1, "one argument was given")]
    [InlineData("clamp(x, 1, 0)", 1, "must be below")]
    [InlineData("clamp(x, y, 1)", 1, "without variables")]
    [InlineData("huber(x, -1)", 1, "above 0")]
    [InlineData("leakyrelu(x, 1/0)", 1, "finite")]
    [InlineData("max(x,)", 7, "missing before \")\"")]
    [InlineData("max(,x)", 5, "missing before \",\"")]
    [InlineData("(1,5)", 3, "decimal sign is a point")]
    [InlineData("1,5", 2, "decimal sign is a point")]
    [InlineData("1.2.3", 4, "second decimal point")]
    [InlineData(".", 1, "no number")]
    [InlineData("1e999", 1, "too large")]
    [InlineData("|x|", 1, "abs(x)")]
    [InlineData("x = 1", 3, "==")]
    [InlineData("[x]", 1, "round parentheses")]
    [InlineData("x!", 2, "factorial")]
    [InlineData("x # 1", 3, "no meaning")]
    [InlineData("x + 😀", 5, "no meaning")]
    [InlineData("x < 1", 3, "if(…)")]
    [InlineData("if(x, 1, 2)", 5, "comparison")]
    [InlineData("if(x < 0, 1)", 12, "two sides")]
    [InlineData("if(x < 0, 1, 2, 3)", 15, "no more")]
    [InlineData("x + t", 5, "t stands alone")]
    public void AnErrorSaysWhatAndWhere(string text, int column, string says)
    {
        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(text));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(column, error.Column);
        Assert.Equal(column, error.Carets.IndexOf('^', StringComparison.Ordinal) + 1);
    }

    [Fact]
    public void TooLongIsAnError() =>
        Assert.Contains("at most 1000", Assert.Throws<FormulaException>(() => Formula.Parse(new string('1', 1001))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("x^", "")]
    [InlineData("abs(", ")")]
    [InlineData("if(x<1,1,", ")")]
    public void TooDeepIsAnErrorAndNoStackOverflow(string open, string close)
    {
        int count = (FormulaParser.MaximumLength - 1) / (open.Length + close.Length);
        string text = string.Concat(Enumerable.Repeat(open, count)) + "x" + string.Concat(Enumerable.Repeat(close, count));
        Assert.Throws<FormulaException>(() => Formula.Parse(text));
    }

    [Fact]
    public void ALongChainIsAnErrorAtItsColumn()
    {
        FormulaException error = Assert.Throws<FormulaException>(() => Formula.Parse(string.Join("+", Enumerable.Repeat("x", 400))));
        Assert.Contains("operations deep", error.Message, StringComparison.Ordinal);
    }

    // Whatever is typed, there is a formula or an error within the text.
    [Fact]
    public void AnyTextIsAFormulaOrAnError() =>
        Gen.OneOf(Gen.String[Gen.Char["xyt()+-*/^,.0123456789 <=|eps"], 0, 30], Gen.String[0, 20], Tokens).Sample(
            text =>
            {
                try
                {
                    _ = Formula.Parse(text).Value(0.5, 0.5);
                }
                catch (FormulaException error)
                {
                    Assert.InRange(error.Start, 0, text.Length);
                    Assert.NotEqual("", error.Message);
                }
            },
            iter: 5000);

    private static Gen<string> Tokens { get; } =
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[1, 15].Select(string.Concat);
}
