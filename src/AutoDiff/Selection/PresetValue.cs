namespace ConservativeAD.Rules;

/// <summary>The value that a preset returns at a kink, and its source.</summary>
/// <typeparam name="TValue">The type of the selected value.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Source">The file, symbol or page that documents it, for the documentation's tables.</param>
public readonly record struct PresetValue<TValue>(TValue Value, string Source)
    where TValue : struct, IEquatable<TValue>
{
    private bool PrintMembers(System.Text.StringBuilder text) => RecordText.Write(text, this);
}
