using System.CommandLine;
using System.Globalization;
using ConservativeAD.Benchmarks.Versus;
using ConservativeAD.Kernels;
using ConservativeAD.Studies.DataSets;

namespace ConservativeAD.Benchmarks.Summation;

/// <summary>The command that counts exact zeros under several orders of summation.</summary>
internal static class SummationCommand
{
    public static Command Create()
    {
        Option<int> networks = new("--networks") { Description = "Random networks for each order.", DefaultValueFactory = _ => 100 };
        Option<int> depth = new("--depth") { Description = "Hidden layers.", DefaultValueFactory = _ => 3 };
        Option<int?> samples = new("--samples") { Description = "Training images; all if not given." };
        Option<string> filter = new("--filter") { Description = "Only orders whose name contains this.", DefaultValueFactory = _ => "" };
        Command command = new("summation",
            "Counts pre-activations that are exactly 0 under several orders of summation, on the images that CONSERVATIVEAD_DATA names or the stand-in.")
        {
            networks,
            depth,
            samples,
            filter,
        };
        command.SetAction(parsed =>
        {
            (ImageSet train, _) = ImageSource.Load(null, parsed.GetValue(samples));
            NDArray<float> images = train.PixelsOn<float>(Device.Default);
            List<ISummation> orders = [new OwnProduct(), new SlicedProduct(2), new SlicedProduct(4), new SlicedProduct(8), new BiasFirst(), new Unfused(),
                new Tf32()];
            if (LibTorchProbe.WhyNot() is string whyNot)
                Console.Error.WriteLine($"Only this library is measured. {whyNot}");
            else
                orders.Add(new LibTorch());
            Console.WriteLine($"{train.Name}, {train.Count} images, {parsed.GetValue(depth)} × 256.");
            Console.WriteLine("| order of summation | parameters drawn in | networks | hits | exact zeros | per evaluation (95 %) |");
            Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
            foreach (ISummation order in orders.Where(order => order.Name.Contains(parsed.GetValue(filter)!, StringComparison.OrdinalIgnoreCase)))
            {
                foreach (bool onGrid in (bool[])[false, true])
                {
                    ZeroCount count = ZeroCount.Run(order, onGrid, images, parsed.GetValue(depth), parsed.GetValue(networks));
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"| {count.Order} | {count.Draws} | {count.Networks} | {count.Hits} | {count.Zeros} | {count.Rate:0.00e0} "
                            + $"({count.Interval.Low:0.00e0} – {count.Interval.High:0.00e0}) |"));
                }
            }

            return 0;
        });
        return command;
    }
}
