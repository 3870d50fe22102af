using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;
using ConservativeAD.Scalars;
using ConservativeAD.Studies.Inspection;
using ConservativeAD.Tests.OperationTable;

namespace ConservativeAD.Tests.Checks;

/// <summary>The conservativity check: it fails planted errors, names them, and passes the library.</summary>
public class ConservativityTests
{
    public static TheoryData<string, string> RowsAndPresets
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (OperationCase row in Table.All.Where(row => row.HasOneSidedDerivatives))
            {
                foreach (Selections preset in row.Kinks.Length > 0 ? Presets.All : [Selections.PyTorch])
                    data.Add(row.Name, preset.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RowsAndPresets))]
    public void EveryRuleOfTheLibraryIsConservativeUnderEveryPreset(string name, string preset)
    {
        OperationCase row = Table.Find(name);
        Shape[] shapes = row.Kinks.Length > 0 ? row.Kinks[0].Shapes : row.Ordinary[0];
        int count = shapes.Sum(shape => shape.Count);
        double[] kinks = row.Kinks.Length > 0 ? [.. row.Kinks[0].Values.SelectMany(values => values)] : [];
        Box domain = Box.Cube(count, kinks.Append(row.Range.Low).Min() - (kinks.Length > 0 ? 0.5 : 0), kinks.Append(row.Range.High)
            .Max() + (kinks.Length > 0 ? 0.5 : 0));
        ConservativityReport report = Conservativity.Check(
            Objective.OfTensors(shapes, leaves =>
            {
                Var<double> y = row.Apply(leaves);
                return (y * y.Tape.Constant(y.Shape, [.. Enumerable.Range(0, y.Shape.Count).Select(i => 1 + (0.5 * i))])).Sum();
            }),
            domain,
            new ConservativityOptions { Selections = Presets.All.Single(one => one.Name == preset), Paths = 1, StratumPaths = 3, Tolerance = 1e-4 },
            TestContext.Current.CancellationToken);
        Assert.True(report.IsConservative, $"{name} under {preset}: {report}");

        // The kink of a norm over all elements is a single point, along which no path runs.
        Assert.True(row.Kinks.Length == 0 || count < 2 || name is "norm2" or "p-norm" || report.StratumPathsTried > 0,
            $"{name}: no path inside a kink was found");
    }

    [Fact]
    public void AMaximumThatPassesToBothFailsInsideTheTieOnly()
    {
        Box square = Box.Cube(2, -2, 2);
        BinaryOperation<double, MaximumToBoth> planted = new(default);
        Assert.True(Conservativity.Check(planted, [[], []], square, new ConservativityOptions { StratumPaths = 0 }).IsConservative);
        ConservativityReport report = Conservativity.Check(planted, [[], []], square);
        Assert.False(report.IsConservative);
        Assert.All(report.Failures, failure =>
        {
            Assert.Equal(PathKind.Stratum, failure.Path.Kind);
            Assert.Equal("maximum to both", failure.Operation?.Name);
        });
    }

    [Fact]
    public void TheCulpritIsFoundInsideAProgram()
    {
        Box cube = Box.Cube(3, -2, 2);
        Objective tensors =
            Objective.OfTensor(v =>
                (v.Tape.Record(new BinaryOperation<double, MaximumToBoth>(default), v.Slice(0, 0, 1).Relu() + v.Slice(0, 2, 1), v.Slice(0, 1, 1)) * 2.0).Sum()
                + v.Abs().Sum());
        Objective numbers =
            Objective.OfScalars(x => (2 * (Active.Relu(x[0]) + x[2]).Apply(default(MaximumToBoth), x[1])) + Active.Abs(x[0]) + Active.Abs(x[1]));
        foreach (Objective objective in (Objective[])[tensors, numbers])
        {
            ConservativityReport report = Conservativity.Check(objective, cube, new ConservativityOptions { StratumPaths = 40 },
                cancellation: TestContext.Current.CancellationToken);
            Assert.False(report.IsConservative);
            Assert.Equal("maximum to both", report.Failures[0].Operation?.Name);
            Assert.Contains("inside a kink", report.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AStraightThroughSignIsWrongByTwoFromMinusOneToOne()
    {
        Objective objective = Objective.OfScalars(x => x[0].Apply(default(StraightThroughSign)));
        ConservativityDefect failure =
            Assert.Single(Conservativity.Check(objective, [new TestPath(PathKind.Segment, [-1.0], [2.0], [0.0])],
                cancellation: TestContext.Current.CancellationToken).Failures);
        Assert.Equal(2, failure.Defect, 1e-6);
        Assert.Equal("straight-through sign", failure.Operation?.Name);
        ConservativityReport report = Conservativity.Check(new UnaryOperation<double, StraightThroughSign>(default), [[1]], Box.Cube(1));
        Assert.False(report.IsConservative);
        Assert.Equal("straight-through sign", report.Failures[0].Operation?.Name);
    }

    [Fact]
    public void AReluWhoseSlopeAtZeroIsAThousandPasses()
    {
        ConservativityOptions options = new() { Selections = Selections.PyTorch with { ReluAtZero = 1000 } };
        ConservativityReport one = Conservativity.Check(new UnaryOperation<double, Relu>(default), [[3]], Box.Cube(3), options);
        Assert.True(one.IsConservative, one.ToString());
        Assert.True(one.StratumPathsTried > 3);
        ConservativityReport program = Conservativity.Check(Objective.OfScalars(x => Active.Relu(x[0]) + Active.Relu(x[1] - x[0]) - Active.Relu(x[0] - x[1])),
            Box.Cube(2), options, TestContext.Current.CancellationToken);
        Assert.True(program.IsConservative, program.ToString());
    }

    [Fact]
    public void ASmoothRuleWithAWrongSlopeFailsEverywhere()
    {
        ConservativityReport report = Conservativity.Check(new UnaryOperation<double, WrongSquare>(default), [[1]], Box.Cube(1));
        Assert.Equal("wrong square", report.Failures[0].Operation?.Name);
    }

    [Fact]
    public void ABranchWhoseSidesDoNotMeetIsTheCulprit()
    {
        Objective jump = Objective.OfScalars(x => x[0] > Active.Zero ? 1 + x[0] : x[0] * x[0]);
        ConservativityReport report = Conservativity.Check(jump, Box.Cube(1), cancellation: TestContext.Current.CancellationToken);
        Assert.False(report.IsConservative);
        Assert.Contains(report.Failures, failure => failure.Operation?.Name == "comparison");
        Assert.True(Conservativity.Check(Objective.OfScalars(x => x[0] > Active.Zero ? x[0] : x[0] * x[0]), Box.Cube(1),
            cancellation: TestContext.Current.CancellationToken).IsConservative);
    }

    [Fact]
    public void WrongInputIsRefused()
    {
        Assert.Contains("variable 1", Assert.Throws<ArgumentException>(() => new Box([0, 1], [1, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Box([], []));
        Assert.Throws<ArgumentException>(() => new Box([0], [double.PositiveInfinity]));
        Assert.Throws<ArgumentException>(() =>
            Conservativity.Check(Objective.OfScalars(x => x[0]), Box.Cube(1), new ConservativityOptions { Tolerance = 0 },
                cancellation: TestContext.Current.CancellationToken));
    }
}
