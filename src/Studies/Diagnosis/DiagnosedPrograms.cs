using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using ConservativeAD.Solvers;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>Small programs with exact answers for the instruments, and the catalogue of test problems.</summary>
internal static class DiagnosedPrograms
{
    /// <summary>The small programs.</summary>
    public static IReadOnlyList<DiagnosedProgram> Small { get; } =
    [
        new("quadratic", "½(x₁² + 10x₂²)", Objective.OfScalars(x => 0.5 * ((x[0] * x[0]) + (10 * x[1] * x[1]))), [1, 1]) { Optimum = 0, StepSize = 0.1,
            Steps = 150 },
        new("quartic", "x⁴", Objective.OfScalars(x => Square(Square(x[0]))), [1]) { Optimum = 0, Steps = 100_000 },
        new("absolute-value", "|x|", Objective.OfScalars(x => Active.Abs(x[0])), [1]) { Optimum = 0, StepSize = 0.0101, Steps = 90 },
        new("valley", "(x₁/2 − x₂²)²", Objective.OfScalars(x => Square((0.5 * x[0]) - Square(x[1]))), [1, 0.3]) { Optimum = 0, Steps = 500 },
        new("saddle", "x₁² − x₂²", Objective.OfScalars(x => Square(x[0]) - Square(x[1])), [1, 1e-12]) { Saddle = [0, 0], StepSize = 0.1, Steps = 152 },
        new("double-well", "½x₁² + ¼(x₂² − 1)²", Objective.OfScalars(x => (0.5 * Square(x[0])) + (0.25 * Square(Square(x[1]) - 1))), [1, 1e-6]) { Optimum = 0,
            Saddle = [0, 0], Steps = 300 },
        new("linear-network", "(ab − 1)², a linear network of two parameters", Objective.OfScalars(x => Square((x[0] * x[1]) - 1)), [0.3, -0.1])
        {
            Optimum = 0,
            Saddle = [0, 0],
            Steps = 300,
            Model = new LeastSquaresModel(x => [(x[0] * x[1]) - 1], (x, _) => TangentKernel.Of((Active[] p) => [p[0] * p[1]], x)),
        },
        new("kinked", "½x₁² + |x₂ − ½x₁|", Objective.OfScalars(x => (0.5 * Square(x[0])) + Active.Abs(x[1] - (0.5 * x[0]))), [2, -1]) { Optimum = 0,
            Steps = 4000 },
    ];

    /// <summary>The names of all programs.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Small.Select(program => program.Name), PerceptronProgram.Name, .. TestProblems.Names];

    /// <summary>The program with a given name, other than a perceptron.</summary>
    /// <param name="name">The name.</param>
    /// <param name="dimension">The number of variables of a large-scale test problem.</param>
    public static DiagnosedProgram Named(string name, int dimension)
    {
        if (Small.FirstOrDefault(program => program.Name == name) is { } small)
            return small;
        TestProblem problem = TestProblems.Named(name, dimension);
        double? optimum = problem.Optimum is { } known && double.IsFinite(known) ? known : null;
        return new DiagnosedProgram(name, problem.Formula, problem.Objective, [.. problem.Start]) { Optimum = optimum, Steps = 5000 };
    }

    private static Active Square(Active x) => x * x;
}
