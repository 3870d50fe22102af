#:project ../src/AutoDiff
using ConservativeAD;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Rules;

// A gradient check by differences proves nothing at a kink. These two say so, and find what is wrong all the same.
Objective program = Objective.OfTensor(x => (x.Relu() + x.Square()).Sum() + x.Max());
Objective mistaken = Objective.OfTensor(x => (x.Relu() + x.Apply(new UnaryOperation<double, WrongSquare>(default))).Sum() + x.Max());
Selections odd = Selections.PyTorch with { ReluAtZero = 1000 };

Report("right, smooth point", GradientCheck.At(program, [1, 2, -3]));
Report("wrong, smooth point", GradientCheck.At(mistaken, [1, 2, -3]));
Report("right, at a kink", GradientCheck.At(program, [0, 2, 2]));
Report("wrong, at a kink", GradientCheck.At(mistaken, [0, 2, 2]));

// The fundamental theorem of calculus along paths, some of them inside kinks, decides there too.
Console.WriteLine($"right: {Conservativity.Check(program, Box.Cube(3))}");
Console.WriteLine($"right, with ReLU'(0) = 1000: {Conservativity.Check(program, Box.Cube(3), new ConservativityOptions { Selections = odd })}");
Console.WriteLine($"wrong: {Conservativity.Check(mistaken, Box.Cube(3)).IsConservative}");

static void Report(string name, GradientCheck check) => Console.WriteLine($"{name}: {check.Verdict}");

/// <summary>x² with the slope x: the mistake to be found.</summary>
public readonly struct WrongSquare : IUnaryRule<WrongSquare>
{
    public static OperationFacts Facts { get; } = new("wrong square", TameClass.Polynomial);

    public L Value<L>(L x)
        where L : struct, ILane<L> => x * x;

    public L Slope<L>(L x, L value)
        where L : struct, ILane<L> => x;
}

// prints:
// right, smooth point: Agrees
// wrong, smooth point: Differs
// right, at a kink: AtKink
// wrong, at a kink: AtKink
// right: conservative along 30 paths, 12 of them inside kinks
// right, with ReLU'(0) = 1000: conservative along 30 paths, 12 of them inside kinks
// wrong: False
