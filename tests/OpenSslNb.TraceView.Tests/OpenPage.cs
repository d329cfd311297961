using Microsoft.Playwright;
using OpenSslNb.Cli.TraceView;

namespace OpenSslNb.TraceView.Tests;

/// <summary>The page of a trace, open in the browser, with all that it complained of and asked for.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    private readonly string _file;

    private OpenPage(string file, IPage page)
    {
        _file = file;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) => Requests.Add(request.Url);
        page.Dialog += (_, dialog) => Complaints.Add(dialog.Message);
    }

    public IPage Page { get; }

    public List<string> Complaints { get; } = [];

    public List<string> Requests { get; } = [];

    public Uri Address => new(_file);

    /// <summary>The stretch of time that is shown, microseconds.</summary>
    public async Task<(double From, double To)> StretchAsync()
    {
        // The page draws in the next frame: before that both are those of the last one, and read one after the other they may be of two.
        const string Script = """
            () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
                const { from, to } = document.querySelector('#timeline').dataset;
                done([Number(from), Number(to)]);
            })))
            """;
        double[] stretch = await Page.EvaluateAsync<double[]>(Script);
        return (stretch[0], stretch[1]);
    }

    /// <summary>A lane of the timeline.</summary>
    public ILocator Row(string title) => Page.Locator($"#timeline g[data-row='{title}']");

    public ILocator Tip => Page.Locator("#tip");

    public static string PathOf(string trace) => Path.Combine(AppContext.BaseDirectory, "Traces", trace);

    public static Task<OpenPage> OfFileAsync(string trace, ColorScheme scheme = ColorScheme.Light) => OfAsync(trace, new TraceReader(PathOf(trace)).ReadAll(), scheme);

    public static async Task<OpenPage> OfAsync(string title, IEnumerable<TraceEvent> events, ColorScheme scheme = ColorScheme.Light)
    {
        IBrowser browser = Browser.Instance;
        string file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.html");
        await File.WriteAllTextAsync(file, TracePage.Create(title, events));
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1400, Height = 1000 }, ColorScheme = scheme });
        var open = new OpenPage(file, page);
        await page.GotoAsync(open.Address.AbsoluteUri);
        await page.Locator("#timeline[data-from]").WaitForAsync();
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        await Page.CloseAsync();
        File.Delete(_file);
    }
}
