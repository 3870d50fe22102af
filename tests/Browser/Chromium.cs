using Microsoft.Playwright;

namespace ConservativeAD.Tests.Browser;

/// <summary>A headless Chromium for all tests of a class; null where none is installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    // Neither a sandbox, which root cannot have, nor anything that calls the network by itself.
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>Why there is no browser.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        string? executable = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (executable is null)
        {
            Missing = "No Chromium is on the path; on Debian, apt-get install chromium brings one.";
            return;
        }

        try
        {
            playwright = await Playwright.CreateAsync();
        }
        catch (PlaywrightException exception)
        {
            Missing = $"Playwright's driver does not run on this machine: {exception.Message}";
            return;
        }

        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = executable, Headless = true, Args = Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>An empty page. Without a browser the test is skipped.</summary>
    public async Task<IPage> OpenAsync()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        return await browser!.NewPageAsync();
    }
}
