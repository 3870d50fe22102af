using System;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Cuts the code of one processor out of a universal library of macOS, which holds several one after another (mach-o/fat.h). A library of one processor is left
/// as it is.
/// </summary>
public sealed class KeepOneProcessor : Task
{
    private const uint UniversalMagic = 0xCAFEBABE;
    private const int HeaderLength = 8;
    private const int EntryLength = 20;

    /// <summary>The library, which is replaced.</summary>
    [Required]
    public string File { get; set; }

    /// <summary>The number of the processor in mach/machine.h.</summary>
    [Required]
    public uint Processor { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        byte[] library = System.IO.File.ReadAllBytes(File);
        if (library.Length < HeaderLength || Number(library, 0) != UniversalMagic)
        {
            return true;
        }
        for (int k = 0; k < Number(library, 4); k++)
        {
            int entry = HeaderLength + k * EntryLength;
            if (Number(library, entry) == Processor)
            {
                int start = (int)Number(library, entry + 8), length = (int)Number(library, entry + 12);
                System.IO.File.WriteAllBytes(File, new ArraySegment<byte>(library, start, length).ToArray());
                return true;
            }
        }
        Log.LogError($"{File} has no code for processor {Processor}.");
        return false;
    }

    private static uint Number(byte[] bytes, int at) => (uint)(bytes[at] << 24 | bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]);
}
