using ConservativeAD.Diagnostics;
using ConservativeAD.Nonsmooth;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>A program to diagnose.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Objective">F.</param>
/// <param name="Start">θ₀.</param>
internal sealed record DiagnosedProgram(string Name, string Formula, Objective Objective, double[] Start)
{
    /// <summary>The value at the limit of descent, if known.</summary>
    public double? Optimum { get; init; }

    /// <summary>A saddle, if one is known.</summary>
    public double[]? Saddle { get; init; }

    /// <summary>The default number of steps.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>The default step size; null for 1/L or a vanishing schedule.</summary>
    public double? StepSize { get; init; }

    /// <summary>The model H if F has the form ‖H − y‖².</summary>
    public LeastSquaresModel? Model { get; init; }

    /// <summary>Functions whose mean is F, for runs on samples.</summary>
    public IReadOnlyList<Objective>? Samples { get; init; }

    /// <summary>Whether the start is random, from a distribution with a density.</summary>
    public bool IsStartRandom { get; init; }

    /// <summary>The number of hidden units of a perceptron.</summary>
    public int? Width { get; init; }

    /// <summary>The description of the data; null if there are none.</summary>
    public string? Data { get; init; }
}

/// <summary>The model behind a sum of squares.</summary>
/// <param name="Residual">H(θ) − y.</param>
/// <param name="Kernel">The tangent kernel at θ.</param>
internal sealed record LeastSquaresModel(Func<double[], double[]> Residual, Func<double[], CancellationToken, TangentKernel> Kernel);
