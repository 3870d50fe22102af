using ConservativeAD.Explorer.Drawing;
using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Explorer.Formulas;
using ConservativeAD.Explorer.Tests.Exploring;

namespace ConservativeAD.Explorer.Tests.Drawing;

public class DrawingTests
{
    [Theory]
    [InlineData("relu(x)", "0", "")]
    [InlineData("relu(x) - relu(-x)", "", "0")]
    [InlineData("abs(x - 1) + abs(x + 1)", "-1 1", "")]
    [InlineData("x*abs(x)", "", "0")]
    [InlineData("max(x, 0.5)", "0.5", "")]
    [InlineData("clamp(x, -1, 1)", "-1 1", "")]
    [InlineData("if(x < 0.25, 0, 1)", "0.25", "")]
    [InlineData("if(x < 0.25, x, x)", "", "0.25")]
    [InlineData("sin(x) + x^2", "", "")]
    [InlineData("floor(x)", "-2 -1 0 1 2", "")]
    [InlineData("relu(x^2)", "", "0")]
    [InlineData("max(x, x)", "", "")]
    [InlineData("abs(x^3 - x)", "-1 0 1", "")]
    public void KinksOfAGraphAreFound(string text, string kinks, string harmless)
    {
        GraphDrawing drawing = GraphDrawing.Of(Formula.Parse(text), new ExplorerState());
        Assert.Equal(kinks, Joined(drawing.Kinks));
        Assert.Equal(harmless, Joined(drawing.HarmlessKinks));
    }

    [Fact]
    public void AGraphBreaksWhereTheValueDoes()
    {
        Assert.Equal(2, Count(GraphDrawing.Of(Formula.Parse("if(x < 0, 0, 5)"), new ExplorerState()).Path, 'M'));
        Assert.Equal(1, Count(GraphDrawing.Of(Formula.Parse("abs(x)"), new ExplorerState()).Path, 'M'));
        Assert.True(GraphDrawing.Of(Formula.Parse("log(x - 9)"), new ExplorerState()).IsEmpty);
    }

    [Fact]
    public void KinksOfLevelSetsAreToldFromHarmlessOnes()
    {
        LevelDrawing drawing = LevelDrawing.Of(Formula.Parse("relu(x) - relu(-x) + abs(y)"), new ExplorerState());
        string middle = NumberText.Coordinate(drawing.Frame.Y(0)), upright = NumberText.Coordinate(drawing.Frame.X(0));
        Assert.All(Points(drawing.Kinks), point => Assert.Equal(middle, point.Y));
        Assert.All(Points(drawing.HarmlessKinks), point => Assert.Equal(upright, point.X));
        Assert.NotEqual("", drawing.Kinks);
        Assert.NotEqual("", drawing.HarmlessKinks);
        Assert.InRange(drawing.Heights.Count, 8, 30);
    }

    [Fact]
    public void LevelLinesLieAtTheirHeight()
    {
        LevelDrawing drawing = LevelDrawing.Of(Formula.Parse("x + 2y"), new ExplorerState());
        foreach ((double height, string path) in drawing.Heights)
        {
            foreach ((string x, string y) in Points(path))
            {
                double first = drawing.Frame.FirstAt(double.Parse(x) / Frame.Width), second = drawing.Frame.SecondAt(double.Parse(y) / drawing.Frame.Height);
                Assert.Equal(height, first + (2 * second), 0.01);
            }
        }
    }

    [Theory]
    [InlineData("log(-1 - x^2 - y^2)")]
    [InlineData("0/0 + x + y")]
    [InlineData("0*x + 0*y")]
    [InlineData("exp(100x + 100y)")]
    [InlineData("1/(x*y)")]
    public void OddFieldsAreDrawnWithoutFuss(string text)
    {
        Exploration exploration = ExplorationTests.Explore(text, "p=0,0");
        LevelDrawing drawing = LevelDrawing.Of(exploration.Formula, new ExplorerState());
        PlaneDrawing plane = PlaneDrawing.Of(exploration);
        string paths = string.Concat(drawing.Heights.Select(level => level.Path)) + drawing.Kinks + plane.Clarke + plane.Sweep;
        Assert.DoesNotContain("NaN", paths, StringComparison.Ordinal);
    }

    [Fact]
    public void PlacesAndNumbersAreInverse()
    {
        Frame frame = new(-1, 3, 2, 5);
        Assert.Equal(0.7, frame.FirstAt(frame.X(0.7) / Frame.Width), 12);
        Assert.Equal(2.2, frame.SecondAt(frame.Y(2.2) / frame.Height), 12);
    }

    [Theory]
    [InlineData(-2, 2, "-2 -1 0 1 2")]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(1, 1, "")]
    [InlineData(double.NaN, 1, "")]
    public void TicksAreRound(double low, double high, string ticks) => Assert.Equal(ticks, Joined(Ticks.Between(low, high)));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-4e-324, "−4.9407e−324")]
    [InlineData(-1e-9, "−1e−9")]
    [InlineData(1.0 / 3, "0.333333")]
    [InlineData(-2.5, "−2.5")]
    [InlineData(1e10, "1e10")]
    [InlineData(double.NaN, "undefined")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void NumbersAreShort(double number, string text) => Assert.Equal(text, NumberText.Of(number));

    [Fact]
    public void ANegativeZeroIsZero() => Assert.Equal("0 0", $"{NumberText.Of(-0.0)} {NumberText.Exact(-0.0)}");

    private static string Joined(IEnumerable<double> numbers) => string.Join(' ', numbers.Order().Select(NumberText.Exact));

    private static int Count(string text, char c) => text.Count(letter => letter == c);

    private static IEnumerable<(string X, string Y)> Points(string path) =>
        path.Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries).Select(point => (point.Split(',')[0], point.Split(',')[1]));
}
