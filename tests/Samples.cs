using CsCheck;

namespace ConservativeAD.Tests;

/// <summary>
/// Random cases, the same in every run; CONSERVATIVEAD_SEED, a number, gives others, and CONSERVATIVEAD_SAMPLES, a whole number, so many times as many.
/// </summary>
internal static class Samples
{
    private static readonly uint Seed = uint.TryParse(Environment.GetEnvironmentVariable("CONSERVATIVEAD_SEED"), out uint seed) ? seed : 1;

    private static readonly int Times = int.TryParse(Environment.GetEnvironmentVariable("CONSERVATIVEAD_SAMPLES"), out int times) ? Math.Max(1, times) : 1;

    /// <summary>Checks random cases one after another.</summary>
    /// <param name="cases">The source of the cases.</param>
    /// <param name="count">The number of cases.</param>
    /// <param name="check">Throws if a case fails.</param>
    public static void Check<T>(Gen<T> cases, int count, Action<T> check)
    {
        for (int i = 0; i < Times * count; i++)
        {
            T drawn = cases.Generate(new PCG(Seed, (ulong)i), null, out _);
            try
            {
                check(drawn);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Case {i} of seed {Seed} fails: {exception.Message}", exception);
            }
        }
    }
}
