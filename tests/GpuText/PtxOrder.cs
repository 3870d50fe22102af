using System.Globalization;
using System.Text.RegularExpressions;

namespace ConservativeAD.Tests;

/// <summary>
/// Searches PTX for a load after a store to the same address in one basic block. Hand-written code would not need such a load, because it has the value
/// already; a compiler that moves loads down produces them. Addresses are compared by their computation, not by register. A thread's own variables (local
/// memory) are written and read alternately and do not count.
/// </summary>
internal static partial class PtxOrder
{
    /// <summary>The first such load; null if there is none.</summary><param name="assembly">The text of a kernel.</param>
    public static string? LoadBehindStore(string assembly)
    {
        Dictionary<string, string> values = [];
        HashSet<string> stored = [];
        int block = 0;
        foreach (string line in assembly.Split('\n').Select(line => line.Trim()))
        {
            if (line.EndsWith(':') || line.StartsWith('{') || line.StartsWith("bar.", StringComparison.Ordinal) || line.StartsWith('@')
                || line.StartsWith("bra", StringComparison.Ordinal))
            {
                // Another thread may write while this one waits; another basic block may be entered from elsewhere.
                stored.Clear();
                values.Clear();
                block++;
                continue;
            }

            Match access = Access().Match(line);
            if (access.Success)
            {
                string at = Value(access.Groups["base"].Value, values, block) + access.Groups["offset"].Value;
                bool isLoad = access.Groups["kind"].Value == "ld";
                if (isLoad && stored.Contains(at))
                    return line;
                if (!isLoad)
                    stored.Add(at);
            }

            Match made = Made().Match(line);
            if (!made.Success)
                continue;
            // Every load gives a new value; all other values are named by their operands.
            string name = access.Success ? $"load {line} {values.Count}" : made.Groups["name"].Value;
            string[] arguments = [.. made.Groups["rest"].Value.Split(',', StringSplitOptions.TrimEntries).Select(argument => Value(argument, values, block))];
            values[made.Groups["target"].Value] = $"({name} {string.Join(' ', arguments)})";
        }

        return null;
    }

    private static string Value(string register, Dictionary<string, string> values, int block)
    {
        if (!register.StartsWith('%'))
            return register;
        return values.TryGetValue(register, out string? value) ? Short(value) : string.Create(CultureInfo.InvariantCulture, $"{register}@{block}");
    }

    // Long expressions get a number, so that the text does not grow quadratically with the block.
    private static string Short(string value) =>
        value.Length < 100 ? value : Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(value)));

    [GeneratedRegex(@"^(?<kind>ld|st)\.(?!param|local)[\w.]*\s+.*\[(?<base>[%\w]+)(?<offset>[+\-\d]*)\]")]
    private static partial Regex Access();

    [GeneratedRegex(@"^(?<name>[a-z][\w.]*)\s+(?<target>%\w+),\s*(?<rest>[^;]*);$")]
    private static partial Regex Made();
}
