using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ConservativeAD.Fuzz;

/// <summary>
/// Makes broken variants: bits, bytes, cuts, repeats, splices of two inputs, lengths in either byte order, numbers in text, words of the format, nesting, bad
/// Unicode.
/// </summary>
/// <param name="random">The random source.</param>
/// <param name="words">Words of the format.</param>
internal sealed class Mutator(Random random, IReadOnlyList<string> words)
{
    private const int LongestInput = 1 << 16;
    private const int MaximumSteps = 6;
    private const int DeepestNesting = 3000;

    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 7, 8, 9, 16, 64, 100, 127, 128, 255, 256, 784, 1024, 3072, 3073, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue,
            (long)int.MaxValue + 1, uint.MaxValue, 1L << 32,
        100_000_000, 100_000_001, long.MaxValue, long.MinValue, 1L << 40,
    ];

    private static readonly string[] NumberTexts =
    [
        "0", "-0", "1", "-1", "8", "1.5", "1e3", "1e999", "-1e999", "NaN", "Infinity", "2147483647", "2147483648", "-2147483648", "4294967296",
            "9223372036854775807", "9223372036854775808",
        "18446744073709551615", "18446744073709551616", "99999999999999999999999999999", "0x10", "00", "1e-400", "", "+1", " 1", "1_000",
    ];

    private static readonly string[] Texts =
    [
        "{", "}", "[", "]", "\"", ":", ",", "null", "true", "\\ud800", "\\udc00\\ud800", "\\u0000", "\\", "\0", "\n", "\r\n", "é", "\ud83d\ude00", "\u2028",
            " ", "\t", "//", "/*", "{}", "[]", "\"\":0", ",,",
    ];

    private static readonly byte[][] NoText = [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xEF, 0xBB, 0xBF]];

    /// <summary>A variant.</summary>
    /// <param name="input">An input, which is not changed.</param>
    /// <param name="other">Another one, to splice with.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        byte[] bytes = input;
        for (int steps = 1 + random.Next(1 + random.Next(MaximumSteps)); steps > 0; steps--)
            bytes = Step(bytes, other);
        return bytes.Length <= LongestInput ? bytes : bytes[..LongestInput];
    }

    private byte[] Step(byte[] bytes, byte[] other)
    {
        int place = random.Next(bytes.Length + 1), length = random.Next(1 + Math.Min(bytes.Length - place, random.Next(4) == 0 ? 4096 : 24));
        switch (random.Next(15))
        {
            case 0 or 1 when bytes.Length > place:
                return Changed(bytes, place, [(byte)(bytes[place] ^ (1 << random.Next(8)))]);
            case 2 when bytes.Length > place:
                return Changed(bytes, place, [(byte)random.Next(256)]);
            case 3:
                return bytes[..place];
            case 4:
                return [.. bytes[..place], .. bytes[(place + length)..]];
            case 5:
                return [.. bytes[..(place + length)], .. bytes[place..]];
            case 6:
                int from = random.Next(other.Length + 1);
                return [.. bytes[..place], .. other[from..]];
            case 7:
                return Put(bytes, place, length, Numeral());
            case 8 or 9:
                return NumberInText(bytes);
            case 10:
                return Put(bytes, place, random.Next(2) * length, Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)]));
            case 11 when words.Count > 0:
                return Put(bytes, place, random.Next(2) * length, Encoding.UTF8.GetBytes(words[random.Next(words.Count)]));
            case 12:
                return Put(bytes, place, length, NoText[random.Next(NoText.Length)]);
            case 13 when random.Next(8) == 0:
                return Put(bytes, place, 0, Encoding.UTF8.GetBytes(new string("[{\"a0 \n"[random.Next(7)], random.Next(DeepestNesting))));
            default:
                return SwapBetweenMarks(bytes);
        }
    }

    private byte[] Numeral()
    {
        long number = Numbers[random.Next(Numbers.Length)] + (random.Next(4) == 0 ? random.Next(-2, 3) : 0);
        byte[] numeral = new byte[1 << random.Next(4)];
        Span<byte> whole = stackalloc byte[8];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(whole, number);
            whole[..numeral.Length].CopyTo(numeral);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(whole, number);
            whole[^numeral.Length..].CopyTo(numeral);
        }

        return numeral;
    }

    // Replaces digits by another number.
    private byte[] NumberInText(byte[] bytes)
    {
        List<(int Start, int End)> runs = [];
        for (int i = 0; i < bytes.Length && runs.Count < 200; i++)
        {
            int start = i;
            while (i < bytes.Length && bytes[i] is >= (byte)'0' and <= (byte)'9')
                i++;
            if (i > start)
                runs.Add((start, i));
        }

        if (runs.Count == 0)
            return Put(bytes, random.Next(bytes.Length + 1), 0, Numeral());
        (int first, int last) = runs[random.Next(runs.Count)];
        string text = random.Next(3) == 0 ? random.Next(-10, 1000).ToString(CultureInfo.InvariantCulture) : NumberTexts[random.Next(NumberTexts.Length)];
        return Put(bytes, first, last - first, Encoding.UTF8.GetBytes(text));
    }

    // Repeats, removes or exchanges parts of the text between two delimiters: properties, elements, lines, words.
    private byte[] SwapBetweenMarks(byte[] bytes)
    {
        byte mark = (byte)",\n :\0"[random.Next(5)];
        List<int> marks = [0];
        for (int i = 0; i < bytes.Length && marks.Count < 200; i++)
        {
            if (bytes[i] == mark)
                marks.Add(i);
        }

        marks.Add(bytes.Length);
        int a = random.Next(marks.Count - 1), b = random.Next(marks.Count - 1);
        if (a > b)
            (a, b) = (b, a);
        byte[] first = bytes[marks[a]..marks[a + 1]], second = bytes[marks[b]..marks[b + 1]];
        return random.Next(3) switch
        {
            0 => [.. bytes[..marks[a]], .. bytes[marks[a + 1]..]],
            1 => [.. bytes[..marks[b + 1]], .. first, .. bytes[marks[b + 1]..]],
            _ when a == b => bytes,
            _ => [.. bytes[..marks[a]], .. second, .. bytes[marks[a + 1]..marks[b]], .. first, .. bytes[marks[b + 1]..]],
        };
    }

    private static byte[] Changed(byte[] bytes, int place, byte[] with)
    {
        byte[] changed = [.. bytes];
        with.CopyTo(changed, place);
        return changed;
    }

    private static byte[] Put(byte[] bytes, int place, int removed, byte[] added) =>
        [.. bytes[..place], .. added, .. bytes[(place + Math.Min(removed, bytes.Length - place))..]];
}
