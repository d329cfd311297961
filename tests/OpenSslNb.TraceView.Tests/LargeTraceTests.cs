using Microsoft.Playwright;
using NUnit.Framework;
using OpenSslNb.Cli.TraceView;
using static Microsoft.Playwright.Assertions;

namespace OpenSslNb.TraceView.Tests;

/// <summary>A trace of very many events, or of one, stays usable: what is drawn depends on the width of the page, and the table makes rows only for what is in sight.</summary>
public sealed class LargeTraceTests
{
    private const int Rounds = 10_000;
    private const int EventsPerRound = 6;
    private const int MostElements = 12_000;

    [Test]
    public async Task Sixty_thousand_events_are_drawn_as_what_the_eye_can_tell_apart()
    {
        await using OpenPage open = await OpenPage.OfAsync("large", Busy());
        await Expect(open.Page.Locator("#facts")).ToContainTextAsync($"{Rounds * EventsPerRound:N0}");
        Assert.That(await open.Page.Locator("#timeline *").CountAsync(), Is.InRange(100, MostElements));
        Assert.That(await open.Page.Locator(".event").CountAsync(), Is.InRange(5, 100));

        // Together they are still all there.
        int drawn = await open.Row("Write").Locator("rect.bar").EvaluateAllAsync<int>("bars => bars.reduce((sum, b) => sum + +b.dataset.count, 0)");
        Assert.That(drawn, Is.EqualTo(Rounds));
        await open.Row("Write").Locator("rect.bar.merged").First.HoverAsync();
        await Expect(open.Tip).ToContainTextAsync("times Write wants Write");
    }

    [Test]
    public async Task Near_enough_every_event_has_its_own_mark()
    {
        await using OpenPage open = await OpenPage.OfAsync("large", Busy());
        await open.Page.Mouse.MoveAsync(800, 400);
        for (int i = 0; i < 9; i++) await open.Page.Mouse.WheelAsync(0, -240);
        await Expect(open.Row("Write").Locator("rect.bar.merged")).ToHaveCountAsync(0);
        Assert.That(await open.Row("Write").Locator("rect.bar").CountAsync(), Is.InRange(1, 50));
        await Expect(open.Page.Locator(".event.shown").First).ToBeVisibleAsync();
        Assert.That(open.Complaints, Is.Empty);
    }

    [Test]
    public async Task A_trace_of_one_event_is_shown_too()
    {
        await using OpenPage open = await OpenPage.OfAsync("small", Busy().Take(1));
        await Expect(open.Page.Locator(".event")).ToHaveCountAsync(1);
        await open.Page.Locator("#in").ClickAsync();
        await open.Page.Locator("#fit").ClickAsync();
        Assert.That(open.Complaints, Is.Empty);
    }

    // A writer that is blocked ten thousand times, a tenth of a millisecond each.
    private static IEnumerable<TraceEvent> Busy()
    {
        for (int i = 0; i < Rounds; i++)
        {
            long time = i * TimeSpan.TicksPerMillisecond / 5;
            yield return new TraceEvent(TraceLane.Application, time, 1, nameof(TlsTraceEvent.SendQueued)) { Application = TlsTraceEvent.SendQueued, Bytes = 16_384, Queued = 32_768 };
            yield return new TraceEvent(TraceLane.Write, time + 100, 1, "Write done") { Result = SslStepKind.Done, Bytes = 16_384, Queued = 16_384, State = ConnectionState.Open };
            yield return new TraceEvent(TraceLane.Sent, time + 110, 1, "application_data record") { Content = TlsTraceContent.Record, Bytes = 16_401 };
            yield return new TraceEvent(TraceLane.Write, time + 200, 1, "Write blocked, wants Write") { Result = SslStepKind.Blocked, Want = SslWant.Write, Queued = 16_384, State = ConnectionState.Open };
            yield return new TraceEvent(TraceLane.Transport, time + 300, 1, "end of turn") { BytesOut = 16_406, Queued = 8_000, Interest = Interest.ReadWrite };
            yield return new TraceEvent(TraceLane.Received, time + 400, 1, "KeyUpdate") { Content = TlsTraceContent.Handshake, Bytes = 5 };
        }
    }
}
