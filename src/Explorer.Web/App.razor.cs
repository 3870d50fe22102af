using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ConservativeAD.Explorer.Drawing;
using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Explorer.Formulas;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ConservativeAD.Explorer.Web;

/// <summary>The page: what is typed and dragged becomes a state, and a state becomes answers and drawings.</summary>
public sealed partial class App : IAsyncDisposable
{
    // Links and speech follow when the page rests; drawings become finer sooner.
    private const int RestMilliseconds = 400, RefineMilliseconds = 120;

    private ExplorerState state = new();
    private Exploration? shown;
    private FormulaException? error;
    private GraphDrawing? graph;
    private LevelDrawing? levels;
    private SweepDrawing? sweep;
    private PlaneDrawing? plane;
    private (string Text, (double, double) Centre, double Radius) drawn;
    private string spoken = "";
    private double elapsed;
    private bool isFine;
    private int changes;
    private IJSObjectReference? browser;
    private DotNetObjectReference<App>? self;

    [Inject]
    private IJSRuntime Scripts { get; set; } = null!;

    /// <summary>The browser went to another address of this page: back, forward, or a link.</summary>
    [JSInvokable]
    public void Navigated(string hash)
    {
        state = StateLink.Read(hash);
        Answer();
        StateHasChanged();
    }

    /// <summary>The point was dragged to a place of the drawing, given as parts of its width and height.</summary>
    [JSInvokable]
    public void Dragged(double across, double down)
    {
        Frame? frame = graph?.Frame ?? levels?.Frame;
        if (frame is null || error is not null)
            return;
        double first = Math.Clamp(frame.FirstAt(across), frame.Left, frame.Right), second = Math.Clamp(frame.SecondAt(down), frame.Bottom, frame.Top);
        Change(graph is null ? state.MovedToGrid(first, second) : state.MovedToGrid(first, state.Point.Second));
        StateHasChanged();
    }

    /// <summary>A key moves the point by a number of steps.</summary>
    [JSInvokable]
    public void Nudged(int across, int up)
    {
        if (error is not null)
            return;
        double second = graph is null ? state.Point.Second + (up * state.Step) : state.Point.Second;
        Change(state.MovedTo(ExplorerState.Rounded(state.Point.First + (across * state.Step)), ExplorerState.Rounded(second)));
        StateHasChanged();
    }

    /// <summary>A key asks for the origin.</summary>
    [JSInvokable]
    public void WentHome()
    {
        Change(state.MovedTo(0, 0));
        StateHasChanged();
    }

    /// <summary>A key zooms.</summary>
    [JSInvokable]
    public void Zoomed(double factor)
    {
        Zoom(factor);
        StateHasChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        if (browser is not null)
            await browser.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        self = DotNetObjectReference.Create(this);
        browser = await Scripts.InvokeAsync<IJSObjectReference>("import", "./explorer.js");
        state = StateLink.Read(await browser.InvokeAsync<string>("start", self));
        Answer();
    }

    private static string Exact(double number) => NumberText.Exact(number);

    private static string LeastNorm(Exploration exploration) =>
        exploration.Known.MinimalNormElement is { Count: > 0 } least ? Unbroken(NumberText.Of(least)) : "not known";

    // A vector stays on one line; lines break between vectors.
    private static string Unbroken(string set) => WithinVector().Replace(set, ",\u00a0");

    [GeneratedRegex(@"(?<!\)), ")]
    private static partial Regex WithinVector();

    private string ExcerptOf(FormulaException exception) =>
        $"{state.Text.Replace('\t', ' ').Replace('\n', ' ')}\n{exception.Carets}";

    private void Typed(ChangeEventArgs change) => Change(state with { Text = (string?)change.Value ?? "" });

    private void Entered(ChangeEventArgs change) => Change(state with { Text = (string?)change.Value ?? "" }, push: true);

    private void ChoseExample(ChangeEventArgs change)
    {
        if (change.Value is string { Length: > 0 } link)
            Change(StateLink.Read(link), push: true);
    }

    private void Moved(int coordinate, ChangeEventArgs change)
    {
        if (Number(change) is { } number)
            Change(coordinate == 0 ? state.MovedTo(number, state.Point.Second) : state.MovedTo(state.Point.First, number));
    }

    private void Chose(Knob knob, ChangeEventArgs change)
    {
        if (Number(change) is { } number)
            Change(state.Choosing(knob, number));
    }

    private void Zoom(double factor) => Change(state.Zoomed(factor));

    private static double? Number(ChangeEventArgs change) =>
        double.TryParse((string?)change.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    private void Change(ExplorerState changed, bool push = false)
    {
        state = changed;
        Answer();
        _ = FollowAsync(push);
    }

    private void Answer()
    {
        changes++;
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            Formula formula = shown is not null && shown.Formula.Text == state.Text ? shown.Formula : Formula.Parse(state.Text);
            shown = Exploration.Of(formula, state);
            error = null;
        }
        catch (FormulaException exception)
        {
            error = exception;
            return;
        }

        Draw(LevelDrawing.Coarse);
        elapsed = watch.Elapsed.TotalMilliseconds;
        if (levels is not null)
            _ = RefineAsync();
    }

    private void Draw(int count)
    {
        Exploration exploration = shown!;
        (string, (double, double), double) place = (exploration.Formula.Text, state.Centre, state.Radius);
        bool isOne = exploration.Formula.Dimension == 1;
        if (place != drawn || (graph is null && levels is null))
        {
            graph = isOne ? GraphDrawing.Of(exploration.Formula, state) : null;
            levels = isOne ? null : LevelDrawing.Of(exploration.Formula, state, count);
            drawn = place;
            isFine = false;
        }

        sweep = isOne ? SweepDrawing.Of(exploration) : null;
        plane = isOne ? null : PlaneDrawing.Of(exploration);
    }

    private async Task RefineAsync()
    {
        int change = changes;
        await Task.Delay(RefineMilliseconds);
        if (change != changes || isFine || shown is null || error is not null || shown.Formula.Dimension == 1)
            return;
        levels = LevelDrawing.Of(shown.Formula, state);
        isFine = true;
        StateHasChanged();
    }

    // What is typed and dragged replaces the address when it rests; what is chosen becomes a place to come back to.
    private async Task FollowAsync(bool push)
    {
        int change = changes;
        if (push)
            await WriteAddressAsync(push: true);
        await Task.Delay(RestMilliseconds);
        if (change != changes)
            return;
        if (!push)
            await WriteAddressAsync(push: false);
        spoken = error is not null ? $"Column {error.Column}: {error.Message}" : shown is not null ? Findings.Spoken(shown) : "";
        StateHasChanged();
    }

    private async Task WriteAddressAsync(bool push)
    {
        if (browser is not null)
            await browser.InvokeVoidAsync("write", StateLink.Write(state), push);
    }
}
