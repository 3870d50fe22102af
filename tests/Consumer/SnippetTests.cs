using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Consumer;

/// <summary>
/// Every C# block in README.md, docs and the packages' own readmes is a program. It is compiled with the imports of the README, unless it imports the library
/// itself, and run. Lines that print must print what their comments say.
/// </summary>
public sealed partial class SnippetTests
{
    // The imports that README.md recommends.
    private const string Usings =
        "using ConservativeAD; using ConservativeAD.Kernels; using ConservativeAD.Networks; using ConservativeAD.Nonsmooth; using "
        + "ConservativeAD.Optimizers; using ConservativeAD.Scalars;\n";

    // The imports of the SDK for a console program, and a console that records its output.
    private const string Surroundings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http;
        global using System.Threading; global using System.Threading.Tasks;

        internal static class Console
        {
            public static List<string> Lines { get; } = [];

            public static void WriteLine(object? value) => Lines.Add(value?.ToString() ?? "");
        }
        """;

    private const string Network = """
        Device device = Device.Default; const int batch = 2, steps = 3;
        Sequential<float> network = Models.LeNet5<float>(new Initializer(device, seed: 1));
        """;

    // Declarations that the text around a block assumes; the blocks of a page are counted from 1. All other blocks are self-contained.
    private static readonly Dictionary<(string Page, int Block), string> Before = new()
    {
        [("README.md", 4)] = """
            const int steps = 3;
            (NDArray<float>, NDArray<int>)[] batches = [(Device.Default.Allocate<float>([2, 784]), Device.Default.Allocate<int>([2]))];
            batches[0].Item1.CopyFrom(new float[2 * 784]); batches[0].Item2.CopyFrom([3, 7]);
            """,
        [("adding-an-operation.md", 1)] = """
            using Tape<float> tape = new();
            Var<float> x = tape.Variable([2], [-1, 3]);
            Console.WriteLine(string.Join(" ", x.Apply(new UnaryOperation<float, TruncatedAbs>(new TruncatedAbs(2))).Value.ToArray())); // 1 2
            """,
        [("kinks.md", 2)] = "float[] data = [0, 1];",
        [("optimizers.md", 1)] = Network + """
            using Tape<float> tape = new();
            Var<float> loss = network.Forward(tape.Constant([1, 1, 28, 28], new float[784])).CrossEntropy([3]);
            """,
        [("optimizers.md", 2)] = """
            using Tape<float> tape = new();
            Parameter<float> table = new("table", Device.Default, [5, 2]);
            int[] symbols = [0, 3];
            SparseAdam<float> sparseAdam = new([table], new ConstantStepSize(0.001));
            static Var<float> Loss(Var<float> read) => read.Square().Sum();
            """,
        [("optimizers.md", 3)] = """
            Linear<float> body = new("body", 3, 4, new Initializer(Device.Default, seed: 1)),
                head = new("head", 4, 2, new Initializer(Device.Default, seed: 2));
            """,
        [("replay.md", 1)] = Network + """
            using Tape<float> tape = new();
            Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(0.001));
            (float[], int[])[] batches = [(new float[2 * 784], [3, 7]), (new float[2 * 784], [0, 1])];
            """,
        [("replay.md", 2)] = """
            using Tape<float> tape = new();
            Var<float> x = tape.Variable([2, 3], [1, 2, 3, 4, 5, 6]);
            Module<float> block = new Linear<float>("block", 3, 3, new Initializer(Device.Default, seed: 1));
            """,
        [("replay.md", 3)] = Network + """
            using Tape<float> tape = new();
            Adam<float> optimizer = new(network.Parameters, new ConstantStepSize(0.001));
            Var<float> loss = network.Forward(tape.Constant([1, 1, 28, 28], new float[784])).CrossEntropy([3]);
            """,
        [("selections.md", 2)] = """
            using Tape<double> tape = new();
            Var<double> x = tape.Variable([2], [-1, 4]), zero = tape.Constant([2], [0, 0]);
            """,
        [("selections.md", 3)] = """
            using Tape<float> tape = new();
            tape.Variable([256], [0, 0, .. Enumerable.Repeat(1f, 254)]).Square().Square().Square().Relu();
            """,
    };

    // The blocks that are only compiled, with the reason.
    private static readonly Dictionary<(string Page, int Block), string> NotRun = new()
    {
        [("gpu.md", 1)] = "It asks for a GPU.",
    };

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => ReferencedFile().IsMatch(Path.GetFileName(path)))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static TheoryData<string, int> Blocks
    {
        get
        {
            TheoryData<string, int> blocks = [];
            foreach (string page in AllPages)
            {
                for (int block = 1; block <= BlocksOf(page).Length; block++)
                    blocks.Add(page, block);
            }

            return blocks;
        }
    }

    internal static string Pages => Path.Combine(AppContext.BaseDirectory, "pages");

    private static string[] AllPages =>
        [.. Directory.GetFiles(Pages, "*.md", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Pages, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void EveryBlockCompilesAndRuns(string page, int block)
    {
        string text = BlocksOf(page)[block - 1];
        Assembly program = Assembly.Load(Compiled($"{page}, block {block}", text, Before.GetValueOrDefault((page, block), "")));
        if (NotRun.ContainsKey((page, block)))
            return;
        program.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        List<string> lines = (List<string>)program.GetType("Console")!.GetProperty("Lines")!.GetValue(null)!;
        string[] said = [.. Said().Matches(Before.GetValueOrDefault((page, block), "") + "\n" + text).Select(match => match.Groups[1].Value.Trim())];
        if (said.Length == 0)
            return;
        Assert.Equal(said.Length, lines.Count);
        Assert.All(said.Zip(lines), pair => Assert.True(Tells(pair.First, pair.Second), $"The page says \"{pair.First}\", the program \"{pair.Second}\"."));
    }

    [Fact]
    public void WhatIsSaidOfBlocksIsSaidOfSome()
    {
        Assert.All(Before.Keys.Concat(NotRun.Keys), key => Assert.InRange(key.Block, 1, BlocksOf(key.Page).Length));
        Assert.NotEmpty(BlocksOf("README.md"));
    }

    [Fact]
    public void EveryLibraryHasAReadmeWithAProgram()
    {
        // The tool and the templates are no libraries.
        string[] others = ["src/Studies/README.md", "src/Templates/README.md"];
        string[] pages = [.. AllPages.Where(page => page.StartsWith("src/", StringComparison.Ordinal)).Except(others)];
        Assert.True(pages.Length >= 10, string.Join(", ", pages));
        Assert.All(pages, page => Assert.NotEmpty(BlocksOf(page)));
    }

    /// <summary>The assembly image of a program text.</summary>
    internal static byte[] Compiled(string name, string text, string before)
    {
        // The directives of a file-based program are for the command that runs it.
        text = string.Join('\n', text.Split('\n').SkipWhile(line => line.StartsWith("#:", StringComparison.Ordinal)));
        string own = string.Concat(text.Split('\n').TakeWhile(line => line.Length == 0 || Import().IsMatch(line)).Select(line => line + "\n"));
        string imports = own.Contains("using ConservativeAD", StringComparison.Ordinal) ? own : Usings + own;
        string program = imports + before + "\n" + text[Math.Min(own.Length, text.Length)..];
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Snippet",
            [.. new[] { program, Surroundings }.Select(source => CSharpSyntaxTree.ParseText(source, cancellationToken: cancellation))],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using MemoryStream image = new();
        IEnumerable<Diagnostic> errors = compilation.Emit(image, cancellationToken: cancellation).Diagnostics
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
        Assert.True(!errors.Any(), $"{name}: {string.Join("; ", errors)}\n{program}");
        return image.ToArray();
    }

    // A comment contains the printed text, its beginning up to "…", or the printed text and a remark after a colon.
    private static bool Tells(string comment, string line) =>
        comment == line
        || comment.StartsWith(line + ": ", StringComparison.Ordinal)
        || (comment.EndsWith('…') && line.StartsWith(comment[..^1].TrimEnd(' ', ';'), StringComparison.Ordinal));

    private static string[] BlocksOf(string page) => [.. Fence().Matches(File.ReadAllText(Path.Combine(Pages, page))).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^using [A-Z][\w.]*;$")]
    private static partial Regex Import();

    [GeneratedRegex(@"^(System|ConservativeAD|Microsoft\.Extensions\.Logging)\.")]
    private static partial Regex ReferencedFile();

    // A line that prints, and what its comment says it prints.
    [GeneratedRegex(@"Console\.WriteLine\(.*\); *// (.*)")]
    private static partial Regex Said();
}
