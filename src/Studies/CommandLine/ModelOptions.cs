using System.CommandLine;
using System.CommandLine.Parsing;
using ConservativeAD.Studies.ModelFiles;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>The options of studies of a model of ONNX.</summary>
internal sealed class ModelOptions
{
    private const string OfFile = "file", Drawn = "drawn";

    public Option<string> Weights { get; } = OptionKinds.Word("--weights",
        "The weights of a model: those of the file, or drawn anew as its layers are initialised, uniform in ±1/√fan_in.", OfFile, OfFile, Drawn);

    public Option<string> Loss { get; } = OptionKinds.Word("--loss",
        "The number of which gradients of a model are taken: the mean cross-entropy of its first output as scores of classes, or half the mean square of any "
            + "output.", "cross-entropy", "cross-entropy", "squares");

    /// <summary>The word for where weights come from.</summary>
    /// <param name="isDrawn">Whether they are drawn.</param>
    public static string WordOf(bool isDrawn) => isDrawn ? Drawn : OfFile;

    public LossName LossOf(ParseResult parsed) => OptionKinds.Member<LossName>(parsed.GetValue(Loss)!);

    public bool IsDrawn(ParseResult parsed) => parsed.GetValue(Weights) == Drawn;

    public bool IsDrawn(CommandResult result) => StudyCommand.Written(result, Weights) == Drawn;
}
