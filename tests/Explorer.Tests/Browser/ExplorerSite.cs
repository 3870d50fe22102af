using ConservativeAD.Tests.Browser;

namespace ConservativeAD.Explorer.Tests.Browser;

/// <summary>
/// The explorer as a static site in a browser: the published one in the folder that CONSERVATIVEAD_SITE names, or else the page as it was built beside the
/// tests. It is loaded once for all tests of a class.
/// </summary>
public sealed class ExplorerSite : IAsyncLifetime
{
    private readonly Chromium chromium = new();
    private StaticSite? site;
    private ExplorerPage? page;

    public ValueTask InitializeAsync() => chromium.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await chromium.DisposeAsync();
        site?.Dispose();
    }

    /// <summary>The page at a link.</summary>
    internal async Task<ExplorerPage> AtAsync(string link)
    {
        page ??= await ExplorerPage.OpenAsync(chromium, Address);
        await page.GoAsync(link);
        return page;
    }

    /// <summary>The address of the page. A test is skipped where it was not built.</summary>
    private string Address
    {
        get
        {
            if (Environment.GetEnvironmentVariable("CONSERVATIVEAD_SITE") is { Length: > 0 } published)
            {
                bool hasPage = File.Exists(Path.Combine(published, "explorer", "index.html"));
                Assert.True(hasPage, $"CONSERVATIVEAD_SITE names {published}, which has no explorer/index.html.");
                site ??= new StaticSite(published);
                return site.Address + "explorer/";
            }

            string project = Path.Combine(ConservativeAD.Tests.Repository.Root, "src", "Explorer.Web");
            string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            string built = Path.Combine(project, "bin", configuration, "net10.0", "wwwroot");
            Assert.SkipUnless(Directory.Exists(Path.Combine(built, "_framework")), "The explorer's page was not built beside the tests.");
            site ??= new StaticSite(Path.Combine(project, "wwwroot"), built);
            return site.Address;
        }
    }
}
