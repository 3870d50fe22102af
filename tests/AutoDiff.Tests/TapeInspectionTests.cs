using System.Diagnostics.Metrics;
using ConservativeAD.Kernels;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Tests;

/// <summary>Text and graphs of a record, profiles, actions on gradients, counters and events.</summary>
public class TapeInspectionTests
{
    [Fact]
    public void TheTextNamesOperationsInputsShapesAndKinks()
    {
        using Tape<float> tape = new();
        Var<float> w = tape.Parameter(new Parameter<float>("weight \"1\"", Device.Default, [2], [1, 2])), x = tape.Constant([2], [0, 3]);
        _ = ((w * x).Relu() + (x * x)).Sum();
        Assert.Equal(
            ["0: parameter weight \"1\" [2]", "1: constant [2]", "2: multiply(0, 1) [2]", "3: relu(2) [2], 1 at a kink", "4: multiply(1, 1) [2], constant",
                "5: add(3, 4) [2]", "6: sum(5) []"],
            tape.ToText().ReplaceLineEndings("\n").Split('\n'));
        string dot = tape.ToDot();
        Assert.StartsWith("digraph record {", dot, StringComparison.Ordinal);
        Assert.Contains("n0 [label=\"parameter weight \\\"1\\\"\\n[2]\", shape=box];", dot, StringComparison.Ordinal);
        Assert.Contains("n3 [label=\"relu\\n[2]\\n1 at a kink\", color=red];", dot, StringComparison.Ordinal);
        Assert.Contains("n1 -> n4;", dot, StringComparison.Ordinal);
        tape.Reset();
        Assert.Equal("", tape.ToText());
        Assert.Contains("}", tape.ToDot(), StringComparison.Ordinal);
    }

    [Fact]
    public void AProfileCountsOperationsForwardAndBackward()
    {
        using Tape<double> tape = new();
        TapeProfile profile = new();
        Assert.Equal(TimeSpan.Zero, profile.Total);
        Assert.StartsWith("operation", profile.ToString(), StringComparison.Ordinal);
        tape.Profile = profile;
        Var<double> x = tape.Variable([100, 100], new double[10_000]);
        tape.Backward((x.Exp() * x.Exp()).Sum());
        OperationProfile exp = Assert.Single(profile.Operations, row => row.Operation == "exp"), multiply = Assert.Single(
            profile.Operations, row => row.Operation == "multiply");
        Assert.Equal((2, 2, 80_000), (exp.Runs, exp.Pullbacks, exp.CotangentBytes));
        Assert.Equal((1, 1, 160_000), (multiply.Runs, multiply.Pullbacks, multiply.CotangentBytes));
        Assert.True(exp.ValueBytes >= 160_000 && exp.Forward > TimeSpan.Zero && exp.Backward > TimeSpan.Zero);
        Assert.Equal(profile.Total, new TimeSpan(profile.Operations.Sum(row => row.Total.Ticks)));
        Assert.Equal(4, profile.ToString().ReplaceLineEndings("\n").Split('\n').Length);
        tape.Profile = null;
        tape.Reset();
        tape.Backward(tape.Variable([1], [1]).Exp());
        Assert.Equal(2, Assert.Single(profile.Operations, row => row.Operation == "exp").Runs);
        profile.Clear();
        Assert.Empty(profile.Operations);
    }

    // The tapes of an objective are kept for its later runs.
    [Fact]
    public void AProfileOfOneRunOfAnObjectiveEndsWithIt()
    {
        TapeProfile profile = new();
        bool isFirst = true;
        Objective objective = Objective.OfTensor(x =>
        {
            if (isFirst)
                x.Tape.Profile = profile;
            isFirst = false;
            return x.Exp().Sum();
        });
        for (int run = 0; run < 3; run++)
            objective.Gradient([1]);
        Assert.Equal(1, Assert.Single(profile.Operations, row => row.Operation == "exp").Runs);
    }

    [Fact]
    public void AProfileSeesReplays()
    {
        NDArray<float> data = Device.Default.Allocate<float>([3]);
        data.CopyFrom([1, 2, 3]);
        using Tape<float> tape = new();
        Replay<float> replay = new(tape, on => on.Variable(data).Exp().Sum());
        tape.Profile = new TapeProfile();
        for (int run = 0; run < 3; run++)
            replay.Backward();
        OperationProfile sum = Assert.Single(tape.Profile.Operations, row => row.Operation == "sum");
        Assert.Equal((3, 3), (sum.Runs, sum.Pullbacks));
    }

    [Fact]
    public void AnActionSeesAndChangesTheCompleteGradient()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([2], [3, -1]), y = x * 2.0, z = (y * y) + y;
        List<string> order = [];
        tape.OnGradient(y, gradient => order.Add("y " + string.Join(" ", gradient.ToArray())));
        tape.OnGradient(y, gradient => gradient.CopyFrom([Math.Min(gradient.ToArray()[0], 1), 0]));
        tape.OnGradient(x, gradient => order.Add("x " + string.Join(" ", gradient.ToArray())));
        tape.OnGradient(z, gradient => order.Add("z " + string.Join(" ", gradient.ToArray())));
        Assert.Equal([2, 0], tape.Backward(z.Sum())[x].ToArray());
        Assert.Equal(["z 1 1", "y 13 -3", "x 2 0"], order);

        // The caller's own cotangent is not changed.
        NDArray<double> seed = Device.Default.Allocate<double>([2]);
        seed.CopyFrom([5, 7]);
        tape.OnGradient(z, gradient => gradient.CopyFrom([0, 0]));
        Assert.Equal([0, 0], tape.Backward(z, seed)[x].ToArray());
        Assert.Equal([5, 7], seed.ToArray());

        // Clarke gradients and Hessian products are of the function itself.
        Assert.Equal([26, -6], tape.ClarkeGradient(z.Sum()).Gradients[x].ToArray());
        tape.Reset();
        Var<double> again = tape.Variable([1], [2]);
        Assert.Equal(4, tape.Backward(again.Square())[again].GetScalar());
    }

    [Fact]
    public void AnActionOnAFusedChainOfAReplayRuns()
    {
        NDArray<float> data = Device.Default.Allocate<float>([2]);
        data.CopyFrom([1, 2]);
        using Tape<float> tape = new();
        int runs = 0;
        Var<float> x = default;
        Replay<float> replay = new(tape, on =>
        {
            x = on.Variable(data);
            Var<float> inner = x.Exp();
            on.OnGradient(inner, gradient =>
            {
                runs++;
                gradient.CopyFrom([1, 0]);
            });
            return inner.Sin().Cos().Sum();
        });
        for (int run = 1; run <= 3; run++)
        {
            Assert.Equal([MathF.E, 0], replay.Backward()[x].ToArray().Select(g => MathF.Round(g, 5)).Select(g => g == MathF.Round(MathF.E, 5) ? MathF.E : g));
            Assert.Equal(run, runs);
        }

        Assert.Equal(2, replay.Replays);
    }

    [Fact]
    public void AnActionMayNotUseItsTape()
    {
        using Tape<double> tape = new();
        Var<double> x = tape.Variable([1], [3]), y = x.Square();
        Action<NDArray<double>> wrong = _ => x.Square();
        tape.OnGradient(y, gradient => wrong(gradient));
        foreach (Action<NDArray<double>> use in (Action<NDArray<double>>[])[
            _ => x.Square(), _ => tape.Reset(), _ => tape.Backward(y), _ => tape.Variable([1], [1]), _ => tape.ClarkeGradient(y)])
        {
            wrong = use;
            Assert.Contains("OnGradient", Assert.Throws<InvalidOperationException>(() => tape.Backward(y)).Message, StringComparison.Ordinal);
        }

        wrong = _ => Assert.Equal(9, y.GetScalar());
        Assert.Equal(6, tape.Backward(y)[x].GetScalar());
        using Tape<double> other = new();
        Assert.Throws<InvalidOperationException>(() => tape.OnGradient(other.Variable([1], [1]), _ => { }));
        Assert.Contains("no gradient", Assert.Throws<InvalidOperationException>(() => tape.OnGradient(tape.Constant(1), _ => { })).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => tape.OnGradient(y, null!));
    }

    [Fact]
    public void CountersCountPassesAndCertificates()
    {
        Dictionary<string, double> counted = [];
        int thread = Environment.CurrentManagedThreadId;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, of) =>
        {
            if (instrument.Meter.Name == EngineMetrics.MeterName)
                of.EnableMeasurementEvents(instrument);
        };
        void Add(Instrument instrument, double by, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Environment.CurrentManagedThreadId != thread)
                return;
            string name = instrument.Name + (tags.Length == 0 ? "" : $" {tags[0].Key}={tags[0].Value}");
            lock (counted)
                counted[name] = counted.GetValueOrDefault(name) + by;
        }

        listener.SetMeasurementEventCallback<long>((instrument, by, tags, _) => Add(instrument, by, tags));
        listener.SetMeasurementEventCallback<double>((instrument, by, tags, _) => Add(instrument, 1, tags));
        listener.Start();
        using (Tape<double> tape = new())
        {
            Var<double> x = tape.Variable([1], [0]);
            tape.Backward(x.Exp());
            tape.ClarkeGradient(x.Relu().Sum());
            Clarke.Gradient(Objective.OfScalars(v => ConservativeAD.Scalars.Active.Sqrt(v[0])), [0]);
        }

        Replay<double> replay = new(new Tape<double>(), tape => tape.Variable([1], [1]).Exp());
        replay.Run();
        replay.Run();
        Assert.Equal(4, counted["conservativead.tape.values"]);
        Assert.Equal(2, counted["conservativead.tape.passes"]);
        Assert.Equal(2, counted["conservativead.tape.pass.duration"]);
        Assert.Equal(1, counted["conservativead.clarke.results certified=True"]);
        Assert.Equal(1, counted["conservativead.clarke.results certified=False"]);
        Assert.Equal(1, counted["conservativead.replay.runs recorded=True"]);
        Assert.Equal(1, counted["conservativead.replay.runs recorded=False"]);
        replay.Tape.Dispose();
    }
}
