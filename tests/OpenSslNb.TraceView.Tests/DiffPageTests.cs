using Microsoft.Playwright;
using NUnit.Framework;
using OpenSslNb.Cli;
using OpenSslNb.Cli.Differential;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.TraceView.Tests;

/// <summary>The page of a comparison, in a browser.</summary>
public sealed class DiffPageTests
{
    [TestCase(600)]
    [TestCase(320)]
    [TestCase(1000)]
    public async Task Its_buttons_are_in_sight_however_narrow_it_is(int width)
    {
        const int Height = 700;
        string file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.html");
        await File.WriteAllBytesAsync(file, DiffPage.Of(new DiffReport(Nobody("--a"), Nobody("--b"), $"a-script-{new string('x', 150)}.json", false, [], [], "interrupted: 0 of 3 cases were compared")));
        IPage page = await Browser.Instance.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = Height } });
        try
        {
            await page.GotoAsync(new Uri(file).AbsoluteUri);
            foreach (string button in (string[])["#only", "#theme"])
            {
                LocatorBoundingBoxResult box = (await page.Locator(button).BoundingBoxAsync())!;
                Assert.That(box.X, Is.GreaterThanOrEqualTo(0));
                Assert.That(box.X + box.Width, Is.LessThanOrEqualTo(width), button);
                Assert.That(box.Y + box.Height, Is.LessThanOrEqualTo(Height), button);
            }
        }
        finally
        {
            await page.CloseAsync();
            File.Delete(file);
        }
    }

    private static Peer Nobody(string name) => new(name, new PeerSource("nobody:1", new HostPort("nobody", 1), []), (host, port) => new ProbeTarget { Host = host, Port = port });
}
