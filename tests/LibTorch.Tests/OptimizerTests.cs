using ConservativeAD.Kernels;
using ConservativeAD.Optimizers;
using TorchSharp;

namespace ConservativeAD.LibTorch.Tests;

/// <summary>The optimisers against libtorch's own, fifty steps on a quadratic with absolute values.</summary>
public class OptimizerTests
{
    private const int Count = 101;
    private const int Steps = 50;

    private static readonly Dictionary<string, (Func<Parameter<double>[], Optimizer<double>> Ours,
        Func<TorchSharp.Modules.Parameter[], torch.optim.Optimizer> Theirs)> Rows = new()
        {
            ["SGD"] = (p => new Sgd<double>(p, new ConstantStepSize(0.05)) { WeightDecay = 0.01 }, p => torch.optim.SGD(p, 0.05, weight_decay: 0.01)),
            ["momentum"] = (p => new Sgd<double>(p, new ConstantStepSize(0.05), 0.9) { Dampening = 0.1 }, p => torch.optim.SGD(p, 0.05, 0.9, 0.1)),
            ["Nesterov"] = (p => new Sgd<double>(p, new ConstantStepSize(0.05), 0.9) { Nesterov = true }, p => torch.optim.SGD(p, 0.05, 0.9, nesterov: true)),
            ["averaged SGD"] = (p => new AveragedSgd<double>(p, new ConstantStepSize(0.05)), p => torch.optim.ASGD(p, 0.05)),
            ["Adagrad"] = (p => new Adagrad<double>(p, new ConstantStepSize(0.05)) { StepSizeDecay = 0.01 }, p => torch.optim.Adagrad(p, 0.05, 0.01)),
            ["Adadelta"] = (p => new Adadelta<double>(p, new ConstantStepSize(1)), p => torch.optim.Adadelta(p, 1)),
            ["RMSprop"] = (p => new RmsProp<double>(p, new ConstantStepSize(0.02), 0.9, true),
                p => torch.optim.RMSProp(p, 0.02, momentum: 0.9, centered: true)),
            ["Adam"] = (p => new Adam<double>(p, new ConstantStepSize(0.05)) { WeightDecay = 0.01 }, p => torch.optim.Adam(p, 0.05, weight_decay: 0.01)),
            ["AMSGrad"] = (p => new Adam<double>(p, new ConstantStepSize(0.05), true), p => torch.optim.Adam(p, 0.05, amsgrad: true)),
            ["AdamW"] = (p => new AdamW<double>(p, new ConstantStepSize(0.05)) { WeightDecay = 0.05 }, p => torch.optim.AdamW(p, 0.05, weight_decay: 0.05)),
            ["Adamax"] = (p => new Adamax<double>(p, new ConstantStepSize(0.05)), p => torch.optim.Adamax(p, 0.05)),
            ["NAdam"] = (p => new NAdam<double>(p, new ConstantStepSize(0.05)), p => torch.optim.NAdam(p, 0.05)),
            // TorchSharp multiplies the rectified step by the step size twice, so that only at 1 it is the published one.
            ["RAdam"] = (p => new RAdam<double>(p, new ConstantStepSize(1)), p => torch.optim.RAdam(p, 1)),
            ["Rprop"] = (p => new Rprop<double>(p, new ConstantStepSize(0.01)), p => torch.optim.Rprop(p, 0.01)),
        };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void FiftyStepsAreThoseOfLibtorch(string name)
    {
        LibTorch.SkipUnlessLoaded();
        double[] start = new double[Count], centre = new double[Count];
        new Philox(3, 1).Normal<double>(start, 0, 1);
        new Philox(3, 2).Normal<double>(centre, 0, 1);
        var ours = new Parameter<double>("x", Device.Default, [Count], start);
        using TorchSharp.Modules.Parameter theirs = torch.nn.Parameter(torch.tensor(start));
        Optimizer<double> optimizer = Rows[name].Ours([ours]);
        using torch.optim.Optimizer peer = Rows[name].Theirs([theirs]);
        using torch.Tensor centres = torch.tensor(centre);
        using Tape<double> tape = new();
        for (int step = 0; step < Steps; step++)
        {
            tape.Reset();
            Var<double> d = tape.Parameter(ours) - tape.Constant([Count], centre);
            optimizer.Step(tape.Backward(((d * d) + d.Abs()).Sum()));
            using DisposeScope scope = torch.NewDisposeScope();
            peer.zero_grad();
            torch.Tensor e = theirs - centres;
            ((e * e) + e.abs()).sum().backward();
            peer.step();
        }

        double[] expected = theirs.data<double>().ToArray();
        Assert.InRange(ours.Value.ToArray().Zip(expected, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 0, 1e-12);
    }

    [Fact]
    public void TenStepsOfLBfgsAreThoseOfLibtorch()
    {
        LibTorch.SkipUnlessLoaded();
        double[] start = new double[Count], centre = new double[Count];
        new Philox(3, 1).Normal<double>(start, 0, 1);
        new Philox(3, 2).Normal<double>(centre, 0, 1);
        var ours = new Parameter<double>("x", Device.Default, [Count], start);
        using TorchSharp.Modules.Parameter theirs = torch.nn.Parameter(torch.tensor(start));
        using LBfgs<double> optimizer = new([ours], 0.5) { MaximumIterations = 5, HistorySize = 6 };
        using torch.optim.Optimizer peer = torch.optim.LBFGS([theirs], 0.5, 5, null, 1e-7, 1e-9, 6);
        using torch.Tensor centres = torch.tensor(centre);
        using Tape<double> tape = new();
        for (int step = 0; step < 10; step++)
        {
            optimizer.Step(() =>
            {
                tape.Reset();
                Var<double> d = tape.Parameter(ours) - tape.Constant([Count], centre);
                Var<double> loss = ((d * d).Exp() + (d.Square() * d)).Sum();
                return (loss.Value.GetScalar(), tape.Backward(loss));
            });
            using DisposeScope scope = torch.NewDisposeScope();
            peer.step(() =>
            {
                peer.zero_grad();
                torch.Tensor e = theirs - centres, loss = ((e * e).exp() + (e * e * e)).sum();
                loss.backward();
                return loss;
            });
        }

        double[] expected = theirs.data<double>().ToArray();
        Assert.InRange(ours.Value.ToArray().Zip(expected, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 0, 1e-12);
    }
}
