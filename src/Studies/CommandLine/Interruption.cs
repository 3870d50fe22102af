using System.Runtime.InteropServices;

namespace ConservativeAD.Studies.CommandLine;

/// <summary>
/// Ctrl-C (SIGINT) and SIGTERM: the first signal asks the command to stop and keep its results so far. A command that has not stopped after a while, because of
/// one long operation, is ended; a second signal ends it immediately.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const int Patience = 1600;

    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;
    private readonly TextWriter error;

    /// <summary>Watches for signals from now on.</summary>
    /// <param name="error">The writer for the message that a command was ended.</param>
    public Interruption(TextWriter error)
    {
        this.error = error;
        registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (stop.IsCancellationRequested)
            Environment.Exit(ExitCode.Cancelled);
        new Thread(End) { IsBackground = true }.Start();
        stop.Cancel();
    }

    private void End()
    {
        Thread.Sleep(Patience);
        error.WriteLine("Stopped in the middle of a long operation; what was written to files before is there.");
        error.Flush();
        Environment.Exit(ExitCode.Cancelled);
    }
}
