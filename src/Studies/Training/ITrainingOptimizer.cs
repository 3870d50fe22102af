using System.Numerics;
using ConservativeAD.Kernels;

namespace ConservativeAD.Studies.Training;

/// <summary>What the training loop needs of an optimiser.</summary>
/// <typeparam name="T">float, double or Half.</typeparam>
internal interface ITrainingOptimizer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What a checkpoint holds of it.</summary>
    IReadOnlyList<(string Name, NDArray<T> Value)> State { get; }

    /// <summary>How many steps were taken; a checkpoint holds it too.</summary>
    int StepsTaken { get; set; }

    /// <summary>Takes a step.</summary>
    /// <param name="gradients">The gradients at the parameters.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    void Step(Gradients<T> gradients, double learningRate);
}
