using NUnit.Framework;
using OpenSslNb.Cli.TraceView;

namespace OpenSslNb.TraceView.Tests;

/// <summary>The bars that follow from events; without a browser.</summary>
public sealed class BarTests
{
    [Test]
    public void A_blocked_operation_waits_until_its_next_attempt_begins()
    {
        TraceConnection connection = Of(Blocked(10, TraceLane.Read, SslWant.Read), Done(50, TraceLane.Read, duration: 5));
        Assert.That(connection.Bars, Is.EqualTo(new[] { new TraceBar(TraceLane.Read, TraceBarKind.WantRead, 10, 45, IsCrossed: false) }));
    }

    [TestCase(1, SslWant.Read, 0, false)]
    [TestCase(1, SslWant.Write, 1, false)]
    [TestCase(2, SslWant.Read, 0, false)]
    [TestCase(2, SslWant.Write, 1, true)]
    [TestCase(3, SslWant.Read, 0, true)]
    [TestCase(3, SslWant.Write, 1, false)]
    [TestCase(4, SslWant.Read, 0, false)]
    [TestCase(2, SslWant.Certificate, 2, false)]
    [TestCase(1, SslWant.Async, 2, false)]
    public void A_bar_has_the_colour_of_its_want_and_is_crossed_when_a_read_wants_write_or_a_write_wants_read(int lane, SslWant want, int kind, bool isCrossed)
    {
        TraceConnection connection = Of(Blocked(1, (TraceLane)lane, want), Done(9, TraceLane.Shutdown));
        Assert.That(connection.Bars.Single(), Is.EqualTo(new TraceBar((TraceLane)lane, (TraceBarKind)kind, 1, 9, isCrossed)));
        Assert.That(connection.Crossed, Is.EqualTo(isCrossed ? 1 : 0));
    }

    [Test]
    public void An_attempt_of_one_operation_does_not_end_the_waiting_of_another()
    {
        TraceConnection connection = Of(Blocked(1, TraceLane.Read, SslWant.Read), Blocked(2, TraceLane.Write, SslWant.Write), Done(5, TraceLane.Write), Done(9, TraceLane.Read));
        Assert.That(connection.Bars.Select(b => (b.Lane, b.From, b.To)), Is.EqualTo(new[] { (TraceLane.Read, 1L, 9L), (TraceLane.Write, 2L, 5L) }));
    }

    [Test]
    public void Failure_ends_all_waiting_of_operations_and_the_end_of_the_connection_all_waiting()
    {
        TraceConnection connection = Of(
            Blocked(1, TraceLane.Write, SslWant.Write),
            new TraceEvent(TraceLane.Transport, 2, 1, "end of turn") { Interest = Interest.ReadWrite },
            new TraceEvent(TraceLane.Read, 3, 1, "Read failed") { Result = SslStepKind.Failed, State = ConnectionState.Failed },
            new TraceEvent(TraceLane.Application, 7, 1, "Closed") { Application = TlsTraceEvent.Closed });
        Assert.That(connection.Bars.Select(b => (b.Kind, b.To)), Is.EquivalentTo(new[] { (TraceBarKind.WantWrite, 3L), (TraceBarKind.InterestRead, 7L), (TraceBarKind.InterestWrite, 7L) }));
    }

    [Test]
    public void What_another_thread_asked_for_finds_its_place_by_its_time()
    {
        TraceConnection connection = Of(Done(9, TraceLane.Read), Paused(4), Resumed(6));
        Assert.That(connection.Events.Select(e => e.Time), Is.EqualTo(new long[] { 4, 6, 9 }));
        Assert.That(connection.Bars.Single(), Is.EqualTo(new TraceBar(TraceLane.Application, TraceBarKind.Paused, 4, 6, IsCrossed: false)));
    }

    [Test]
    public void A_pause_that_is_repeated_is_one_and_lasts_to_the_end_if_nobody_resumes()
    {
        TraceConnection connection = Of(Paused(4), Paused(5), Done(9, TraceLane.Read));
        Assert.That(connection.Bars.Single(), Is.EqualTo(new TraceBar(TraceLane.Application, TraceBarKind.Paused, 4, 9, IsCrossed: false)));
    }

    private static TraceConnection Of(params TraceEvent[] events) => new(1, events);

    private static TraceEvent Blocked(long time, TraceLane lane, SslWant want) => new(lane, time, 1, "blocked") { Result = SslStepKind.Blocked, Want = want, State = ConnectionState.Open };

    private static TraceEvent Done(long time, TraceLane lane, long duration = 0) => new(lane, time, 1, "done") { Result = SslStepKind.Done, Duration = duration, State = ConnectionState.Open };

    private static TraceEvent Paused(long time) => new(TraceLane.Application, time, 1, "ReadingPaused") { Application = TlsTraceEvent.ReadingPaused };

    private static TraceEvent Resumed(long time) => new(TraceLane.Application, time, 1, "ReadingResumed") { Application = TlsTraceEvent.ReadingResumed };
}
