using Microsoft.Playwright;
using NUnit.Framework;
using static Microsoft.Playwright.Assertions;

namespace OpenSslNb.TraceView.Tests;

/// <summary>The page of a small, known trace, in a browser.</summary>
public sealed class PageTests
{
    private const string Known = "crossed.jsonl";

    [Test]
    public async Task It_loads_from_a_file_without_a_complaint_and_asks_for_nothing_else()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        await Expect(open.Page).ToHaveTitleAsync($"{Known} · OpenSslNb trace");
        await Expect(open.Page.Locator("#summary")).ToContainTextAsync("2 connections");
        Assert.That(open.Requests.Select(url => url.Split('#')[0]).Distinct(), Is.EqualTo(new[] { open.Address.AbsoluteUri }));
        Assert.That(open.Complaints, Is.Empty);
    }

    [Test]
    public async Task Its_policy_forbids_the_network()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        string outcome = await open.Page.EvaluateAsync<string>("() => fetch('http://127.0.0.1:9/').then(() => 'fetched', e => e.name)");
        Assert.That(outcome, Is.EqualTo("TypeError"));
        Assert.That(open.Complaints, Has.Some.Contains("Content Security Policy"));
    }

    [TestCase("Handshake", "want-read 100-1000", "want-read 1700-3000")]
    [TestCase("Read", "want-read 3200-6000", "want-write crossed 6100-8990", "want-read 9100-10990", "want-read 11500-14090")]
    [TestCase("Write", "want-write 4300-9190", "want-read crossed 9200-11090")]
    [TestCase("Shutdown")]
    [TestCase("Application", "paused 9500-10500")]
    [TestCase("Poller", "interest-read 120-6200", "interest-read 9300-14400", "interest-write 4400-9300")]
    public async Task Each_lane_has_the_bars_of_its_blocked_periods_coloured_by_what_they_wait_for(string row, params string[] expected)
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        string[] bars = await open.Row(row).Locator("rect.bar").EvaluateAllAsync<string[]>(
            "bars => bars.map(b => `${b.getAttribute('class').replace('bar ', '')} ${b.dataset.from}-${b.dataset.to}`)");
        Assert.That(bars, Is.EquivalentTo(expected));
    }

    [Test]
    public async Task Crossed_wants_have_a_mark_and_a_tip_that_says_what_they_are()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        await Expect(open.Page.Locator("#timeline path.pin[data-bar]")).ToHaveCountAsync(2);
        await open.Row("Read").Locator("rect.crossed").HoverAsync();
        await Expect(open.Tip).ToContainTextAsync("Read wants Write");
        await Expect(open.Tip).ToContainTextAsync("a read that must write first");
    }

    [TestCase("Received", 0, "ClientHello")]
    [TestCase("Received", 2, "KeyUpdate")]
    [TestCase("Received", 2, "update_requested")]
    [TestCase("Received", 3, "close_notify")]
    [TestCase("Sent", 2, "Certificate")]
    public async Task A_message_is_named_when_the_pointer_is_on_it(string row, int index, string expected)
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);

        // Near enough that no two messages share a mark.
        if (row == "Sent") await ZoomInOnAsync(open, row);
        await open.Row(row).Locator("path.chip").Nth(index).HoverAsync();
        await Expect(open.Tip).ToContainTextAsync(expected);
    }

    [Test]
    public async Task A_record_is_named_when_the_pointer_is_on_it()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        await open.Row("Received").Locator("rect.record").Last.HoverAsync(new LocatorHoverOptions { Force = true });
        await Expect(open.Tip).ToContainTextAsync("application_data record");
        await Expect(open.Tip).ToContainTextAsync("TLS 1.2");
    }

    [Test]
    public async Task The_text_filter_hides_what_does_not_match_in_the_timeline_and_in_the_table()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        await open.Page.Locator("#filter").FillAsync("keyupdate");
        await Expect(open.Page.Locator("#timeline path.chip")).ToHaveCountAsync(1);
        await Expect(open.Page.Locator("#timeline rect.bar")).ToHaveCountAsync(0);
        await Expect(open.Page.Locator(".event")).ToHaveCountAsync(1);
        await open.Page.Locator("#filter").FillAsync("crossed");
        await Expect(open.Page.Locator("#timeline rect.bar")).ToHaveCountAsync(2);
        await open.Page.Locator("#filter").FillAsync("");
        await Expect(open.Page.Locator("#timeline rect.bar.crossed")).ToHaveCountAsync(2);
        await Expect(open.Page.Locator(".event").Nth(5)).ToBeAttachedAsync();
    }

    [Test]
    public async Task Lanes_and_waits_can_be_switched_off_and_on()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        ILocator read = open.Page.Locator("#lanes button", new PageLocatorOptions { HasTextString = "Read" });
        await read.ClickAsync();
        await Expect(open.Row("Read")).ToHaveCountAsync(0);
        await Expect(open.Row("Write")).ToHaveCountAsync(1);
        await read.ClickAsync();
        await Expect(open.Row("Read").Locator("rect.bar")).ToHaveCountAsync(4);
        await open.Page.GetByText("wants Read", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(open.Row("Read").Locator("rect.bar")).ToHaveCountAsync(1);
        await open.Page.GetByText("crossed only").ClickAsync();
        await Expect(open.Page.Locator("#timeline rect.bar:not(.crossed)")).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Buttons_keys_and_wheel_change_the_scale_and_fit_brings_all_of_it_back()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        (double first, double last) = await open.StretchAsync();
        await open.Page.Locator("#in").ClickAsync();
        await UntilAsync(open, (from, to) => to - from < (last - first) * 0.7);
        await open.Page.Locator("#timeline").FocusAsync();
        await open.Page.Keyboard.PressAsync("+");
        await UntilAsync(open, (from, to) => to - from < (last - first) * 0.4);
        (double before, _) = await open.StretchAsync();
        await open.Page.Keyboard.PressAsync("ArrowRight");
        await UntilAsync(open, (from, _) => from > before);
        await open.Page.Mouse.MoveAsync(900, 400);
        await open.Page.Mouse.WheelAsync(0, -240);
        await UntilAsync(open, (from, to) => to - from < (last - first) * 0.2);
        await open.Page.Locator("#fit").ClickAsync();
        await UntilAsync(open, (from, to) => from == first && to == last);
    }

    [Test]
    public async Task Dragging_moves_the_timeline_with_the_pointer()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        await open.Page.Keyboard.PressAsync("+");
        (double from, double to) = await open.StretchAsync();
        await open.Page.Mouse.MoveAsync(900, 400);
        await open.Page.Mouse.DownAsync();
        await open.Page.Mouse.MoveAsync(800, 400, new MouseMoveOptions { Steps = 4 });
        await open.Page.Mouse.UpAsync();
        await UntilAsync(open, (newFrom, newTo) => newFrom > from && Math.Abs(newTo - newFrom - (to - from)) < 0.01);
    }

    [Test]
    public async Task The_keys_n_and_p_go_from_one_crossed_want_to_the_next()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        await open.Page.Keyboard.PressAsync("n");
        await UntilAsync(open, (from, to) => to - from < 20_000);
        (double first, _) = await open.StretchAsync();
        await open.Page.Keyboard.PressAsync("n");
        await UntilAsync(open, (from, _) => from != first);
        await open.Page.Keyboard.PressAsync("p");
        await UntilAsync(open, (from, _) => from == first);
    }

    [Test]
    public async Task The_overview_tells_how_each_connection_ended_and_a_click_shows_it()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        ILocator list = open.Page.Locator("#connections button");
        await Expect(list).ToHaveCountAsync(2);
        await Expect(list.Nth(0)).ToContainTextAsync("TLS 1.3");
        await Expect(list.Nth(0)).ToContainTextAsync("2 crossed");
        await Expect(list.Nth(0)).ToContainTextAsync("CloseNotify");
        await Expect(list.Nth(1)).ToContainTextAsync("ProtocolError");
        await list.Nth(1).ClickAsync();
        await Expect(open.Page.Locator("#facts")).ToContainTextAsync("the peer said </script><img src=x> & more");
        await Expect(open.Row("State").Locator("rect.state.Failed")).ToHaveCountAsync(1);
        await Expect(open.Row("Received").Locator("path.chip.Alert")).ToHaveCountAsync(1);
        await open.Page.Locator("#find").FillAsync("192.0.2");
        await Expect(list).ToHaveCountAsync(1);
        Assert.That(open.Complaints, Is.Empty);
    }

    [Test]
    public async Task A_click_on_a_mark_selects_its_row_in_the_table_and_the_table_can_be_walked_by_keys()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known);
        await open.Row("Received").Locator("path.chip").First.ClickAsync();
        await Expect(open.Page.Locator(".event[aria-selected=true]")).ToContainTextAsync("ClientHello");
        await Expect(open.Page.Locator("#timeline line.chosen")).ToHaveCountAsync(1);
        await open.Page.Locator("#rows").FocusAsync();
        await open.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(open.Page.Locator(".event[aria-selected=true]")).ToContainTextAsync("TLS 1.2");
    }

    [Test]
    public async Task It_follows_the_systems_colour_scheme_and_can_be_told_otherwise()
    {
        await using OpenPage open = await OpenPage.OfFileAsync(Known, ColorScheme.Dark);
        await Expect(open.Page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(16, 20, 27)");
        await open.Page.Locator("#theme").ClickAsync();
        await Expect(open.Page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(246, 247, 249)");
    }

    private static async Task ZoomInOnAsync(OpenPage open, string row)
    {
        await open.Row(row).Locator("path.chip").First.HoverAsync();
        for (int i = 0; i < 3; i++) await open.Page.Mouse.WheelAsync(0, -240);
        await UntilAsync(open, (from, to) => to - from < 2_000);
    }

    private static async Task UntilAsync(OpenPage open, Func<double, double, bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            (double from, double to) = await open.StretchAsync();
            if (condition(from, to)) return;
            Assert.That(deadline.IsCancellationRequested, Is.False, $"still {from} to {to}");
        }
    }
}
