using System.CommandLine;
using ConservativeAD.Studies.DataSets;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Training;
using Spectre.Console;

namespace ConservativeAD.Studies.CommandLine;

/// <summary><c>train</c>: trains a network and counts what its relus meet at 0.</summary>
internal static class TrainCommand
{
    private const double LargestSlope = 1e9;
    private const int MostUnits = 65_536;

    public static Command Create(Terminal terminal)
    {
        Argument<string> network = new("NAME") { Description = "mlp, lenet5, vgg11 or resnet18." };
        string[] networks = ["mlp", "lenet5", "vgg11", "resnet18"];
        network.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !networks.Contains(result.Tokens[0].Value))
                result.AddError($"There is no network '{result.Tokens[0].Value}'; there are {string.Join(", ", networks)}.");
        });
        Option<double> slope = OptionKinds.Number("--relu-at-zero", "s, the slope of relu at 0.", 0, -LargestSlope, LargestSlope);
        Option<string> rule = OptionKinds.Word("--rule", "chain multiplies the incoming gradient by s at 0; published puts s in its place, as the code published with the 2021 study does.", "chain", "chain", "published");
        Option<string> optimizer = OptionKinds.Word("--optimizer", "The optimiser.", "adam", "sgd", "adam", "adamw");
        Option<double?> rate = OptionKinds.OptionalNumber("--learning-rate", "The learning rate; 0.001 for Adam and AdamW, 0.01 for SGD if not given.", 0.0, 1e6);
        Option<double> momentum = OptionKinds.Number("--momentum", "The momentum of SGD.", 0.9, 0, 1);
        Option<double> decay = OptionKinds.Number("--weight-decay", "The weight decay.", 0.0, 0, 1e6);
        Option<string> schedule = OptionKinds.Word("--schedule", "How the learning rate changes.", "cosine", "constant", "step", "cosine", "robbins-monro");
        Option<int> epochs = OptionKinds.Number("--epochs", "Passes over the training images.", 5, 1, 1_000_000);
        Option<int> batch = OptionKinds.Number("--batch", "Images in a mini-batch.", 64, 1, 1_000_000);
        Option<string> precision = OptionKinds.Word("--precision", "Bits of the numbers.", "32", "16", "32", "64");
        Option<int[]?> hidden = OptionKinds.Numbers("--hidden", "Widths of the hidden layers of mlp; 512,256 if not given.", 1, MostUnits, distinct: false);
        Option<bool> batchNorm = OptionKinds.Flag("--batch-norm", "Normalise every layer over the mini-batch (mlp, vgg11, resnet18).");
        Option<int?> samples = OptionKinds.OptionalNumber("--samples", "Training images used; all of them if not given.", 1, int.MaxValue);
        CommonOptions common = new(Path.Combine("results", "train"));
        Command command = new("train", """
            Trains a network, and counts how often its relus stand at exactly 0.

            Examples:
              conservative-ad train mlp --data ~/data
              conservative-ad train lenet5 --relu-at-zero 1 --precision 16 --out results/one
              conservative-ad train mlp --rule published --relu-at-zero 1 --optimizer sgd
              conservative-ad train resnet18 --batch-norm --optimizer sgd --weight-decay 5e-4 --epochs 200 --data ~/data
            """)
        {
            network,
            slope,
            rule,
            optimizer,
            rate,
            momentum,
            decay,
            schedule,
            epochs,
            batch,
            precision,
            hidden,
            batchNorm,
            samples,
        };
        common.AddTo(command);
        return command;
    }
}
