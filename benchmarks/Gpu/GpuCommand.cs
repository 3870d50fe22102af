using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ConservativeAD.Benchmarks.Gpu;

/// <summary>The command that measures a GPU.</summary>
internal static class GpuCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        Option<string?> device =
            new("--device") { Description = "A part of the GPU's name, its place in the list, CUDA, OpenCL, or simulated; the first GPU if not given." };
        Option<FileInfo?> json = new("--json") { Description = "Also write the results to this file, as JSON." };
        Option<bool> small = new("--small") { Description = "Tiny sizes, for the simulated GPU: does everything run and agree with the CPU." };
        Option<string> filter = new("--filter") { Description = "Only workloads whose name contains this.", DefaultValueFactory = _ => "" };
        Option<bool> list = new("--list") { Description = "Only print the workloads' names." };
        Option<int?> repeats = new("--repeats") { Description = "Samples of each, of which the median counts; 15 if not given, 1 with --small." };
        repeats.Validators.Add(found =>
        {
            if (found.GetValue(repeats) < 1)
                found.AddError($"--repeats takes a number from 1 on, not {found.GetValue(repeats)}.");
        });
        Command command = new("gpu",
            "Compares the workloads of a GPU with the CPU, at a reduced size, and measures them. Exits with 1 where one fails or differs.") { device, json,
                small, filter, repeats, list };
        command.SetAction(parsed =>
        {
            bool isSmall = parsed.GetValue(small);
            IEnumerable<GpuWorkload> workloads = new GpuWorkloads(isSmall).All()
                .Where(w => w.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase));
            if (parsed.GetValue(list))
            {
                foreach (GpuWorkload workload in workloads)
                    Console.WriteLine(workload.Name);
                return 0;
            }

            GpuTimer timer = isSmall ? new GpuTimer(parsed.GetValue(repeats) ?? 1, 0, 0) : new GpuTimer(parsed.GetValue(repeats) ?? 15, 0.3, 0.02);
            using GpuBench bench = Open(parsed.GetValue(device), timer, out string? whyNot)!;
            if (whyNot is not null)
            {
                Console.Error.WriteLine(whyNot);
                return 1;
            }

            Console.WriteLine(
                $"{bench.Report.Device}; {bench.Report.Driver}; cuBLAS {(bench.Report.HasCuBlas ? "found" : "not found")}; {bench.Report.Runtime}");
            foreach (GpuWorkload workload in workloads)
            {
                bench.Measure(workload);

                // Writes after each workload, so that an interrupted run keeps its measurements.
                if (parsed.GetValue(json) is FileInfo file)
                    File.WriteAllText(file.FullName, JsonSerializer.Serialize(bench.Report, Indented));
            }

            GpuReport report = bench.Report;
            if (report.Results.Count + report.Failures.Count == 0)
            {
                Console.Error.WriteLine($"No workload's name contains '{parsed.GetValue(filter)}', or all that do need cuBLAS, which was not found.");
                return 1;
            }

            Console.WriteLine($"{report.Results.Count} measured, {report.Failures.Count} failed");
            return report.Failures.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static GpuBench? Open(string? name, GpuTimer timer, out string? whyNot)
    {
        whyNot = null;
        try
        {
            return new GpuBench(name, timer);
        }
        catch (InvalidOperationException exception)
        {
            whyNot = exception.Message;
            return null;
        }
    }
}
