#:project ../src/Solutions
using ConservativeAD.Scalars;
using ConservativeAD.Solutions;

// A ball falls and bounces. Where is it after three seconds, and how does that depend on the height, on gravity and on the floor?
const double height = 1, gravity = 9.81, restitution = 0.9, seconds = 3;
Flow flight = Flow.OfScalars(2, 2, (time, state, p) => [state[1], -p[0]]);
Flow ball = flight.WithEvent(new FlowEvent("floor",
    Guard: (time, state, p) => state[0],
    Reset: (time, state, p) => [state[0], -p[1] * state[1]],
    GuardCrossing.Falling));
FlowSolution fall = ball.Solve([height, 0], [gravity, restitution], 0, seconds);
Console.WriteLine($"{fall.Events.Count} bounces, the first at {fall.Events[0].Time:f6} s; √(2h/g) is {Math.Sqrt(2 * height / gravity):f6}");
Console.WriteLine($"then at {fall.Value[0]:f6} m; the closed form says {Exact(height, gravity, restitution):f6}");

FlowGradient gradient = fall.Reverse([1, 0]);
Tell("the height", gradient.Start[0], d => Exact(height + d, gravity, restitution));
Tell("gravity", gradient.Parameters[0], d => Exact(height, gravity + d, restitution));
Tell("restitution", gradient.Parameters[1], d => Exact(height, gravity, restitution + d));
Console.WriteLine($"halfway it was at {fall.At(seconds / 2)[0]:f6} m");
Console.WriteLine($"the gradient is {fall.Certificate}");

// A soft floor: infinitely many bounces in a finite time.
try
{
    ball.Solve([height, 0], [gravity, 0.5], 0, seconds);
}
catch (FlowException zeno)
{
    Console.WriteLine($"{zeno.Failure}: {zeno.Message[..58]}…");
}

static void Tell(string name, double slope, Func<double, double> moved) =>
    Console.WriteLine($"by {name}: {slope:f5}, by differences {(moved(1e-6) - moved(-1e-6)) / 2e-6:f5}");

static double Exact(double h, double g, double e)
{
    double time = Math.Sqrt(2 * h / g), speed = e * g * time;
    for (; time + (2 * speed / g) < seconds; speed *= e)
        time += 2 * speed / g;
    double rest = seconds - time;
    return (speed * rest) - (g * rest * rest / 2);
}

// prints:
// 4 bounces, the first at 0.451524 s; √(2h/g) is 0.451524
// then at 0.418352 m; the closed form says 0.418352
// by the height: 1.14968, by differences 1.14968
// by gravity: -0.07455, by differences -0.07455
// by restitution: 6.77098, by differences 6.77098
// halfway it was at 0.573205 m
// the gradient is the derivative of the flow; events 4, jumps 4, smallest margin 0.311
// Accumulation: The events of floor accumulate at about t = 1.354571, afte…
