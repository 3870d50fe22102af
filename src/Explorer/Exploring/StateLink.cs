using System.Globalization;
using System.Text;
using ConservativeAD.Explorer.Formulas;

namespace ConservativeAD.Explorer.Exploring;

/// <summary>
/// The state as the part of an address behind #, such as f=relu(x)&amp;p=0&amp;relu=0.5. What cannot be read is left at its default, so that a damaged link
/// still opens.
/// </summary>
public static class StateLink
{
    private const int MaximumLength = 8000;

    /// <summary>Writes the state, without the # and without what is at its default.</summary>
    public static string Write(ExplorerState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        ExplorerState usual = new();
        StringBuilder text = new();
        Add("f", Escaped(state.Text));
        Add("p", Pair(state.Point));
        if (state.Preset != usual.Preset)
            Add("preset", state.Preset);
        foreach ((string id, double value) in state.Chosen)
            Add(id, NumberText.Exact(value));
        if (state.Swept is not null)
            Add("sweep", state.Swept);
        if (state.Centre != usual.Centre || state.Radius != usual.Radius)
            Add("view", string.Join(',', NumberText.Exact(state.Centre.First), NumberText.Exact(state.Centre.Second), NumberText.Exact(state.Radius)));
        return text.ToString();

        void Add(string key, string value) => text.Append(text.Length == 0 ? "" : "&").Append(key).Append('=').Append(value);
    }

    /// <summary>Reads a state, with or without a leading #.</summary>
    public static ExplorerState Read(string link)
    {
        ArgumentNullException.ThrowIfNull(link);
        ExplorerState state = new();
        if (link.Length > MaximumLength)
            return state;
        (double First, double Second) point = state.Point;
        foreach (string part in link.TrimStart('#').Split('&'))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                continue;
            string key = part[..equals], value = part[(equals + 1)..];
            double[] numbers = Numbers(value);
            switch (key)
            {
                case "f":
                    state = state with { Text = Uri.UnescapeDataString(value) };
                    break;
                case "p" when numbers.Length is 1 or 2:
                    point = (numbers[0], numbers.Length == 2 ? numbers[1] : 0);
                    break;
                case "preset" when Presets.Has(value):
                    state = state with { Preset = value };
                    break;
                case "sweep" when Knob.Named(value) is not null:
                    state = state with { Swept = value };
                    break;
                case "view" when numbers.Length == 3 && numbers[2] is >= ExplorerState.SmallestRadius and <= ExplorerState.LargestRadius:
                    state = state with { Centre = (numbers[0], numbers[1]), Radius = numbers[2] };
                    break;
                default:
                    if (numbers.Length == 1 && Knob.Named(key) is { } knob)
                        state = state.Choosing(knob, numbers[0]);
                    break;
            }
        }

        return state.MovedTo(point.First, point.Second);
    }

    private static string Pair((double First, double Second) pair) =>
        pair.Second == 0 ? NumberText.Exact(pair.First) : $"{NumberText.Exact(pair.First)},{NumberText.Exact(pair.Second)}";

    // Characters of formulas that addresses may contain stay readable.
    private static string Escaped(string text) => Uri.EscapeDataString(text)
        .Replace("%28", "(", StringComparison.Ordinal).Replace("%29", ")", StringComparison.Ordinal).Replace("%2C", ",", StringComparison.Ordinal)
        .Replace("%2A", "*", StringComparison.Ordinal).Replace("%2F", "/", StringComparison.Ordinal)
        .Replace("%2B", "+", StringComparison.Ordinal);

    private static double[] Numbers(string text)
    {
        string[] parts = text.Split(',');
        double[] numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i])
                || !(Math.Abs(numbers[i]) <= ExplorerState.LargestCoordinate))
                return [];
        }

        return numbers;
    }
}
