using System.Diagnostics;
using ConservativeAD.Distributed.Mpi;

namespace ConservativeAD.Distributed.Tests;

/// <summary>Libraries with the binary interface of MPI 5, of which <c>standard.c</c> makes one, where there is a compiler of C.</summary>
public class MpiStandardTests
{
    [Fact]
    public void TheInterfaceOfTheStandardIsKnownAndUsed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/cc"), "There is no /usr/bin/cc to compile standard.c with.");
        string folder = Directory.CreateTempSubdirectory("conservative-ad-ranks-").FullName;
        try
        {
            string library = Path.Combine(folder, "libstandard.so");
            using Process compiler = Process.Start("/usr/bin/cc",
                ["-shared", "-fPIC", "-o", library, Path.Combine(AppContext.BaseDirectory, "standard.c"), "-ldl"]);
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
            Dictionary<string, string> variables = new() { [MpiLibrary.Variable] = library };
            Outcome hello = Launcher.OpenMpi.RunWith(variables, 2, "hello"), messages = Launcher.OpenMpi.RunWith(variables, 3, "messages");
            Assert.True(hello.Code == 0, hello.ToString());
            Assert.Equal(["2 ranks, The standard's interface over Open MPI"], hello.Lines);
            Assert.True(messages.Code == 0, messages.ToString());
            Assert.Equal(["all messages"], messages.Lines);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
