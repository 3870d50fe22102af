namespace ConservativeAD.Solvers;

/// <summary>The methods for nonsmooth problems, by name.</summary>
public static class NonsmoothMethods
{
    /// <summary>All methods, with their defaults.</summary>
    public static IReadOnlyList<INonsmoothSolver> All { get; } = [new NonsmoothBfgs(), new NonsmoothBfgs(20), new GradientSampling(), new ProximalBundle(),
        new LimitedMemoryBundle(), new NormalizedGoldsteinDescent()];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Name)];

    /// <summary>The method with a given name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">No method has this name.</exception>
    public static INonsmoothSolver Named(string name) => All.FirstOrDefault(method => method.Name == name)
        ?? throw new ArgumentException($"There is no method '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
}
