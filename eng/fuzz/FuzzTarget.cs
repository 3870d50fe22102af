namespace ConservativeAD.Fuzz;

/// <summary>A reader of external bytes.</summary>
internal abstract class FuzzTarget
{
    /// <summary>The name of the input in messages.</summary>
    public const string InputName = "fuzzed-input";

    /// <summary>The format's name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Valid or almost valid inputs, from which mutations start.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Words of the format, which mutations insert.</summary>
    public virtual IReadOnlyList<string> Words => [];

    /// <summary>The bytes of memory that an input of any length may take: buffers, messages, stack traces.</summary>
    public virtual long FixedMemory => 1 << 18;

    /// <summary>The bytes of memory for each byte of an input and of its content.</summary>
    public virtual long MemoryFactor => 24;

    /// <summary>Reads an input.</summary>
    /// <param name="input">The input.</param>
    /// <returns>The number of bytes of content read from it.</returns>
    public abstract long Read(byte[] input);

    /// <summary>Whether an exception is documented for damaged input.</summary>
    /// <param name="problem">The exception.</param>
    public abstract bool IsDocumented(Exception problem);

    /// <summary>Repairs lengths and checksums of a mutated input, so that it is read further.</summary>
    /// <param name="input">The mutated input.</param>
    /// <param name="random">The random source.</param>
    public virtual byte[] Mend(byte[] input, Random random) => input;
}
