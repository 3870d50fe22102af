using System.CommandLine;
using System.CommandLine.Parsing;
using ConservativeAD.Networks;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>An option of a command and the condition under which it has an effect.</summary>
/// <param name="Option">The option.</param>
/// <param name="Condition">The condition, in words; null for always.</param>
/// <param name="Holds">Whether the condition is true for a command line.</param>
internal sealed record OptionUse(Option Option, string? Condition, Func<CommandResult, bool>? Holds);

/// <summary>
/// A command whose options state when they have an effect: otherwise an option is rejected instead of ignored. A command line becomes a plan before any work
/// begins.
/// </summary>
internal sealed class StudyCommand : Command
{
    private readonly List<OptionUse> uses = [];

    /// <summary>Makes a command without options.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    public StudyCommand(string name, string description)
        : base(name, description) => Validators.Add(Refuse);

    /// <summary>The options and their conditions.</summary>
    public IReadOnlyList<OptionUse> Uses => uses;

    /// <summary>Makes the plan for a command line, without its random choices and ineffective options.</summary>
    public required Func<ParseResult, object> Plan { get; init; }

    /// <summary>Adds options that always have an effect.</summary>
    /// <param name="options">The options.</param>
    public void Takes(params ReadOnlySpan<Option> options)
    {
        foreach (Option option in options)
            Add(new OptionUse(option, null, null));
    }

    /// <summary>Adds options that have an effect only under a condition.</summary>
    /// <param name="condition">The condition, as words that follow "goes with".</param>
    /// <param name="holds">Whether the condition is true for a command line; it may use <see cref="Written"/>.</param>
    /// <param name="options">The options.</param>
    public void TakesWhere(string condition, Func<CommandResult, bool> holds, params ReadOnlySpan<Option> options)
    {
        foreach (Option option in options)
            Add(new OptionUse(option, condition, holds));
    }

    /// <summary>States that an option changes what the command does, so that only few others have an effect with it.</summary>
    /// <param name="alone">The option.</param>
    /// <param name="others">The options and arguments that may be combined with it.</param>
    public void TakesAlone(Option alone, params Symbol[] others)
    {
        Takes(alone);
        Validators.Add(result =>
        {
            if (!IsWritten(result, alone))
                return;
            foreach (Symbol symbol in uses.Select(use => (Symbol)use.Option).Concat(Arguments).Where(symbol => symbol != alone && !others.Contains(symbol)))
            {
                if (symbol is Option option ? IsWritten(result, option) : Written(result, symbol) is not null)
                    result.AddError(
                        $"{(symbol is Option ? symbol.Name : $"'{Excerpt.Of(Written(result, symbol)!)}'")} does not go with {alone.Name}; leave one of them "
                            + $"out.");
            }
        });
    }

    /// <summary>The word that was written for an argument or option; null if there is none.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="symbol">An argument or an option.</param>
    public static string? Written(CommandResult result, Symbol symbol) => symbol switch
    {
        Argument argument => result.GetResult(argument) is { Tokens: [{ } token, ..] } ? token.Value : null,
        Option option => result.GetResult(option) is { Tokens: [{ } token, ..] } ? token.Value : null,
        _ => null,
    };

    /// <summary>Whether an option was written.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="option">The option.</param>
    public static bool IsWritten(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private void Add(OptionUse use)
    {
        uses.Add(use);
        Options.Add(use.Option);
    }

    private void Refuse(CommandResult result)
    {
        foreach (OptionUse use in uses)
        {
            if (use.Holds is { } holds && IsWritten(result, use.Option) && !holds(result))
                result.AddError($"{use.Option.Name} goes with {use.Condition}; here it would change nothing. Leave it out.");
        }
    }
}
