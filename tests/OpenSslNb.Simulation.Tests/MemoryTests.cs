using NUnit.Framework;

namespace OpenSslNb.Simulation.Tests;

/// <summary>OpenSSL out of memory, and what sessions leave of it. Each runs in processes of its own, since the hooks must come before any use of OpenSSL. All allocations: <c>./build.sh memory</c>.</summary>
public sealed class MemoryTests
{
    [Test]
    public async Task A_session_whose_allocation_fails_ends_cleanly_or_goes_on_and_leaves_nothing()
    {
        (int code, string output) = await OpensslnbProgram.RunAsync("sim-memory", "--every", "149");
        Assert.That(code, Is.Zero);
        foreach (MemorySession session in MemorySession.All) Assert.That(output, Does.Contain($"{session.Name}: "));
        Assert.That(output, Does.Contain("failed for want of memory").And.Contain("went on"));
    }

    [TestCase("tls13-buffered")]
    [TestCase("tls13-fd")]
    public async Task Every_allocation_of_a_connections_set_up_may_fail(string session)
    {
        (int code, string output) = await OpensslnbProgram.RunAsync("sim-memory", "--session", session, "--to", "120");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("120 tried"));
    }

    [Test]
    public async Task The_first_session_of_a_process_ends_cleanly_or_goes_on_too()
    {
        (int code, string output) = await OpensslnbProgram.RunAsync("sim-memory", "--session", MemorySession.ColdStart.Name, "--every", "4999");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("tried"));
    }

    [Test]
    public async Task As_much_is_live_after_many_sessions_as_before_whatever_their_outcome()
    {
        (int code, string output) = await OpensslnbProgram.RunAsync("sim-memory", "account", "--sessions", "200");
        Assert.That(code, Is.Zero);
        foreach (OutcomeSession outcome in OutcomeSession.All) Assert.That(output, Does.Match($"(?m)^{outcome.Name}: .* balanced$"));
    }

    [Test]
    public async Task A_leak_is_found_and_named_by_the_line_that_made_it()
    {
        (int code, string output) = await OpensslnbProgram.RunAsync("sim-memory", "account", "--sessions", "5", "--plant", "leak");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("NOT BALANCED").And.Match(@"\+[0-9]+ blocks, .* 5 of \S*ssl_sess\.c:[0-9]+"));
    }

    [Test]
    public async Task A_crash_is_laid_to_its_allocation_and_the_next_ones_are_tried_all_the_same()
    {
        (int code, string output) = await OpensslnbProgram.RunAsync("sim-memory", "--session", "tls13-buffered", "--from", "7", "--to", "9", "--plant", "crash");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Contain("3 tried").And.Contain("1 crashed").And.Contain("tls13-buffered 7: crashed"));
    }
}
