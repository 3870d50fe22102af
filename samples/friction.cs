#:project ../src/Solutions
using ConservativeAD.Scalars;
using ConservativeAD.Solutions;

// A block slides over the ground and stops: x″ = −μ·g·sign(x′). Where does it stop, and how does that depend on its speed and on the friction?
const double g = 9.81, speed = 3, friction = 0.3, seconds = 2;
Flow block = Flow.OfScalars(2, 1, (time, state, p) => [state[1], -p[0] * g * Active.Sign(state[1])]);
FlowSolution slide = block.Solve([0, speed], [friction], 0, seconds);

Console.WriteLine($"stops at {slide.Value[0]:f6} m; v²/(2μg) is {speed * speed / (2 * friction * g):f6}");
Console.WriteLine(slide.Events[0]);
FlowGradient gradient = slide.Reverse([1, 0]);
Console.WriteLine($"by the speed: {gradient.Start[1]:f6}; v/(μg) is {speed / (friction * g):f6}");
Console.WriteLine($"by the friction: {gradient.Parameters[0]:f6}; −v²/(2μ²g) is {-speed * speed / (2 * friction * friction * g):f6}");
Console.WriteLine($"this is {slide.Certificate}");

// Backpropagation through small steps does not know that the time of the stop moves: the sign's slope is 0 wherever it has one.
const int steps = 20_000;
const double dt = seconds / steps;
CheckpointedLoop loop = new(
    (_, state, p) => [state[0] + (dt * state[1]), state[1] - (dt * g * p[0] * Active.Sign(state[1]))],
    (state, _) => state[0],
    snapshots: 40);
LoopGradient found = loop.Gradient([0, speed], [friction], steps);
Console.WriteLine($"by backpropagation through {steps} steps, at {found.Value:f3} m: by the speed {found.StartGradient[1]:f3}");

// Pulled by a force that grows, a block that lies still is free of it until the force beats the friction.
Flow pulled = Flow.OfScalars(2, 1, (time, state, p) => [state[1], time - (p[0] * g * Active.Sign(state[1]))]);
FlowSolution pull = pulled.Solve([0, 0], [friction], 0, 4);
Console.WriteLine(pull.Events[0]);
Console.WriteLine($"its speed then: {pull.Value[1]:f6}; (t − μg)²/2 is {Math.Pow(4 - (friction * g), 2) / 2:f6}");

// prints:
// stops at 1.529052 m; v²/(2μg) is 1.529052
// SlidingBegins of comparison at t = 1.019368, margin 0.947, jump 2.943
// by the speed: 1.019368; v/(μg) is 1.019368
// by the friction: -5.096840; −v²/(2μ²g) is -5.096840
// this is the derivative of the flow; events 1, jumps 1, smallest margin 0.947
// by backpropagation through 20000 steps, at 1.529 m: by the speed 2.000
// SlidingEnds of comparison at t = 2.943, margin 1
// its speed then: 0.558624; (t − μg)²/2 is 0.558624
