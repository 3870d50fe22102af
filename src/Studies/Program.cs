using ConservativeAD.Studies.CommandLine;

using Interruption interruption = new(Console.Error);
return Application.Run(args, Console.Out, Console.Error, cancellation: interruption.Token, input: Console.In);
