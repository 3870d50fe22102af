using System.CommandLine;
using ConservativeAD.Benchmarks.Gpu;

return new RootCommand("Measures a GPU, on a machine without .NET and without libtorch.") { GpuCommand.Create() }.Parse(args).Invoke();
