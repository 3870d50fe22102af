using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The kernels of one accelerator. Each is compiled at its first use.</summary>
internal sealed class KernelCache(Accelerator accelerator) : IDisposable
{
    private readonly OpenClCompiler? openCl = accelerator is CLAccelerator device ? new OpenClCompiler(device) : null;
    private readonly ConcurrentDictionary<Type, Delegate> kernels = new();
    private readonly ConcurrentBag<MethodInfo> methods = [];
    private readonly Lock gate = new();

    /// <summary>The entry points compiled so far.</summary>
    public IReadOnlyCollection<MethodInfo> Methods => methods;

    /// <summary>The kernel that runs a body for every index.</summary><typeparam name="TBody">The body.</typeparam>
    public Action<AcceleratorStream, KernelConfig, int, TBody> Indices<TBody>()
        where TBody : struct, IIndexBody =>
            (Action<AcceleratorStream, KernelConfig, int, TBody>)(kernels.TryGetValue(typeof(TBody), out Delegate? kernel) ? kernel : Load<TBody>(RunIndices));

    /// <summary>The kernel that runs a body for every part.</summary><typeparam name="TBody">The body.</typeparam>
    public Action<AcceleratorStream, KernelConfig, int, TBody> Parts<TBody>()
        where TBody : struct, IGroupBody =>
            (Action<AcceleratorStream, KernelConfig, int, TBody>)(kernels.TryGetValue(typeof(TBody), out Delegate? kernel) ? kernel : Load<TBody>(RunParts));

    public void Dispose() => openCl?.Dispose();

    private static void RunIndices<TBody>(int count, TBody body)
        where TBody : struct, IIndexBody
    {
        // This comparison does not overflow even if the count is near the largest integer.
        int step = Grid.DimX * Group.DimX;
        for (int index = Grid.GlobalIndex.X; index < count; index += step)
        {
            body.Run(index);
            if (index > count - step)
                return;
        }
    }

    private static void RunParts<TBody>(int count, TBody body)
        where TBody : struct, IGroupBody
    {
        for (int part = Grid.IdxX; part < count; part += Grid.DimX)
        {
            body.Run(part);
            Group.Barrier();
        }
    }

    private Delegate Load<TBody>(Action<int, TBody> kernel)
        where TBody : struct
    {
        lock (gate)
        {
            if (kernels.TryGetValue(typeof(TBody), out Delegate? loaded))
                return loaded;
            loaded = openCl is null
                ? accelerator.LoadKernel(kernel)
                : accelerator.LoadKernel(openCl.Compile(kernel.Method)).CreateLauncherDelegate<Action<AcceleratorStream, KernelConfig, int, TBody>>();
            methods.Add(kernel.Method);
            kernels[typeof(TBody)] = loaded;
            return loaded;
        }
    }
}
