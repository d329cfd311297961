using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Interop;

namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>Replays a case: one connection, or two where the second resumes the first one's session.</summary>
internal static class CaseReplayer
{
    /// <param name="test">The case.</param>
    /// <param name="chunk">Most bytes that are carried before the other side looks at them.</param>
    /// <exception cref="FormatException">The case asks for something that is not known.</exception>
    /// <exception cref="OpenSslException">OpenSSL does not take the case's configuration.</exception>
    public static Observed Replay(SslTestCase test, int chunk)
    {
        using var contexts = new CaseContexts(test, test.Server, test.Client, first: null);
        using var connection = new CaseConnection(test, contexts, test.Client, chunk);
        Observed observed = connection.Run();
        if (test.HandshakeMode != "Resume" || observed.Result == ReplayResult.InternalError) return observed;
        if (observed.Result != ReplayResult.Success) return observed with { Result = ReplayResult.FirstHandshakeFailed };
        return Resume(test, chunk, contexts, connection);
    }

    private static Observed Resume(SslTestCase test, int chunk, CaseContexts contexts, CaseConnection connection)
    {
        SideConfiguration client = test.ResumeClient ?? test.Client;
        using SafeSslSessionHandle? clientSession = connection.ClientSession;
        using SafeSslSessionHandle? serverSession = connection.ServerSession;
        using var resumeContexts = new CaseContexts(test, test.ResumeServer ?? test.Server, client, contexts);

        // For those who resume without tickets.
        if (serverSession is not null) NativeCalls.AddSession(resumeContexts.Server, serverSession);
        using var resumed = new CaseConnection(test, resumeContexts, client, chunk);
        if (clientSession is not null) resumed.Offer(clientSession);
        return resumed.Run();
    }
}
