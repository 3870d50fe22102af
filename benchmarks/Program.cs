using System.CommandLine;
using BenchmarkDotNet.Running;
using ConservativeAD;
using ConservativeAD.Benchmarks.Accuracy;
using ConservativeAD.Benchmarks.Flows;
using ConservativeAD.Benchmarks.Gpu;
using ConservativeAD.Benchmarks.Kinks;
using ConservativeAD.Benchmarks.Limits;
using ConservativeAD.Benchmarks.Memory;
using ConservativeAD.Benchmarks.Objectives;
using ConservativeAD.Benchmarks.Problems;
using ConservativeAD.Benchmarks.Ptx;
using ConservativeAD.Benchmarks.Ranks;
using ConservativeAD.Benchmarks.Scalars;
using ConservativeAD.Benchmarks.Sets;
using ConservativeAD.Benchmarks.Solutions;
using ConservativeAD.Benchmarks.Steps;
using ConservativeAD.Benchmarks.Summation;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Benchmarks.Volume;
using ConservativeAD.Benchmarks.Workloads;
using TorchSharp;

// "versus" measures against libtorch, "summation" counts exact zeros, "kinks" measures the cost of examining kinks, "scalars" measures the scalar tape,
// "volume" the volume study, "limits" products against the peak and gradients against functions, "memory" peaks, "flows" adjoints of many steps, "problems"
// gradients of large-scale test problems, "large-scale" the methods that scale on them, "sets" Clarke sets of many kinks, "gpu" a GPU, "ptx" writes its
// kernels, "steps" the steps of optimisers, "ulps" the errors of elementary functions, "ranks" sums over the ranks that mpirun starts, "scaling" a study on
// ranks against one, "solutions" gradients of solutions, "objectives" those of objectives beside a tape of one's own, "compiled" compiled functions beside the
// tape; everything else goes to BenchmarkDotNet (try --list flat, or --filter '*').
Option<int[]> threads = new("--threads")
{
    Description = "Numbers of threads to measure at.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [1, 2]
};
Option<string> filter = new("--filter") { Description = "Only workloads whose name contains this.", DefaultValueFactory = _ => "" };
Option<int> pairs = new("--pairs") { Description = "Interleaved pairs of samples.", DefaultValueFactory = _ => 15 };
Option<FileInfo?> json = new("--json") { Description = "Also write the table to this file, as JSON." };
Command versus = new("versus", "Measures this library and libtorch in turn, in one process, on the same data.") { threads, filter, pairs, json };
versus.SetAction(parsed =>
{
    string? whyNot = LibTorchProbe.WhyNot();
    if (whyNot is not null)
        Console.Error.WriteLine($"Only this library is measured. {whyNot}");
    List<Measurement> rows = [];
    foreach (int count in parsed.GetValue(threads)!)
    {
        if (whyNot is null)
            torch.set_num_threads(count);
        Ceilings ceilings = new(count);
        foreach (NamedWorkload named in WorkloadList.All.Where(w => w.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase)))
        {
            using IWorkload workload = named.Make(count, whyNot is null);
            Measurement row = Interleaved.Run(named.Name, workload, count, parsed.GetValue(pairs), whyNot is null);
            if (ceilings.LeastTime(named.Floor) is { } least)
                row = row with { LeastMilliseconds = least.Milliseconds, Bound = least.Bound };
            Console.Error.WriteLine($"{row.Name}, {count} threads: {row.OursMilliseconds:G3} ms against {row.PeerMilliseconds:G3} ms, ratio {row.Ratio:F2}, "
                + $"{row.Share:P0} of the ceiling");
            rows.Add(row);
        }
    }

    Console.WriteLine(VersusReport.Markdown(rows));
    if (parsed.GetValue(json) is FileInfo file)
        File.WriteAllText(file.FullName, VersusReport.Json(rows));
    return 0;
});

if (args is ["versus" or "summation" or "kinks" or "scalars" or "volume" or "limits" or "memory" or "flows" or "problems" or "large-scale" or "sets"
    or "gpu" or "ptx" or "steps" or "ulps" or "ranks" or "scaling" or "solutions" or "objectives" or "compiled", ..])
    return new RootCommand("Benchmarks of ConservativeAD.") { versus, SummationCommand.Create(), KinksCommand.Create(), ScalarsCommand.Create(),
        VolumeSpeedCommand.Create(), LimitsCommand.Create(), MemoryCommand.Create(), FlowsCommand.Create(), ProblemsCommand.Create(),
            LargeScaleCommand.Create(), SetsCommand.Create(), GpuCommand.Create(), PtxCommand.Create(), StepsCommand.Create(), UlpsCommand.Create(),
            RanksCommand.Create(), ScalingCommand.Create(), SolutionsCommand.Create(), ObjectivesCommand.Create(),
            CompiledCommand.Create() }.Parse(args).Invoke();
BenchmarkSwitcher.FromAssembly(typeof(WorkloadList).Assembly).Run(args);
return 0;
