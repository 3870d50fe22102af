using ConservativeAD.Tests.Browser;
using Microsoft.Playwright;

namespace ConservativeAD.Explorer.Tests.Browser;

/// <summary>The explorer in a browser, and what the console said.</summary>
internal sealed class ExplorerPage
{
    // A busy machine loads the engine slowly; a test that waits ends by an event, not by this.
    private const float Patience = 120_000;

    private readonly string address;

    private ExplorerPage(IPage page, string address)
    {
        Page = page;
        this.address = address;
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                Complaints.Add($"{response.Status} {response.Url}");
        };
        page.Request += (_, request) =>
        {
            Uri asked = new(request.Url);
            if (asked.Scheme != "data" && asked.Authority != new Uri(address).Authority)
                Complaints.Add($"asked another host: {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, failed requests, and requests to other hosts.</summary>
    public List<string> Complaints { get; } = [];

    public ILocator this[string id] => Page.Locator($"#{id}");

    public static async Task<ExplorerPage> OpenAsync(Chromium chromium, string address)
    {
        IPage page = await chromium.OpenAsync();
        ExplorerPage explorer = new(page, address);
        await explorer.GoAsync("");
        return explorer;
    }

    /// <summary>Goes to a link. Where the page is open already, it stays loaded.</summary>
    public async Task GoAsync(string link)
    {
        await Page.GotoAsync(link.Length == 0 ? address : $"{address}#{link}");
        await Assertions.Expect(this["formula"]).ToBeVisibleAsync();
        Complaints.Clear();
    }

    public Task ShowsAsync(string id, string text) => Assertions.Expect(this[id]).ToHaveTextAsync(text);

    /// <summary>Waits until the address holds a text.</summary>
    public Task AddressHoldsAsync(string text) => Page.WaitForFunctionAsync("text => location.hash.includes(text)", text);
}
