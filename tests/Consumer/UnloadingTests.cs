using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Consumer;

/// <summary>An assembly whose rules declare selection keys can be unloaded, and loaded again under the same names.</summary>
public class UnloadingTests
{
    private const string Program = """
        using ConservativeAD;
        using ConservativeAD.Rules;

        Console.WriteLine(Selections.Jax.With(Own.AtZero, 3).GetValue(Own.AtZero) + Selections.Jax.GetValue(Own.AtZero)); // 5

        internal static class Own
        {
            public static SelectionKey<double> AtZero { get; } = new("a loaded rule at 0", 1) { Jax = new(2, "a page") };
        }
        """;

    [Fact]
    public void KeysDoNotKeepTheirAssemblyLoaded()
    {
        byte[] image = SnippetTests.Compiled(nameof(UnloadingTests), Program, "");
        for (int round = 0; round < 3; round++)
        {
            WeakReference loaded = LoadedAndUnloaded(image);
            for (int i = 0; i < 20 && loaded.IsAlive; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.False(loaded.IsAlive);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadedAndUnloaded(byte[] image)
    {
        AssemblyLoadContext context = new("a rule", isCollectible: true);
        using MemoryStream stream = new(image);
        System.Reflection.Assembly program = context.LoadFromStream(stream);
        program.EntryPoint!.Invoke(null, [Array.Empty<string>()]);
        Assert.Equal(["5"], (List<string>)program.GetType("Console")!.GetProperty("Lines")!.GetValue(null)!);
        context.Unload();
        return new WeakReference(context);
    }
}
