using ConservativeAD.Studies.CommandLine;

if (RankJob.IsAsked(args))
    RankJob.LeaveTerminal();
using Interruption interruption = new(Console.Error);
return RankJob.IsAsked(args)
    ? RankJob.Run(args, Console.Out, Console.Error, interruption.Token)
    : Application.Run(args, Console.Out, Console.Error, cancellation: interruption.Token, input: Console.In);
