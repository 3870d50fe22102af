#:project ../src/AutoDiff
using ConservativeAD;

// Where a NaN comes from: DetectAnomalies looks at every value and every gradient, and names the operation that made the first one that is not finite.
using Tape<double> tape = new() { DetectAnomalies = true };
Try("nothing", x => x.Square().Sum());
Try("a value", x => x.Log().Sum());
Try("a gradient", x => (x - 1).Square().Sqrt().Sum());
Try("a number that was there before", x => (x * tape.Constant(double.NaN)).Sum());

void Try(string name, Func<Var<double>, Var<double>> program)
{
    tape.Reset();
    Var<double> x = tape.Variable([3], [1, -2, 4]);
    try
    {
        Console.WriteLine($"{name}: {string.Join(" ", tape.Backward(program(x))[x].ToArray())}");
    }
    catch (ArithmeticException anomaly)
    {
        Console.WriteLine($"{name}: {anomaly.Message}");
    }
}

// prints:
// nothing: 2 -4 8
// a value: log (node 1) made 1 of 3 elements of its value, of shape [3], NaN or infinite; its inputs were finite.
// a gradient: sqrt (node 3) made 1 of 3 elements of its pullback to input 0, of shape [3], NaN or infinite; its inputs were finite.
// a number that was there before: The constant at node 1, of shape [], was given with 1 of 1 elements NaN or infinite; multiply (node 2) met them first.
