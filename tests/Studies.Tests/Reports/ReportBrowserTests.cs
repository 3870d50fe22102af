using ConservativeAD.Kernels;
using ConservativeAD.Networks;
using ConservativeAD.Studies.CommandLine;
using ConservativeAD.Studies.Reports;
using ConservativeAD.Studies.Tests.CommandLine;
using ConservativeAD.Tests.Browser;
using Microsoft.Playwright;

namespace ConservativeAD.Studies.Tests.Reports;

/// <summary>
/// The report of every study in a headless Chromium: on phones and wide screens, light and dark, and on paper. CONSERVATIVEAD_SHOTS names a folder where
/// pictures of the pages are kept.
/// </summary>
public sealed class ReportBrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int ColumnsOfPaper = 700;

    /// <summary>A command line of each study that writes a report; ~ stands for no data and @ for a model of ONNX.</summary>
    public static TheoryData<string, string> Studies => new()
    {
        { "volume", "volume --depths 1,2 --widths 16 --batch 32 --precisions 16,32 --networks 9 --samples 64 --data ~" },
        { "train", "train mlp --hidden 12,12 --samples 128 --batch 16 --epochs 3 --data ~" },
        { "volume-of-kinks", "volume --kink sort --depths 2 --widths 16 --batch 32 --after 1,2 --precisions 16,32 --networks 9 --samples 64 --data ~" },
        { "maxpool", "maxpool --samples 96 --batch 32 --networks 1 --precisions 16,32 --betas 1,1000 --epochs 1 --runs 2 --data ~" },
        { "lecture", "lecture --pages stable-manifold,rates,conservative-fields,optimizers" },
        { "relu-training", "relu-training --hidden 24,24 --samples 256 --batch 32 --epochs 2 --runs 2 --data ~" },
        { "volume-of-model", "volume --model @ --kink any --precisions 16,32 --samples 64 --data ~" },
        { "volume-of-drawn", "volume --model @ --kink max-pool --weights drawn --networks 5 --after 1,3 --precisions 16,32 --samples 64 --data ~" },
        { "census", "census @ --samples 8 --data ~" },
        { "inspect", "inspect" },
        { "check", "check --paths 2" },
        { "check-of-one", "check maximum-to-both" },
        { "solve", "solve --suite vu --method all" },
        { "diagnose", "diagnose linear-network" },
        { "diagnose-widths", "diagnose perceptron --data ~ --images 6 --width 4,8 --steps 20" },
    };

    [Theory]
    [MemberData(nameof(Studies))]
    public async Task TheReportFitsEveryScreen(string name, string line)
    {
        using TemporaryFolder folder = new();
        Initializer start = new(Device.Default, 1);
        OnnxExport.Of(new Sequential<float>(new Conv2d<float>("first", 1, 4, 5, start, bias: false), new Relu<float>(), new MaxPool2d<float>(2),
            new Flatten<float>(), new Linear<float>("head", 4 * 12 * 12, 10, start)), [4, 1, 28, 28]).Write(folder["model.onnx"]);
        Ran ran = Ran.Program([.. line.Split(' ').Select(word => word == "~" ? "" : word == "@" ? folder["model.onnx"] : word), "--out", folder["out"]]);
        Assert.True(ran.ExitCode is ExitCode.Success or ExitCode.Failure && File.Exists(folder["out/report.html"]), ran.Error);
        foreach (string file in (string[])[StudyFiles.ResultsName, "*.csv", "*.png", "*.svg"])
            Assert.NotEmpty(Directory.GetFiles(folder["out"], file));
        string address = new Uri(folder["out/" + StudyFiles.ReportName]).AbsoluteUri;
        IPage page = await chromium.OpenAsync();
        List<string> complaints = Listen(page, address);
        await page.GotoAsync(address);
        foreach (int width in (int[])[360, 1280])
        {
            foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await page.SetViewportSizeAsync(width, 800);
                await page.EmulateMediaAsync(new() { ColorScheme = scheme, Media = Media.Screen });
                await AssertFits(page, $"{name} at {width}, {scheme}");
                await Keep(page, $"report-{name}-{width}-{scheme.ToString().ToLowerInvariant()}");
            }
        }

        // Paper is white, whatever the screen.
        await page.SetViewportSizeAsync(ColumnsOfPaper, 1000);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark, Media = Media.Print });
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
        await Keep(page, $"report-{name}-print");
        Assert.Empty(complaints);
        Assert.True(await page.Locator("figure svg[role=img]").CountAsync() > 0, "no chart");
        Assert.True(await page.Locator("figure svg title").CountAsync() > 0, "no values under the pointer");
        string text = await page.Locator("main").InnerTextAsync();
        foreach (string fact in (string[])["Settings", "Machine and versions", "runtime", "version", "processors", "UTC"])
            Assert.Contains(fact, text, StringComparison.Ordinal);
        await page.CloseAsync();
    }

    private static async Task AssertFits(IPage page, string where)
    {
        Assert.True(await page.EvaluateAsync<int>(PageScripts.Overflow) == 0, $"{where} is wider than the window");
        string[] faint = await page.EvaluateAsync<string[]>(PageScripts.FaintTexts);
        Assert.True(faint.Length == 0, $"{where}: {string.Join("; ", faint)}");
        // Nothing is drawn outside of its figure.
        string[] outside = await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('figure svg[role=img]')].flatMap(svg => {
              const box = svg.closest('figure').getBoundingClientRect();
              return [...svg.querySelectorAll('text, circle, rect, line, path')].filter(e => {
                const own = e.getBoundingClientRect();
                return own.left < box.left - 1 || own.right > box.right + 1 || own.top < box.top - 1 || own.bottom > box.bottom + 1;
              }).map(e => e.outerHTML.slice(0, 120));
            })
            """);
        Assert.True(outside.Length == 0, $"{where}: {string.Join("\n", outside.Take(5))}");
    }

    private static List<string> Listen(IPage page, string address)
    {
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (request.Url != address && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                complaints.Add($"asked for {request.Url}");
        };
        return complaints;
    }

    private static async Task Keep(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("CONSERVATIVEAD_SHOTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }
}
