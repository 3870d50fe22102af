using System.CommandLine;
using System.CommandLine.Parsing;
using ConservativeAD.Networks;
using ConservativeAD.Studies.Inspection;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>Names of small programs on the command line.</summary>
internal static class ProgramName
{
    /// <summary>An argument that names one of some programs, or none.</summary>
    public static Argument<string?> Argument(IReadOnlyList<NamedProgram> programs)
    {
        Argument<string?> argument = new("NAME") { Description = "The program; all of them if not given.", Arity = ArgumentArity.ZeroOrOne };
        argument.Validators.Add(result => Validate(result, programs, ""));
        return argument;
    }

    /// <summary>Adds an error if a name is not that of one of the programs.</summary>
    public static void Validate(SymbolResult result, IReadOnlyList<NamedProgram> programs, string kind)
    {
        if (result.Tokens.Count > 0 && programs.All(program => program.Name != result.Tokens[0].Value))
            result.AddError(
                $"There is no program {kind}'{Excerpt.Of(result.Tokens[0].Value)}'; there are {string.Join(", ", programs.Select(program => program.Name))}.");
    }
}
