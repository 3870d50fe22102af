using System.Runtime.InteropServices;
using ConservativeAD.Studies.CommandLine;

using CancellationTokenSource stop = new();

void Stop(PosixSignalContext context)
{
    // The first signal stops the study with what it has; a second one ends the process.
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return Application.Run(args, Console.Out, Console.Error, stop.Token);
