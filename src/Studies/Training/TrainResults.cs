using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Training;

/// <summary>The results of <c>train</c> in results.json.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Complete">Whether every epoch was run.</param>
/// <param name="Epochs">Epoch by epoch.</param>
internal sealed record TrainResults(TrainSettings Settings, MachineFacts Machine, bool Complete, IReadOnlyList<EpochResult> Epochs);

/// <summary>One epoch.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="TrainLoss">The mean loss over the training images, each computed just before its step.</param>
/// <param name="TrainAccuracy">The fraction of them classified correctly at that time.</param>
/// <param name="TestLoss">The mean loss over the test images after the epoch.</param>
/// <param name="TestAccuracy">The fraction of them classified correctly.</param>
/// <param name="Seconds">The duration of the epoch, including its test.</param>
/// <param name="ExactZeros">The number of relu evaluations at exactly 0 in the epoch's training passes.</param>
internal sealed record EpochResult(int Epoch, double TrainLoss, double TrainAccuracy, double TestLoss, double TestAccuracy, double Seconds, long ExactZeros);
