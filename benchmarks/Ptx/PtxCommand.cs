using System.CommandLine;
using System.Globalization;
using System.Reflection;
using ConservativeAD.Kernels.Ilgpu;
using ConservativeAD.Optimizers;
using ConservativeAD.Tests;
using ILGPU.Runtime.Cuda;

namespace ConservativeAD.Benchmarks.Ptx;

/// <summary>The command that writes every GPU kernel of the libraries as PTX, for eng/ptx to assemble. It needs no GPU.</summary>
internal static class PtxCommand
{
    // The PTX version of the oldest assembler that supports the newest of the architectures.
    private static readonly CudaInstructionSet Language = CudaInstructionSet.ISA_70;

    public static Command Create()
    {
        Option<DirectoryInfo> folder = new("--out")
        {
            Description = "Where to write a file for each kernel, and kernels.txt with their names.",
            Required = true
        };
        Command command = new("ptx", "Writes every GPU kernel as PTX for compute capability 7.0.") { folder };
        command.SetAction(parsed =>
        {
            Write(parsed.GetValue(folder)!.FullName);
            return 0;
        });
        return command;
    }

    private static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using PtxCompiler compiler = new(CudaArchitecture.SM_70, Language);
        using StreamWriter names = new(Path.Combine(folder, "kernels.txt"));
        IReadOnlyList<MethodInfo> kernels = KernelTypes.All(
            typeof(Tape<>).Assembly, typeof(Sgd<>).Assembly, typeof(Solvers.TestProblems).Assembly, typeof(Networks.Module<>).Assembly,
            typeof(Studies.Volume.ZeroScreen<>).Assembly);
        for (int i = 0; i < kernels.Count; i++)
        {
            string file = i.ToString("D5", CultureInfo.InvariantCulture);
            File.WriteAllText(Path.Combine(folder, file + ".ptx"), compiler.Compile(kernels[i]));
            names.WriteLine($"{file}\t{Name(kernels[i].GetGenericArguments()[0])}");
        }
    }

    private static string Name(Type type)
    {
        string own = type.IsNested ? $"{type.DeclaringType!.Name.Split('`')[0]}.{type.Name.Split('`')[0]}" : type.Name.Split('`')[0];
        return type.IsGenericType ? $"{own}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : own;
    }
}
