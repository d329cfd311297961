using System.Net;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests;

/// <summary>What the loops of <c>serve</c> share: nothing but the limit.</summary>
public sealed class ServeLoopTests
{
    private const int Count = 3;

    [Test]
    public void Every_loop_has_a_context_and_a_certificate_of_its_own_and_all_listen_at_one_address()
    {
        int certificates = 0;
        ServePlan plan = Plan() with
        {
            Identity = Identity(() => certificates++),
        };
        ServeLoop[] loops = ServeLoop.StartAll(plan, Count, new IPEndPoint(IPAddress.Loopback, 0));
        try
        {
            Assert.That(loops, Has.Length.EqualTo(Count));
            Assert.That(loops.Select(loop => loop.Context), Is.Unique);
            Assert.That(loops.Select(loop => loop.Loop), Is.Unique);
            Assert.That(certificates, Is.EqualTo(Count));
            Assert.That(loops.Select(loop => loop.EndPoint).Distinct().Count(), Is.EqualTo(1));
        }
        finally
        {
            Array.ForEach(loops, loop => loop.Dispose());
        }
    }

    [Test]
    public void A_loop_that_cannot_begin_takes_the_others_with_it()
    {
        var loops = new List<EventLoop>();
        ServePlan plan = Plan() with
        {
            CreateLoop = () =>
            {
                loops.Add(new EventLoop());
                return loops[^1];
            },
            Identity = Identity(() =>
            {
                if (loops.Count == 2) throw new IOException("no second certificate");
            }),
        };
        IOException fault = Assert.Throws<IOException>(() => ServeLoop.StartAll(plan, Count, new IPEndPoint(IPAddress.Loopback, 0)))!;
        Assert.That(fault.Message, Is.EqualTo("no second certificate"));
        Assert.That(loops.Select(loop => loop.Post(() => Assert.Fail("it runs"))), Is.EqualTo(new[] { false, false }), "both have stopped");
    }

    [Test]
    public void A_second_server_is_not_let_in_at_an_address_that_the_loops_of_the_first_share()
    {
        ServePlan plan = Plan() with { Listener = new TlsListenerOptions { ReusePort = true } };
        ServeLoop[] first = ServeLoop.StartAll(plan, Count, new IPEndPoint(IPAddress.Loopback, 0));
        try
        {
            IOException fault = Assert.Throws<IOException>(() => ServeLoop.StartAll(plan, Count, first[0].EndPoint))!;
            Assert.That(fault.Message, Does.Contain(first[0].EndPoint.ToString()).And.Contain("Address already in use"));
        }
        finally
        {
            Array.ForEach(first, loop => loop.Dispose());
        }
    }

    private static ServePlan Plan() => new()
    {
        Protocol = "echo",
        CreateLoop = () => new EventLoop(),
        Identity = Identity(() => { }),
        LoadOptions = () => new TlsServerOptions(),
        Listener = new TlsListenerOptions { ReusePort = true, SharedLimit = new TlsConnectionLimit(10) },
    };

    // The first thing that is read is the password.
    private static ServerIdentity Identity(Action onRead) => new(new IdentitySource("--cert", Pki.ServerFile, Pki.ServerKeyFile), [], [], null, () =>
    {
        onRead();
        return null;
    });
}
