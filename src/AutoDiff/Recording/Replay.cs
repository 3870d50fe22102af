using System.Numerics;

namespace ConservativeAD;

/// <summary>
/// A program that is recorded once and then run again from its record. Each run uses the current contents of its parameters and arrays, in the memory planned
/// for it, without recording. The branches are guarded: if a comparison of recorded values has another result than in the record, the program is recorded
/// again.
/// </summary>
/// <remarks>
/// Everything else that the program takes from the host while it is recorded stays fixed: literal numbers, labels given as spans, and the identity of the
/// arrays that it puts on the tape (not their elements). Write new data into those arrays (<c>array.CopyFrom</c>). A program that reads values while it is
/// recorded (<see cref="Var{T}.Value"/>, <see cref="Var{T}.ToArray"/>, <see cref="Var{T}.GetScalar"/>) may branch on them and is therefore recorded at each
/// run; comparisons of <see cref="Var{T}"/> with &lt; and the other operators are not such reads. Layers draw new random numbers at each run.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Replay<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Func<Tape<T>, Var<T>> program;
    private Var<T> output;
    private bool isRecorded;
    private string? obstacle;

    /// <summary>Creates a replay of a program. The program is recorded at its first run.</summary>
    /// <param name="tape">The tape. It belongs to this replay from now on.</param>
    /// <param name="program">Computes the output on the empty tape.</param>
    public Replay(Tape<T> tape, Func<Tape<T>, Var<T>> program)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(program);
        Tape = tape;
        this.program = program;
    }

    /// <summary>The tape.</summary>
    public Tape<T> Tape { get; }

    /// <summary>
    /// Whether replays run chains of elementwise operations as one operation, where each operation is the only consumer of the previous one; true by default.
    /// Values and gradients have the same bits either way. Reading a value within a chain, a census or a Clarke gradient splits the chains into single
    /// operations again.
    /// </summary>
    public bool Fuses { get; init; } = true;

    /// <summary>The number of recorded operations that are computed within another operation's pass.</summary>
    public int FusedOperations => Tape.Fusion.FusedCount;

    /// <summary>The number of times the program was recorded.</summary>
    public long Recordings { get; private set; }

    /// <summary>The number of times the program was run from its record.</summary>
    public long Replays { get; private set; }

    /// <summary>The reason for the latest recording.</summary>
    public string LastRecordedBecause { get; private set; } = "it was never run";

    /// <summary>Runs the program.</summary>
    /// <returns>The output, to be read or pulled back from.</returns>
    public Var<T> Run()
    {
        string? reason = WhyRecord();
        if (reason is null)
        {
            // If an operation throws, the record must not be reused.
            isRecorded = false;
            if (Tape.TryReplay())
            {
                isRecorded = true;
                Replays++;
                EngineEvents.ReplayRan(null);
                return output;
            }

            reason = "a comparison turned out otherwise";
        }

        LastRecordedBecause = reason;
        EngineEvents.ReplayRan(reason);
        Record();
        return output;
    }

    /// <summary>Runs the program and computes the gradient of its output, which must be a single number.</summary>
    /// <param name="selections">The values to return at kinks; the tape's own if null.</param>
    public Gradients<T> Backward(Selections? selections = null) => Tape.Backward(Run(), selections);

    private string? WhyRecord()
    {
        if (!isRecorded)
            return Recordings == 0 ? "it was never run" : "an operation failed in the run before";
        if (output.Generation != Tape.Contents.Generation)
            return "the tape was reset";
        if (Tape.Tangents.Any)
            return "the tape carries tangents";
        return obstacle;
    }

    private void Record()
    {
        isRecorded = false;
        Tape.Reset();
        Recordings++;
        Tape.WasRead = false;
        output = program(Tape);
        Tape.Check(output);
        obstacle = Tape.WasRead ? "the program read values while it was recorded" : null;
        if (obstacle is null && Fuses)
            Tape.Fuse(output);
        isRecorded = true;
    }
}
