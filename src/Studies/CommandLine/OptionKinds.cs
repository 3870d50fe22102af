using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>Options that check their own values, so that a wrong value is reported before any work begins.</summary>
internal static class OptionKinds
{
    /// <summary>A number in a range.</summary>
    /// <typeparam name="TNumber">int, ulong or double.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets.</param>
    /// <param name="standard">The default value.</param>
    /// <param name="least">The least value allowed.</param>
    /// <param name="most">The greatest value allowed.</param>
    public static Option<TNumber> Number<TNumber>(string name, string description, TNumber standard, TNumber least, TNumber most)
        where TNumber : struct, INumber<TNumber> => new(name)
        {
            Description = description,
            DefaultValueFactory = _ => standard,
            CustomParser = result => Parse(result, name, result.Tokens[0].Value, least, most),
        };

    /// <summary>An optional number in a range.</summary>
    /// <typeparam name="TNumber">int, ulong or double.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets.</param>
    /// <param name="least">The least value allowed.</param>
    /// <param name="most">The greatest value allowed.</param>
    public static Option<TNumber?> OptionalNumber<TNumber>(string name, string description, TNumber least, TNumber most)
        where TNumber : struct, INumber<TNumber> => new(name)
        {
            Description = description,
            CustomParser = result => Parse(result, name, result.Tokens[0].Value, least, most),
        };

    /// <summary>Numbers in a range, separated by commas; empty by default.</summary>
    /// <typeparam name="TNumber">int or double.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets, and its default.</param>
    /// <param name="least">The least value allowed.</param>
    /// <param name="most">The greatest value allowed.</param>
    /// <param name="distinct">Whether a value given twice counts once.</param>
    public static Option<TNumber[]?> Numbers<TNumber>(string name, string description, TNumber least, TNumber most, bool distinct = true)
        where TNumber : struct, INumber<TNumber> => new(name)
        {
            Description = description,
            HelpName = "LIST",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
            {
                IEnumerable<TNumber> values = result.Tokens[0].Value.Split(',').Select(part => Parse(result, name, part, least, most));
                return [.. distinct ? values.Distinct() : values];
            },
        };

    /// <summary>Some of a few numbers, separated by commas; empty by default.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets, and its default.</param>
    /// <param name="choices">The numbers.</param>
    public static Option<int[]?> Choices(string name, string description, params int[] choices) => new(name)
    {
        Description = description,
        HelpName = "LIST",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result =>
        [
            .. result.Tokens[0].Value.Split(',')
                .Select(part =>
                    int.Parse(Find(result, name, part, [.. choices.Select(choice => choice.ToString(CultureInfo.InvariantCulture))]),
                        CultureInfo.InvariantCulture))
                .Distinct(),
        ],
    };

    /// <summary>One of some words.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets.</param>
    /// <param name="standard">The default word.</param>
    /// <param name="words">The words.</param>
    public static Option<string> Word(string name, string description, string standard, params string[] words) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', words),
        DefaultValueFactory = _ => standard,
        CustomParser = result => Find(result, name, result.Tokens[0].Value, words),
    };

    /// <summary>One of some words; null if none is given.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets, and its default.</param>
    /// <param name="words">The words.</param>
    public static Option<string?> OptionalWord(string name, string description, params string[] words) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', words),
        CustomParser = result => Find(result, name, result.Tokens[0].Value, words),
    };

    /// <summary>Some of a few words, separated by commas; empty by default.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets, and its default.</param>
    /// <param name="words">The words.</param>
    public static Option<string[]?> Words(string name, string description, params string[] words) => new(name)
    {
        Description = description,
        HelpName = "LIST",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => [.. result.Tokens[0].Value.Split(',').Select(part => Find(result, name, part, words)).Distinct()],
    };

    /// <summary>Parts separated by commas, each of them understood by its word; empty by default.</summary>
    /// <typeparam name="TPart">A part.</typeparam>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets, and its default.</param>
    /// <param name="words">What words there are, for messages.</param>
    /// <param name="of">The part for a word; null if there is none.</param>
    public static Option<TPart[]?> Parts<TPart>(string name, string description, string words, Func<string, TPart?> of)
        where TPart : class => new(name)
        {
            Description = description,
            HelpName = "LIST",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
            {
                List<TPart> parts = [];
                foreach (string word in result.Tokens[0].Value.Split(','))
                {
                    if (of(word) is { } part)
                        parts.Add(part);
                    else
                        result.AddError($"{name} takes {words}; '{Excerpt.Of(word)}' is not one of them.");
                }

                return [.. parts];
            },
        };

    /// <summary>The values of a list option, or its defaults.</summary>
    /// <typeparam name="TNumber">int or double.</typeparam>
    /// <param name="values">The parsed values.</param>
    /// <param name="standard">The default values.</param>
    public static TNumber[] Given<TNumber>(TNumber[]? values, TNumber[] standard) => values is { Length: > 0 } ? values : standard;

    /// <summary>The member of an enumeration for a word of the command line.</summary>
    /// <typeparam name="TEnum">The enumeration.</typeparam>
    /// <param name="word">The word, with dashes.</param>
    public static TEnum Member<TEnum>(string word)
        where TEnum : struct, Enum => Enum.Parse<TEnum>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    /// <summary>A flag.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it requests.</param>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    /// <summary>An optional text.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it sets.</param>
    /// <param name="placeholder">What help shows for the value.</param>
    public static Option<string?> Text(string name, string description, string placeholder) => new(name) { Description = description, HelpName = placeholder };

    /// <summary>A number in a range; an error of the result if the text is none.</summary>
    /// <typeparam name="TNumber">int, ulong or double.</typeparam>
    /// <param name="result">The option.</param>
    /// <param name="name">Its name.</param>
    /// <param name="text">The text.</param>
    /// <param name="least">The least value allowed.</param>
    /// <param name="most">The greatest value allowed.</param>
    public static TNumber Parse<TNumber>(SymbolResult result, string name, string text, TNumber least, TNumber most)
        where TNumber : struct, INumber<TNumber>
    {
        if (TNumber.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowExponent | (typeof(TNumber) == typeof(double) ? NumberStyles.AllowExponent : 0),
            CultureInfo.InvariantCulture, out TNumber value)
            && value >= least && value <= most)
            return value;
        string kind = typeof(TNumber) == typeof(double) ? "a number" : "a whole number";
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes {kind} from {least} to {most}; '{Excerpt.Of(text)}' is not one."));
        return default;
    }

    // After an error the result is not used, but it must still be one of the words, because conversions follow.
    private static string Find(SymbolResult result, string name, string word, string[] words)
    {
        if (words.Contains(word))
            return word;
        result.AddError($"{name} takes {string.Join(", ", words)}; '{Excerpt.Of(word)}' is not one of them.");
        return words[0];
    }
}
