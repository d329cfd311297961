using System.Security.Cryptography.X509Certificates;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>For tests of what a handshake asks the application: two certificates, and answers that come at once or, from another thread, later.</summary>
public abstract class HandshakeQuestions(TlsProtocol protocol, bool later)
{
    protected static readonly (CloseOutcome?, CloseOutcome?) BothWell = (null, null);

    // What was asked and is not answered yet.
    private TaskCompletionSource? _asked;

    protected TlsProtocol Protocol => protocol;

    protected TestAuthority Root { get; } = new();

    protected TestAuthority OtherRoot { get; } = new("other root");

    /// <summary>For localhost.</summary>
    protected TlsCertificate First { get; private set; } = null!;

    /// <summary>For second.example and localhost.</summary>
    protected TlsCertificate Second { get; private set; } = null!;

    [OneTimeSetUp]
    public void Begin()
    {
        First = Root.Issue(["localhost"]).Load();
        Second = Root.Issue(["second.example", "localhost"]).Load();
    }

    [OneTimeTearDown]
    public void End()
    {
        First.Dispose();
        Second.Dispose();
        Root.Dispose();
        OtherRoot.Dispose();
    }

    // As the fixture says: at once, or when the test lets it, from another thread.
    protected ValueTask<T> AnswerAsync<T>(T answer) => later ? new(WaitAsync(() => answer)) : new(answer);

    protected ValueTask<T> RefuseAsync<T>(Exception fault) => later ? new(WaitAsync<T>(() => throw fault)) : throw fault;

    private async Task<T> WaitAsync<T>(Func<T> answer)
    {
        _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _asked.Task;
        return answer();
    }

    // Steps until nothing moves; when that is for want of an answer, shows that it is, lets the answer come, and goes on.
    protected async Task<(CloseOutcome? Server, CloseOutcome? Client)> SettleAsync(MachinePair pair, SslWant want, SslMachine asking, Action? whileWaiting = null)
    {
        _asked = null;
        pair.Handshake();
        if (later)
        {
            Assert.That(asking.WantOf(SslOperation.Handshake), Is.EqualTo(want));
            Assert.That(asking.Info, Is.Null);
            Assert.That(asking.WaitForAnswerAsync().IsCompleted, Is.False);
            whileWaiting?.Invoke();
            _asked!.SetResult();
            await asking.WaitForAnswerAsync().WaitAsync(Bench.Deadline);
        }

        Assert.That(asking.WaitForAnswerAsync().IsCompleted);
        if (whileWaiting is null) return pair.Settle();
        pair.Handshake();
        return (pair.Server.Failure, pair.Client.Failure);
    }

    protected TlsContext Server(TlsServerOptions options) => TlsContext.CreateServer(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });

    protected TlsContext Client(TlsClientOptions options) => TlsContext.CreateClient(options with { MinimumProtocol = protocol, MaximumProtocol = protocol });
}
