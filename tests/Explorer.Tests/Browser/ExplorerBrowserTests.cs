using System.Globalization;
using System.Text.RegularExpressions;
using ConservativeAD.Explorer.Exploring;
using ConservativeAD.Tests.Browser;
using Microsoft.Playwright;

namespace ConservativeAD.Explorer.Tests.Browser;

/// <summary>The page in a headless Chromium.</summary>
public sealed partial class ExplorerBrowserTests(ExplorerSite site, ITestOutputHelper output) : IClassFixture<ExplorerSite>
{
    [Fact]
    public async Task TheEngineAnswersInTheBrowser()
    {
        ExplorerPage page = await site.AtAsync("f=relu(t)-relu(-t)&p=0");
        await page.ShowsAsync("clarke", "{1}");
        await page.ShowsAsync("backprop", "0");
        await page.ShowsAsync("reached", "[0, 2]");
        await page.ShowsAsync("least", "1");
        await Assertions.Expect(page.Page.Locator(".finding.warning h3")).ToHaveTextAsync("Artificial critical point");

        await page["relu-number"].FillAsync("0.5");
        await page["relu-number"].BlurAsync();
        await page.ShowsAsync("backprop", "1");
        await Assertions.Expect(page.Page.Locator(".finding.warning")).ToHaveCountAsync(0);
        await page.AddressHoldsAsync("relu=0.5");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "JAX" }).ClickAsync();
        await page.ShowsAsync("backprop", "0");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task ErrorsStandAtTheirColumnAndTheLastAnswerStays()
    {
        ExplorerPage page = await site.AtAsync("f=abs(x)&p=0");
        await page["formula"].FillAsync("1 + rleu(x)");
        await Assertions.Expect(page.Page.Locator("#formula-error strong")).ToHaveTextAsync("Column 5:");
        await Assertions.Expect(page["formula-error"]).ToContainTextAsync("Is relu meant?");
        Assert.Equal("1 + rleu(x)\n    ^^^^", await page.Page.Locator("#formula-error pre").TextContentAsync());
        Assert.Equal("true", await page["formula"].GetAttributeAsync("aria-invalid"));
        await page.ShowsAsync("clarke", "[−1, 1]");
        await Assertions.Expect(page["spoken"]).ToContainTextAsync("Column 5");

        // Deep and long formulas are errors too, and the page lives on.
        foreach (string text in (string[])[new string('(', 900) + "x", string.Join("+", Enumerable.Repeat("x", 400)), "", new string('x', 5000)])
        {
            await page["formula"].FillAsync(text);
            await Assertions.Expect(page.Page.Locator("#formula-error strong")).ToBeVisibleAsync();
        }

        await page["formula"].FillAsync(string.Join("+", Enumerable.Repeat("relu(x)", 120)));
        await page.ShowsAsync("backprop", "0");
        await page["formula"].FillAsync("abs(x) + x");
        await page.ShowsAsync("clarke", "[0, 2]");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task TheAddressBringsTheStateBack()
    {
        ExplorerPage page = await site.AtAsync("f=abs(x) - abs(y)&p=0,0.5&abs=0.25&view=0,0,1");
        await page.ShowsAsync("backprop", "(0.25, −1)");
        await page["examples"].SelectOptionAsync(new SelectOptionValue { Label = "A branch that is the identity" });
        await page.ShowsAsync("clarke", "{1}");
        await page.AddressHoldsAsync("if(");
        await page.Page.GoBackAsync();
        await page.ShowsAsync("backprop", "(0.25, −1)");
        Assert.Equal("abs(x) - abs(y)", await page["formula"].InputValueAsync());
        await page.Page.GoForwardAsync();
        await page.ShowsAsync("clarke", "{1}");
        await page.Page.ReloadAsync();
        await page.ShowsAsync("clarke", "{1}");
        await page.Page.EvaluateAsync("location.hash = 'f=abs(x)&p=1'");
        await page.ShowsAsync("clarke", "{1}");
        await page.ShowsAsync("value", "1");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task ThePointMovesByKeysAndByDragging()
    {
        ExplorerPage page = await site.AtAsync("f=abs(x)+2abs(y)&p=0.1,0.2");
        await page["point"].FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowLeft");
        await page.ShowsAsync("backprop", "(0, 2)");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.ShowsAsync("backprop", "(0, 0)");
        Assert.Equal("x = 0, y = 0", await page["point"].GetAttributeAsync("aria-valuetext"));
        await Assertions.Expect(page["spoken"]).ToContainTextAsync("At x = 0, y = 0");
        await page.Page.Keyboard.PressAsync("Shift+ArrowUp");
        await page.ShowsAsync("value", "2");
        await page.Page.Keyboard.PressAsync("Home");
        await page.ShowsAsync("value", "0");

        LocatorBoundingBoxResult box = (await page["function-picture"].BoundingBoxAsync())!, point = (await page["point"].BoundingBoxAsync())!;
        float x = point.X + (point.Width / 2), y = point.Y + (point.Height / 2);
        await page.Page.Mouse.MoveAsync(x, y);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(x + (box.Width / 4), y, new() { Steps = 5 });
        await page.Page.Mouse.UpAsync();
        await Assertions.Expect(page["backprop"]).ToHaveTextAsync("(1, 0)");
        double first = double.Parse(await page["x-number"].InputValueAsync(), CultureInfo.InvariantCulture);
        Assert.InRange(first, 0.9, 1.4);
        Assert.Equal(first, ExplorerState.Rounded(Math.Round(first / 0.1) * 0.1));
        await page["y-number"].FillAsync("7");
        await page["y-number"].BlurAsync();
        await page.AddressHoldsAsync(",7&");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task InexactSetsAndJumpsAreSaid()
    {
        ExplorerPage page = await site.AtAsync("f=norm(x,y)&p=0,0");
        await Assertions.Expect(page["clarke"]).ToContainTextAsync("at least");
        await Assertions.Expect(page.Page.GetByText("Clarke's set is drawn inexactly")).ToBeVisibleAsync();
        await page.GoAsync("f=max(0,min(y,x^2-y))&p=0,0");
        await Assertions.Expect(page.Page.Locator(".finding.warning h3")).ToHaveTextAsync("Clarke's set is inexact: only a part of it is known");
        await page.GoAsync("f=if(x < 0, 0, x + 1)&p=0");
        await page.ShowsAsync("clarke", "not known");
        await Assertions.Expect(page.Page.GetByText("The value jumps here")).ToBeVisibleAsync();
        Assert.Empty(page.Complaints);
    }

    /// <summary>Everything that takes input has a name, the page does not scroll sideways, and Tab goes through all of it.</summary>
    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(1400, ColorScheme.Dark)]
    public async Task ThePageCanBeUsedWithoutSeeingOrPointing(int width, ColorScheme scheme)
    {
        ExplorerPage page = await site.AtAsync("f=relu(x)-relu(-x)+abs(y)&p=0,0");
        await page.Page.SetViewportSizeAsync(width, 900);
        await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.ShowsAsync("clarke", "hull{(1, −1), (1, 1)}");
        string[] unnamed = await page.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('input, select, button, summary, [tabindex]')]
                .filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()))
                .map(e => e.outerHTML)
            """);
        Assert.Empty(unnamed);
        string[] dangling = await page.Page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('[aria-describedby], [aria-labelledby], [for]')]
                .flatMap(e => ['aria-describedby', 'aria-labelledby', 'for'].flatMap(name => (e.getAttribute(name) ?? '').split(' ').filter(id => id)))
                .filter(id => !document.getElementById(id))
            """);
        Assert.Empty(dangling);
        Assert.Equal(0, await page.Page.EvaluateAsync<int>(PageScripts.Overflow));
        Assert.Equal("en", await page.Page.EvaluateAsync<string>("() => document.documentElement.lang"));
        string[] faint = await page.Page.EvaluateAsync<string[]>(PageScripts.FaintTexts);
        Assert.Empty(faint);

        await page["formula"].FocusAsync();
        HashSet<string> reached = ["formula"];
        for (int i = 0; i < 30; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            reached.Add(await page.Page.EvaluateAsync<string>("() => document.activeElement.id"));
        }

        Assert.Superset(new HashSet<string> { "formula", "examples", "point", "x-number", "y-number", "relu-number", "abs-number", "sweep" }, reached);
        Assert.Empty(page.Complaints);
    }

    /// <summary>Saves pictures and reports how long answers take after a change, where asked to.</summary>
    [Fact]
    public async Task PicturesAndTimesAreKept()
    {
        string? folder = Environment.GetEnvironmentVariable("CONSERVATIVEAD_SHOTS");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), "CONSERVATIVEAD_SHOTS names no folder for pictures.");
        Directory.CreateDirectory(folder);
        for (int example = 0; example < Example.All.Count; example++)
        {
            ExplorerPage page = await site.AtAsync(Example.All[example].Link);
            foreach ((int width, ColorScheme scheme) in ((int, ColorScheme)[])[(1400, ColorScheme.Light), (1000, ColorScheme.Dark), (390, ColorScheme.Light)])
            {
                await page.Page.SetViewportSizeAsync(width, 900);
                await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await page.Page.WaitForTimeoutAsync(400);
                await page.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{example:00}-{width}.png"), FullPage = true });
            }

            await page["point"].FocusAsync();
            List<double> times = [];
            for (int i = 0; i < 8; i++)
            {
                await page.Page.Keyboard.PressAsync(i % 2 == 0 ? "ArrowLeft" : "ArrowRight");
                times.Add(double.Parse(Digits().Match(await page["elapsed"].TextContentAsync() ?? "").Value, CultureInfo.InvariantCulture));
            }

            output.WriteLine($"{Example.All[example].Title}: {string.Join(" ", times)} ms");
        }
    }

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Digits();
}
