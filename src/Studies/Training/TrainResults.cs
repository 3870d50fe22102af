using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Training;

/// <summary>What <c>train</c> writes to results.json.</summary>
/// <param name="Settings">What was asked.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Complete">Whether every epoch was run.</param>
/// <param name="Epochs">Epoch by epoch.</param>
internal sealed record TrainResults(TrainSettings Settings, MachineFacts Machine, bool Complete, IReadOnlyList<EpochResult> Epochs);

/// <summary>One epoch.</summary>
/// <param name="Epoch">Which one, from 1.</param>
/// <param name="TrainLoss">The mean loss over the training images, each taken just before its step.</param>
/// <param name="TrainAccuracy">The share of them classified rightly at that time.</param>
/// <param name="TestLoss">The mean loss over the test images after the epoch.</param>
/// <param name="TestAccuracy">The share of them classified rightly.</param>
/// <param name="Seconds">How long the epoch took, with its test.</param>
/// <param name="ExactZeros">How often a relu stood at exactly 0 in the epoch's training passes.</param>
internal sealed record EpochResult(int Epoch, double TrainLoss, double TrainAccuracy, double TestLoss, double TestAccuracy, double Seconds, long ExactZeros);
