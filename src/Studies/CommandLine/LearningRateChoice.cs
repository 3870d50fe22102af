using System.CommandLine;
using System.Globalization;
using ConservativeAD.Studies.ReluTraining;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>Learning rates for several slopes of relu at 0: one for all, one each, or the published ones.</summary>
/// <param name="Rates">One rate, or one for each slope; null for the published ones.</param>
internal sealed record LearningRateChoice(double[]? Rates)
{
    private const string Published = "published";
    private const double Standard = 0.01;
    private const double Least = 1e-12;
    private const double Most = 1e6;

    /// <summary>An option for them.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it sets.</param>
    public static Option<LearningRateChoice> Option(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "RATES",
        DefaultValueFactory = _ => new LearningRateChoice([Standard]),
        CustomParser = result => new LearningRateChoice(result.Tokens[0].Value == Published
            ? null
            : [.. result.Tokens[0].Value.Split(',').Select(part => OptionKinds.Parse(result, name, part, Least, Most))]),
    };

    /// <summary>Why rates do not go with slopes; null if they do, or if one of the words is no number, which its own option says.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="rates">The rates, as written.</param>
    /// <param name="slopes">The slopes, as written.</param>
    public static string? Problem(string name, string rates, string slopes)
    {
        HashSet<double> each = [];
        foreach (string slope in slopes.Split(','))
        {
            if (!double.TryParse(slope, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
                return null;
            each.Add(number);
        }

        if (rates != Published)
        {
            int count = rates.Split(',').Length;
            return count == 1 || count == each.Count
                ? null
                : $"{name} takes one rate, or one for each of the {each.Count} slopes of --s; {count} are given. Leave some out, or add some.";
        }

        double[] missing = [.. each.Where(slope => PublishedReluTraining.Rates.All(published => published.Slope != slope))];
        return missing.Length == 0
            ? null
            : $"{name} published goes with --s of {string.Join(", ", PublishedReluTraining.Rates.Select(published => Text(published.Slope)))}; "
                + $"{string.Join(", ", missing.Select(Text))} has no published rate. Leave it out, or give rates as numbers.";
    }

    /// <summary>The rate of each slope.</summary>
    /// <param name="slopes">Slopes that they go with.</param>
    public double[] For(double[] slopes) => Rates switch
    {
        null => [.. slopes.Select(slope => PublishedReluTraining.Rates.First(published => published.Slope == slope).Rate)],
        [{ } one] => [.. slopes.Select(_ => one)],
        _ => Rates,
    };

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
