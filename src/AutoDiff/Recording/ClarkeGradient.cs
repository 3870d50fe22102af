using System.Numerics;

namespace ConservativeAD;

/// <summary>An element of the Clarke subdifferential, with its certificate.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="Gradients">The gradient of each leaf; readable until the next reverse pass or reset.</param>
/// <param name="Certificate">What is known about it.</param>
public sealed record ClarkeGradient<T>(Gradients<T> Gradients, ClarkeCertificate Certificate)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
