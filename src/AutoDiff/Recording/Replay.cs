using System.Numerics;

namespace ConservativeAD;

/// <summary>
/// A program that is recorded once and then run again from its record: on what its parameters and arrays hold by then, in the memory planned for it, without recording. Its branches are
/// guarded: where a comparison of recorded values turns out otherwise than in the record, the program is recorded anew.
/// </summary>
/// <remarks>
/// What the program takes from the host while it is recorded stays as it was: numbers in its text, labels given as spans, the arrays that it puts on the tape (not their elements). New data
/// go into those arrays (<c>array.CopyFrom</c>). A program that reads values while it is recorded (<see cref="Var{T}.Value"/>, <see cref="Var{T}.ToArray"/>, <see cref="Var{T}.GetScalar"/>)
/// may decide by them and is recorded at each run; comparisons of <see cref="Var{T}"/> with &lt; and the like are not such reads. Layers draw new random numbers at each run.
/// </remarks>
/// <typeparam name="T">The element type.</typeparam>
public sealed class Replay<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Func<Tape<T>, Var<T>> program;
    private Var<T> output;
    private bool isRecorded;
    private string? obstacle;

    /// <summary>A program, which is recorded at its first run.</summary>
    /// <param name="tape">The tape, which belongs to the program from now on.</param>
    /// <param name="program">From the empty tape to the output.</param>
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
    /// Whether chains of elementwise operations, each the only consumer of the one before, run as one operation in replays; true unless set otherwise. Values and gradients have the same bits.
    /// Reading a value within a chain, a census or a Clarke gradient computes the operations one by one again.
    /// </summary>
    public bool Fuses { get; init; } = true;

    /// <summary>How many operations of the record are computed within another's pass.</summary>
    public int FusedOperations => Tape.FusedCount;

    /// <summary>How often the program was recorded.</summary>
    public long Recordings { get; private set; }

    /// <summary>How often it was run from its record.</summary>
    public long Replays { get; private set; }

    /// <summary>Why the program was recorded the last time that it was.</summary>
    public string LastRecordedBecause { get; private set; } = "it was never run";

    /// <summary>Runs the program.</summary>
    /// <returns>Its output, to be read or pulled back from.</returns>
    public Var<T> Run()
    {
        string? reason = WhyRecord();
        if (reason is null)
        {
            // Should an operation fail, the record is not to be trusted.
            isRecorded = false;
            if (Tape.TryReplay())
            {
                isRecorded = true;
                Replays++;
                return output;
            }

            reason = "a comparison turned out otherwise";
        }

        LastRecordedBecause = reason;
        Record();
        return output;
    }

    /// <summary>Runs the program and takes the gradient of its output, a single number.</summary>
    /// <param name="selections">What to return at kinks; the tape's own if null.</param>
    public Gradients<T> Backward(Selections? selections = null) => Tape.Backward(Run(), selections);

    private string? WhyRecord()
    {
        if (!isRecorded)
            return Recordings == 0 ? "it was never run" : "an operation failed in the run before";
        if (output.Generation != Tape.Generation)
            return "the tape was reset";
        if (Tape.HasTangents)
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
