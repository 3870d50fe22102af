using System.Reflection;
using System.Text.RegularExpressions;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Ilgpu;
using ConservativeAD.Tests;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Group = ILGPU.Group;

namespace ConservativeAD.Kernels.Tests.Gpu;

/// <summary>
/// The smallest programs that ILGPU 1.5.3 is known to translate wrongly, compiled to PTX and OpenCL C and inspected. The functions that the kernels use must be
/// translated unchanged. If plain C# is translated wrongly, a test states this too, so that a version of ILGPU that fixes it is noticed.
/// </summary>
public partial class SmallestProgramTests
{
    [Fact]
    public void AtTheLevelThatIsUsedALoadStaysAheadOfAStoreToItsPlace()
    {
        Assert.Null(PtxOrder.LoadBehindStore(Ptx(typeof(ExclusiveSums))));
        Assert.DoesNotMatch(StoreThenLoad(), OpenCl(typeof(ExclusiveSums)));
    }

    [Fact]
    public void AtALevelHigherItDoesNot()
    {
        using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using PTXBackend backend = new(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_70, null!);
        string assembly =
            ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(Entry(typeof(ExclusiveSums))),
                KernelSpecialization.Empty)).PTXAssembly;
        Assert.NotNull(PtxOrder.LoadBehindStore(assembly));
    }

    [Fact]
    public void ASumWithZeroIsComputed()
    {
        // −0 + 0 is +0.
        Assert.DoesNotContain("add.rn.f32", Ptx(typeof(PlainSumWithZero)), StringComparison.Ordinal);
        Assert.Contains("add.rn.f32", Ptx(typeof(SumWithZero)), StringComparison.Ordinal);
        Assert.Matches(@" \+ +0(\.0+)?f?;", OpenCl(typeof(SumWithZero)));
    }

    [Fact]
    public void ADifferenceFromZeroIsNoNegation()
    {
        // 0 − 0 is +0.
        Assert.Contains("neg.f32", Ptx(typeof(PlainDifferenceFromZero)), StringComparison.Ordinal);
        Assert.DoesNotContain("neg.f32", Ptx(typeof(DifferenceFromZero)), StringComparison.Ordinal);
        Assert.Contains("sub.rn.f32", Ptx(typeof(DifferenceFromZero)), StringComparison.Ordinal);
    }

    [Fact]
    public void ConstantFactorsAreNotJoined()
    {
        // 1e30·1e30 is infinite in float; x·1e30·1e−30 need not be.
        Assert.Single(Regex.Matches(Ptx(typeof(PlainProducts)), @"mul\.rn\.f32"));
        Assert.Equal(2, Regex.Count(Ptx(typeof(Products)), @"mul\.rn\.f32"));
    }

    [Fact]
    public void ComparisonsAreFalseForNaN()
    {
        // On CUDA, the constant on the left turns the comparison into one that is true for NaN; on OpenCL, the branch that is not taken does.
        Assert.Contains("setp.ltu.f32", Ptx(typeof(PlainConstantOnTheLeft)), StringComparison.Ordinal);
        foreach (Type program in (Type[])[typeof(ConstantOnTheLeft), typeof(Branch)])
        {
            Assert.Matches(@"setp\.gt\.f32", Ptx(program));
            Assert.DoesNotMatch(@"setp\.\w+u\.f32", Ptx(program));
            Assert.Matches(" > ", OpenCl(program));
        }

        Assert.Matches(@"setp\.leu\.f32", Ptx(typeof(PlainBranch)));
        Assert.Matches(" <= ", OpenCl(typeof(PlainBranch)));
    }

    [Fact]
    public void ATruthValueBecomesOne()
    {
        Assert.Contains("0d0000000000000001", Ptx(typeof(PlainTruthValue)), StringComparison.Ordinal);
        Assert.DoesNotContain("0d0000000000000001", Ptx(typeof(TruthValue)), StringComparison.Ordinal);
        Assert.DoesNotContain("E-324", OpenCl(typeof(TruthValue)), StringComparison.Ordinal);
        Assert.Contains("0d3FF0000000000000", Ptx(typeof(TruthValue)), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void BarriersOfOpenClOrderSharedMemory()
    {
        string source = OpenCl(typeof(ExclusiveSums));
        Assert.Contains("work_group_barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)", source, StringComparison.Ordinal);
        Assert.Equal(Regex.Count(source, "work_group_barrier"), Regex.Count(source, "CLK_LOCAL_MEM_FENCE"));
    }

    [Fact]
    public void OpenClDoesNotJoinProductsAndSums() => Assert.StartsWith("#pragma OPENCL FP_CONTRACT OFF", OpenCl(typeof(Products)), StringComparison.Ordinal);

    [Fact]
    public void LoopsWithACountAreNotUnrolledAway()
    {
        // ILGPU's issue 1330: from O1 on, nested loops with known counts that skip iterations lost updates. Both loops and the count must be present.
        string assembly = Ptx(typeof(Neighbours));
        Assert.True(Regex.Count(assembly, @"setp\.(le|gt|lt|ge)\.s32\s+%p\d+, %r\d+, [12];") >= 2, assembly);
        Assert.True(Regex.Count(assembly, @"add\.s32\s+%r\d+, %r\d+, 1;") >= 3, assembly);
    }

    [Fact]
    public void EveryKernelIsInTheListAndKeepsItsOrder()
    {
        IReadOnlyList<MethodInfo> kernels = KernelTypes.All(typeof(Descent).Assembly);
        HashSet<Type> bodies = [.. kernels.Select(kernel => kernel.GetGenericArguments()[0])
            .Select(body => body.IsGenericType ? body.GetGenericTypeDefinition() : body)];
        foreach (Type type in typeof(GpuDevice).Assembly.GetTypes()
            .Where(type => type.IsValueType && type.GetInterfaces().Any(found => found == typeof(IIndexBody) || found == typeof(IGroupBody))))
            Assert.Contains(type, bodies);
        using PtxCompiler compiler = new();
        foreach (MethodInfo kernel in kernels)
        {
            string assembly = compiler.Compile(kernel);
            Assert.True(PtxOrder.LoadBehindStore(assembly) is null, $"{kernel.GetGenericArguments()[0]}: {PtxOrder.LoadBehindStore(assembly)}");
        }
    }

    [Theory]
    [InlineData("cuda", "libcuda.so.1")]
    [InlineData("OpenCL", "libOpenCL.so.1")]
    [InlineData("cublas", null)]
    public void DriversAreFoundAsTheyAreInstalled(string library, string? file) => Assert.Equal(file, DriverLibraries.RuntimeName(library));

    private static MethodInfo Entry(Type body) =>
        typeof(KernelCache).GetMethod(typeof(IIndexBody).IsAssignableFrom(body)
            ? "RunIndices"
            : "RunParts", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(body);

    private static string Ptx(Type body)
    {
        using PtxCompiler compiler = new();
        string assembly = compiler.Compile(Entry(body));
        // Methods that intrinsics replace are printed before the kernel but not called.
        return assembly[assembly.IndexOf(".entry", StringComparison.Ordinal)..];
    }

    private static string OpenCl(Type body)
    {
        using OpenClCompiler compiler = new();
        return compiler.Compile(Entry(body)).Source;
    }

    [GeneratedRegex(@"\*\s+(?<place>var\d+)\s+=[^;]*;[^{}:]*=\s+\*\s+\k<place>;")]
    private static partial Regex StoreThenLoad();

    internal readonly struct ExclusiveSums(ArrayView<float> x) : IGroupBody
    {
        public void Run(int part)
        {
            ArrayView<float> shared = SharedMemory.Allocate<float>(64);
            shared[Group.IdxX] = x[Group.IdxX];
            Group.Barrier();
            if (Group.IdxX == 0)
            {
                float before = 0;
                for (int i = 0; i < Group.DimX; i++)
                {
                    float own = shared[i];
                    shared[i] = before;
                    before += own;
                }
            }

            Group.Barrier();
            x[Group.IdxX] = shared[Group.IdxX];
        }
    }

    internal readonly struct PlainSumWithZero(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index) => x[index] = x[index] + 0f;
    }

    internal readonly struct SumWithZero(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index) => x[index] = (new SingleLane(x[index]) + SingleLane.Constant(0)).Value;
    }

    internal readonly struct PlainDifferenceFromZero(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index) => x[index] = 0f - x[index];
    }

    internal readonly struct DifferenceFromZero(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index) => x[index] = (SingleLane.Constant(0) - new SingleLane(x[index])).Value;
    }

    internal readonly struct PlainProducts(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index) => x[index] = x[index] * 1e30f * 1e-30f;
    }

    internal readonly struct Products(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index) => x[index] = (new SingleLane(x[index]) * SingleLane.Constant(1e30) * SingleLane.Constant(1e-30)).Value;
    }

    internal readonly struct PlainConstantOnTheLeft(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index)
        {
            bool isBelow = 1f > x[index];
            x[index] = isBelow ? 2f : 3f;
        }
    }

    internal readonly struct ConstantOnTheLeft(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index) =>
            x[index] = SingleLane.IfGreater(SingleLane.Constant(1), new SingleLane(x[index]), SingleLane.Constant(2), SingleLane.Constant(3)).Value;
    }

    internal readonly struct PlainBranch(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index)
        {
            if (x[index] > 1f)
                return;
            x[index] = 3f;
        }
    }

    internal readonly struct Branch(ArrayView<float> x) : IIndexBody
    {
        public void Run(int index)
        {
            if (SingleLane.IsGreater(new SingleLane(x[index]), SingleLane.Constant(1)))
                return;
            x[index] = 3f;
        }
    }

    internal readonly struct PlainTruthValue(ArrayView<double> x, ArrayView<int> flags) : IIndexBody
    {
        public void Run(int index)
        {
            bool isSet = flags[index] > 0 && flags[index + 1] > 0;
            x[index] = isSet ? 1 : 0;
        }
    }

    internal readonly struct TruthValue(ArrayView<double> x, ArrayView<int> flags) : IIndexBody
    {
        public void Run(int index)
        {
            bool isSet = flags[index] > 0 && flags[index + 1] > 0;
            x[index] = (isSet ? DoubleLane.Constant(1) : DoubleLane.Constant(0)).Value;
        }
    }

    // The library of optimisers has the real ones.
    internal readonly struct Descent(double step) : IUpdate
    {
        public static int States => 1;

        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
            first = first + gradient;
            parameter = parameter - (L.Broadcast(step) * first);
        }
    }

    internal readonly struct Neighbours(ArrayView<int> x, int width, int height) : IIndexBody
    {
        public void Run(int index)
        {
            int column = index % width, row = index / width, count = 0;
            for (int down = -1; down <= 1; down++)
            {
                int otherRow = row + down;
                if (otherRow < 0 || otherRow >= height)
                    continue;
                for (int right = -1; right <= 1; right++)
                {
                    int otherColumn = column + right;
                    if (otherColumn < 0 || otherColumn >= width)
                        continue;
                    if (down == 0 && right == 0)
                        continue;
                    count++;
                }
            }

            x[index] = count;
        }
    }
}
