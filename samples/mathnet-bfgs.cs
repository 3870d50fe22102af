#:project ../src/AutoDiff
#:package MathNet.Numerics@5.0.0
using ConservativeAD.Nonsmooth;
using ConservativeAD.Scalars;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;

// Another library's method on gradients of this one.
Objective rosenbrock = Objective.OfScalars(x => (100 * Square(x[1] - Square(x[0]))) + Square(1 - x[0]));
static Active Square(Active x) => x * x;

IObjectiveFunction function = ObjectiveFunction.Gradient(point =>
{
    (double value, double[] gradient) = rosenbrock.Gradient(point.AsArray());
    return (value, Vector<double>.Build.Dense(gradient));
});
MinimizationResult result = new BfgsMinimizer(1e-8, 1e-8, 1e-8, 1000).FindMinimum(function, Vector<double>.Build.Dense([-1.2, 1.0]));
Vector<double> found = result.MinimizingPoint;
Console.WriteLine($"minimum at ({found[0]:f6}, {found[1]:f6}), value below 1e-12: {result.FunctionInfoAtMinimum.Value < 1e-12}");

// prints:
// minimum at (1.000000, 1.000000), value below 1e-12: True
