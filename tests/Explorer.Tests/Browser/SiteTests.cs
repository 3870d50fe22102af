using System.IO.Enumeration;
using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp;
using ConservativeAD.Tests.Browser;
using Microsoft.Playwright;

namespace ConservativeAD.Explorer.Tests.Browser;

/// <summary>The built documentation site, in the folder that CONSERVATIVEAD_SITE names; eng/site builds it and runs these tests.</summary>
public sealed class SiteTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const float Patience = 120_000;

    private static string Folder
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable("CONSERVATIVEAD_SITE");
            Assert.SkipWhen(string.IsNullOrEmpty(folder), "CONSERVATIVEAD_SITE names no site; eng/site builds one.");
            return Path.GetFullPath(folder);
        }
    }

    /// <summary>Every page of the documentation is in a table of contents.</summary>
    [Fact]
    public void EveryPageIsInATableOfContents()
    {
        string docs = Path.Combine(ConservativeAD.Tests.Repository.Root, "docs");
        string contents = File.ReadAllText(Path.Combine(docs, "toc.yml")) + File.ReadAllText(Path.Combine(docs, "guide", "toc.yml"));
        string[] forgotten =
        [
            .. Directory.EnumerateFiles(docs, "*.md").Select(file => Path.GetFileName(file))
                .Where(page => page != "index.md" && !contents.Split(' ', '/', '\n').Contains(page)),
        ];
        Assert.True(forgotten.Length == 0, $"Neither docs/toc.yml nor docs/guide/toc.yml lists {string.Join(", ", forgotten)}.");
    }

    /// <summary>The site takes along every source file that a page links to.</summary>
    [Fact]
    public void EveryFileThatAPageLinksToIsTakenAlong()
    {
        string docs = Path.Combine(ConservativeAD.Tests.Repository.Root, "docs");
        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(docs, "docfx.json")));
        string[] taken =
        [
            .. settings.RootElement.GetProperty("build").GetProperty("resource").EnumerateArray()
                .Where(resource => resource.TryGetProperty("src", out JsonElement folder) && folder.GetString() == "..")
                .SelectMany(resource => resource.GetProperty("files").EnumerateArray().Select(file => file.GetString()!)),
        ];
        (string Page, string File)[] links =
        [
            .. from page in Directory.EnumerateFiles(docs, "*.md")
               from Match link in Regex.Matches(File.ReadAllText(page), @"\]\(\.\./(?!artifacts/)([^)#]+)")
               select (Path.GetFileName(page), link.Groups[1].Value),
        ];
        Assert.NotEmpty(links);
        string[] missing =
        [
            .. links.Where(link => !taken.Any(file => FileSystemName.MatchesSimpleExpression(file, link.File)))
                .Select(link => $"{link.Page}: {link.File}"),
        ];
        Assert.True(missing.Length == 0, $"docs/docfx.json does not take along what pages link to: {string.Join(", ", missing)}.");
    }

    [Fact]
    public async Task EveryInternalLinkLeadsSomewhere()
    {
        Dictionary<string, IDocument> pages = [];
        using IBrowsingContext context = BrowsingContext.New();
        foreach (string file in Directory.EnumerateFiles(Folder, "*.html", SearchOption.AllDirectories))
            pages.Add(file, await context.OpenAsync(request => request.Content(File.ReadAllText(file)), TestContext.Current.CancellationToken));
        Assert.True(pages.Count > 300, $"{pages.Count} pages were found");
        Dictionary<string, HashSet<string>> targets = pages.ToDictionary(page => page.Key, page => Targets(page.Value));
        List<string> broken = [];
        int count = 0;
        foreach ((string file, IDocument page) in pages)
        {
            string root = page.QuerySelector("base")?.GetAttribute("href") ?? "./";
            foreach (string link in page.All.SelectMany(Links).Distinct())
            {
                count++;
                if (Broken(file, root, link, targets) is { } reason)
                    broken.Add($"{Path.GetRelativePath(Folder, file)}: {link} {reason}");
            }
        }

        Assert.True(count > 5000, $"{count} links were found");
        Assert.True(broken.Count == 0, string.Join("\n", broken.Take(50)));
    }

    [Fact]
    public async Task PagesOpenInABrowserWithoutAnErrorInTheConsole()
    {
        string folder = Folder;
        string[] files =
        [
            .. Directory.EnumerateFiles(folder, "*.html").Where(file => Path.GetFileName(file) != "toc.html").Order(),
            .. new[] { "api/ConservativeAD.html", "api/ConservativeAD.Tape-1.html", "api/ConservativeAD.Nonsmooth.Clarke.html", "explorer/index.html" }
                .Select(page => Path.Combine(folder, page)),
        ];
        IPage page = await chromium.OpenAsync();
        page.SetDefaultTimeout(Patience);
        using StaticSite site = new(folder);
        List<string> complaints = [];
        string open = "";
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Add($"{open}: {message.Text}");
        };
        page.PageError += (_, error) => complaints.Add($"{open}: {error}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
                complaints.Add($"{open}: {response.Status} {response.Url}");
        };
        page.Request += (_, request) =>
        {
            Uri asked = new(request.Url);
            if (asked.Scheme is not ("data" or "blob") && asked.Authority != new Uri(site.Address).Authority)
                complaints.Add($"{open} asks another host: {request.Url}");
        };
        string? shots = Environment.GetEnvironmentVariable("CONSERVATIVEAD_SHOTS");
        foreach (string file in files)
        {
            open = Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/');
            await page.GotoAsync(site.Address + open, new() { WaitUntil = WaitUntilState.NetworkIdle });
            Assert.NotEqual("", await page.TitleAsync());
            if (string.IsNullOrEmpty(shots))
                continue;
            foreach ((int width, ColorScheme scheme) in ((int, ColorScheme)[])[(1400, ColorScheme.Light), (390, ColorScheme.Dark)])
            {
                await page.SetViewportSizeAsync(width, 900);
                await page.EmulateMediaAsync(new() { ColorScheme = scheme });
                await page.WaitForTimeoutAsync(300);
                await page.ScreenshotAsync(new() { Path = Path.Combine(shots, $"site-{open.Replace('/', '-')}-{width}.png") });
            }
        }

        Assert.True(complaints.Count == 0, string.Join("\n", complaints));
    }

    // The places of a page that a link can name.
    private static HashSet<string> Targets(IDocument page) =>
        [.. page.All.SelectMany(element => new[] { element.Id, element.GetAttribute("name") }).OfType<string>()];

    private static IEnumerable<string> Links(IElement element) =>
        element.LocalName == "base" ? [] : new[] { "href", "src" }.Select(element.GetAttribute).OfType<string>().Where(link => link.Length > 0);

    private static string? Broken(string file, string root, string link, Dictionary<string, HashSet<string>> targets)
    {
        if (Uri.TryCreate(link, UriKind.Absolute, out Uri? absolute) && absolute.Scheme != Uri.UriSchemeFile)
            return null;
        string[] parts = link.Split('#', 2);
        string path = Uri.UnescapeDataString(parts[0].Split('?')[0]);
        string target = path.Length == 0 ? file : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, root, path));
        if (Directory.Exists(target))
            target = Path.Combine(target, "index.html");
        if (!target.StartsWith(Folder, StringComparison.Ordinal))
            return "leads out of the site";
        if (!File.Exists(target))
            return "leads to no file";

        // What stands behind # in links to the explorer is a state.
        bool isPlace = parts.Length == 2 && parts[1].Length > 0 && targets.ContainsKey(target) && !target.Contains("explorer", StringComparison.Ordinal);
        return isPlace && !targets[target].Contains(Uri.UnescapeDataString(parts[1])) ? "leads to no place on its page" : null;
    }
}
