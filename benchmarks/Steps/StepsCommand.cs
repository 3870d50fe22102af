using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Benchmarks.Workloads;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Optimizers;
using TorchSharp;

namespace ConservativeAD.Benchmarks.Steps;

/// <summary>The command that measures the step of every optimiser over many parameters, against the copy bandwidth measured alternately with it.</summary>
internal static class StepsCommand
{
    private const double StepSize = 1e-3;
    private const double WarmUpSeconds = 1;

    private static readonly (string Name, int Arrays, Func<Parameter<float>[], IStepSizeSchedule, Optimizer<float>> Make)[] Members =
    [
        // Arrays read and written in a step: the parameter and each state twice, the gradient once.
        ("SGD", 3, (p, s) => new Sgd<float>(p, s)),
        ("SGD, momentum", 5, (p, s) => new Sgd<float>(p, s, 0.9)),
        ("INNA", 5, (p, s) => new Inna<float>(p, s)),
        ("INNAprop", 7, (p, s) => new InnaProp<float>(p, s)),
        ("averaged SGD", 5, (p, s) => new AveragedSgd<float>(p, s)),
        ("Adagrad", 5, (p, s) => new Adagrad<float>(p, s)),
        ("Adadelta", 7, (p, s) => new Adadelta<float>(p, s)),
        ("RMSprop", 5, (p, s) => new RmsProp<float>(p, s)),
        ("RMSprop, centred, momentum", 9, (p, s) => new RmsProp<float>(p, s, 0.9, true)),
        ("Rprop", 7, (p, s) => new Rprop<float>(p, s)),
        ("Adam", 7, (p, s) => new Adam<float>(p, s)),
        ("AdamW", 7, (p, s) => new AdamW<float>(p, s)),
        ("AMSGrad", 9, (p, s) => new Adam<float>(p, s, true)),
        ("Adamax", 7, (p, s) => new Adamax<float>(p, s)),
        ("NAdam", 7, (p, s) => new NAdam<float>(p, s)),
        ("RAdam", 7, (p, s) => new RAdam<float>(p, s)),
        ("Lion", 5, (p, s) => new Lion<float>(p, s)),
        ("Adan", 11, (p, s) => new Adan<float>(p, s)),
        ("FTRL", 7, (p, s) => new Ftrl<float>(p, s)),
        ("schedule-free SGD", 5, (p, s) => new ScheduleFreeSgd<float>(p, s)),
        ("schedule-free AdamW", 7, (p, s) => new ScheduleFreeAdamW<float>(p, s)),
    ];

    public static Command Create()
    {
        Option<int> count = new("--count") { Description = "Parameters.", DefaultValueFactory = _ => 10_000_000 };
        Option<int> threads = new("--threads") { Description = "Threads.", DefaultValueFactory = _ => 2 };
        Option<int> samples = new("--samples") { Description = "Samples of each.", DefaultValueFactory = _ => 15 };
        Command command = new("steps",
            "The step of every optimiser over many parameters, interleaved with a copy; SGD and Adam also interleaved with libtorch.") { count, threads,
                samples };
        command.SetAction(parsed =>
        {
            Table(parsed.GetValue(count), parsed.GetValue(threads), parsed.GetValue(samples));
            Peers(parsed.GetValue(count), parsed.GetValue(threads), parsed.GetValue(samples));
            return 0;
        });
        return command;
    }

    private static void Table(int count, int threads, int samples)
    {
        using Device device = Device.Cpu(threads);
        using Tape<float> tape = new(device);
        Parameter<float> parameter = new("x", device, [count], new Workloads.Argument([count]).Draw(1));
        NDArray<float> copy = device.Array<float>([count], new Workloads.Argument([count]).Draw(2));
        Gradients<float> gradients = tape.Backward((tape.Parameter(parameter) * tape.Constant([count], new Workloads.Argument([count]).Draw(2))).Sum());
        Console.WriteLine("| step | ms | GB/s | share of the copy's bandwidth |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach ((string name, int arrays, var make) in Members)
        {
            Optimizer<float> optimizer = make([parameter], new ConstantStepSize(StepSize));
            double[] times = new double[samples], shares = new double[samples];
            Stopwatch warming = Stopwatch.StartNew();
            for (int sample = 0; sample < samples;)
            {
                double step = Seconds(() => optimizer.Step(gradients)), copying = Seconds(() => device.Update(new Copied(), copy, parameter.Value));
                if (warming.Elapsed.TotalSeconds < WarmUpSeconds)
                    continue;
                times[sample] = step;
                shares[sample++] = arrays * copying / (2 * step);
            }

            double median = Interleaved.Median(times);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {1e3 * median:0.00} | {4e-9 * arrays * count / median:0.0} | **{100 * Interleaved.Median(shares):0} %** |"));
        }

        Console.WriteLine();
    }

    private static void Peers(int count, int threads, int samples)
    {
        if (LibTorchProbe.WhyNot() is { } whyNot)
        {
            Console.Error.WriteLine(whyNot);
            return;
        }

        torch.set_num_threads(threads);
        List<Measurement> rows = [];
        foreach (bool adam in new[] { false, true })
        {
            using OptimizerWorkload workload = new(count, adam, threads, true);
            rows.Add(Interleaved.Run(adam ? "Adam's step" : "SGD's step", workload, threads, samples, true));
        }

        Console.WriteLine(VersusReport.Markdown(rows));
    }

    private static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private readonly struct Copied : IUpdate
    {
        public static int States => 0;

        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L> => parameter = gradient;
    }
}
