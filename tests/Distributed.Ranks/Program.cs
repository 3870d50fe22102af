using ConservativeAD.Distributed;
using ConservativeAD.Distributed.Ranks;

// One rank of a job that the tests start. The first argument names what the ranks do.
string scenario = args.Length > 0 ? args[0] : "hello";
string[] rest = args.Length > 0 ? args[1..] : [];
switch (scenario)
{
    case "dispose":
        return EndScenarios.LeaveABlockByAnException();
    case "exit":
        return EndScenarios.ExitEarly();
    case "thread":
        return EndScenarios.ThrowOnAnotherThread();
    case "twice":
        return EndScenarios.StartTwice();
    default:
        return Communicator.Run(communicator => scenario switch
        {
            "hello" => MessageScenarios.Hello(communicator),
            "messages" => MessageScenarios.All(communicator),
            "large" => MessageScenarios.Large(communicator),
            "mismatch" => MessageScenarios.Mismatch(communicator),
            "train" => new TrainingScenario(rest).Run(communicator),
            "trainings" => TrainingScenario.RunAll(communicator, rest),
            "other" => TrainingScenario.OtherParameters(communicator),
            "steps" => TrainingScenario.AllocateNothing(communicator),
            "allocations" => MessageScenarios.AllocateNothing(communicator),
            "throw" => EndScenarios.Throw(communicator),
            "code" => EndScenarios.ReturnACode(communicator),
            "null" => EndScenarios.CatchANullReference(communicator),
            _ => throw new ArgumentException($"No scenario is called {scenario} ({string.Join(' ', rest)})."),
        });
}
