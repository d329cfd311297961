using Microsoft.Playwright;
using NUnit.Framework;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace OpenSslNb.TraceView.Tests;

/// <summary>One headless Chromium for all tests: the system's, never a fetched one.</summary>
[SetUpFixture]
public sealed class Browser
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];

    private static readonly string[] s_arguments =
    [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    ];

    private static IPlaywright? s_playwright;
    private static IBrowser? s_browser;

    /// <summary>The browser. Where there is none, the test that asks is ignored, and says so.</summary>
    public static IBrowser Instance
    {
        get
        {
            if (s_browser is null) Assert.Ignore($"Chromium is not installed (none of {string.Join(", ", s_names)} is on the PATH): the page was not looked at");
            return s_browser!;
        }
    }

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (s_names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists) is not { } program) return;
        s_playwright = await Playwright.CreateAsync();
        s_browser = await s_playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = s_arguments });
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        if (s_browser is not null) await s_browser.CloseAsync();
        s_playwright?.Dispose();
    }
}
