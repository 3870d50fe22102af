namespace ConservativeAD.Solvers;

/// <summary>The methods for constrained problems, by name.</summary>
public static class ConstrainedMethods
{
    /// <summary>All methods, with their defaults.</summary>
    public static IReadOnlyList<IConstrainedSolver> All { get; } = [new BfgsSqp(), new PenaltyBundle()];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Name)];

    /// <summary>The method with a given name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">No method has this name.</exception>
    public static IConstrainedSolver Named(string name) => All.FirstOrDefault(method => method.Name == name)
        ?? throw new ArgumentException($"There is no method '{name}' for constrained problems; there are {string.Join(", ", Names)}.", nameof(name));
}
