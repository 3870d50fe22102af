#:project ../src/AutoDiff
using System.Numerics;
using ConservativeAD.Scalars;

// A ball bounces for 100 000 steps. Where will it be, and how does that depend on where it fell from and on how hard the ground is?
const int steps = 100_000;
const double dt = 1e-4;

static (T Height, T Speed) Step<T>(T height, T speed, T bounce)
    where T : IFloatingPointIeee754<T>
{
    T g = T.CreateChecked(9.81), half = T.CreateChecked(0.5), time = T.CreateChecked(dt);
    T next = height + (time * (speed - (half * g * time)));
    if (next > T.Zero)
        return (next, speed - (g * time));

    // It hits the ground within the step. The time of the hit is part of the program, so the gradient knows that it moves.
    T hit = (speed + T.Sqrt((speed * speed) + (T.CreateChecked(2) * g * height))) / g, rest = time - hit;
    T up = bounce * ((g * hit) - speed);
    return (rest * (up - (half * g * rest)), up - (g * rest));
}

static double Height(double start, double bounce)
{
    (double height, double speed) = (start, 0.0);
    for (int step = 0; step < steps; step++)
        (height, speed) = Step(height, speed, bounce);
    return height;
}

CheckpointedLoop loop = new(
    (_, state, parameters) =>
    {
        (Active height, Active speed) = Step(state[0], state[1], parameters[0]);
        return [height, speed];
    },
    (state, _) => state[0],
    snapshots: 40);
LoopGradient found = loop.Gradient([1.0, 0.0], [0.95], steps);

Console.WriteLine($"height after {steps * dt} s: {found.Value:f6}, as in plain numbers: {found.Value == Height(1, 0.95)}");
Console.WriteLine($"by the start: {found.StartGradient[0]:f4}, by differences {(Height(1 + 1e-6, 0.95) - Height(1 - 1e-6, 0.95)) / 2e-6:f4}");
Console.WriteLine($"by the bounce: {found.ParameterGradient[0]:f4}, by differences {(Height(1, 0.95 + 1e-7) - Height(1, 0.95 - 1e-7)) / 2e-7:f4}");
long operations = (long)found.LargestTape * steps;
Console.WriteLine($"recorded at a time: {found.LargestTape} of {operations} operations, which would take {32 * operations / 1_000_000} MB");
Console.WriteLine($"each step was computed {(double)found.StepEvaluations / steps:f1} times");

// prints:
// height after 10 s: 0.096258, as in plain numbers: True
// by the start: 7.0101, by differences 7.0101
// by the bounce: 105.6748, by differences 105.6748
// recorded at a time: 20 of 2000000 operations, which would take 64 MB
// each step was computed 4.9 times
