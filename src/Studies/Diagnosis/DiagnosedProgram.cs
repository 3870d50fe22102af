using ConservativeAD.Diagnostics;

namespace ConservativeAD.Studies.Diagnosis;

/// <summary>A program that instruments are held to.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Formula">What it computes.</param>
/// <param name="Objective">F.</param>
/// <param name="Start">θ₀.</param>
internal sealed record DiagnosedProgram(string Name, string Formula, Objective Objective, double[] Start)
{
    /// <summary>The value at the limit of descent, where it is known.</summary>
    public double? Optimum { get; init; }

    /// <summary>A saddle, where one is known.</summary>
    public double[]? Saddle { get; init; }

    /// <summary>How many steps are taken where none are asked for.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>The step size where none is asked for; null for 1/L or a schedule that vanishes.</summary>
    public double? StepSize { get; init; }

    /// <summary>The model H of F = ‖H − y‖², where F is one.</summary>
    public LeastSquaresModel? Model { get; init; }

    /// <summary>Functions whose mean is F, for runs on samples.</summary>
    public IReadOnlyList<Objective>? Samples { get; init; }

    /// <summary>Whether the start is drawn from a distribution with a density.</summary>
    public bool IsStartRandom { get; init; }

    /// <summary>Hidden units, of a perceptron.</summary>
    public int? Width { get; init; }

    /// <summary>What the data are; null where there are none.</summary>
    public string? Data { get; init; }
}

/// <summary>The model behind a sum of squares.</summary>
/// <param name="Residual">H(θ) − y.</param>
/// <param name="Kernel">The tangent kernel at θ.</param>
internal sealed record LeastSquaresModel(Func<double[], double[]> Residual, Func<double[], CancellationToken, TangentKernel> Kernel);
