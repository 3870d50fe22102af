using System.Text.Json;

namespace ConservativeAD.Studies.GradBench;

/// <summary>How often a function is to be run.</summary>
/// <param name="MinimumRuns">At least so many times.</param>
/// <param name="MinimumSeconds">Until the runs together have taken so long.</param>
internal readonly record struct Runs(int MinimumRuns, double MinimumSeconds)
{
    /// <summary>Reads the fields <c>min_runs</c> and <c>min_seconds</c> of an input; one run where it has none.</summary>
    /// <param name="input">The input.</param>
    /// <exception cref="InvalidDataException">They are no such numbers.</exception>
    public static Runs Of(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object)
            return new Runs(1, 0);
        int runs = 1;
        double seconds = 0;
        if (input.TryGetProperty("min_runs", out JsonElement least)
            && (least.ValueKind != JsonValueKind.Number || !least.TryGetInt32(out runs) || runs < 1))
            throw new InvalidDataException("'min_runs' is not a whole number of at least 1.");
        if (input.TryGetProperty("min_seconds", out JsonElement time)
            && (time.ValueKind != JsonValueKind.Number || !time.TryGetDouble(out seconds) || !(seconds >= 0)))
            throw new InvalidDataException("'min_seconds' is not a number of at least 0.");
        return new Runs(runs, seconds);
    }
}
