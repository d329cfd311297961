using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>
/// What a client's context remembers of its connections, so that it can resume them: by peer, bounded, the oldest forgotten first. From any thread. One context's alone: what another one has not verified must not be resumed here.
/// </summary>
/// <param name="capacity">Most sessions.</param>
internal sealed unsafe class ClientSessions(int capacity) : IDisposable
{
    // A server may send several tickets at a time, for as many connections; more than these are of no use.
    private const int MostOfOnePeer = 4;

    private readonly Lock _gate = new();

    // Guarded by _gate: all sessions, oldest first, and those of each peer in the same order.
    private readonly LinkedList<Entry> _all = new();
    private readonly Dictionary<string, List<LinkedListNode<Entry>>> _byPeer = [];

    // Guarded by _gate: connections outlive their context, and what they are sent then is of no use.
    private bool _isDisposed;

    public int Count
    {
        get { lock (_gate) return _all.Count; }
    }

    /// <summary>Keeps a session.</summary>
    /// <param name="peer">Whose it is.</param>
    /// <param name="session">Owned by this from now on; nobody else uses it.</param>
    public void Add(string peer, SafeSslSessionHandle session)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                session.Dispose();
                return;
            }

            if (!_byPeer.TryGetValue(peer, out List<LinkedListNode<Entry>>? own)) _byPeer.Add(peer, own = []);
            own.Add(_all.AddLast(new Entry(peer, session)));
            if (own.Count > MostOfOnePeer) Drop(own[0]);
            if (_all.Count > capacity) Drop(_all.First!);
        }
    }

    /// <summary>The newest session of a peer that can still be resumed. One of TLS 1.3 is given once (RFC 8446 §C.4); of another a copy is given.</summary>
    /// <returns>Owned by the caller; null when there is none.</returns>
    public SafeSslSessionHandle? Take(string peer, DateTimeOffset now)
    {
        lock (_gate)
        {
            while (_byPeer.TryGetValue(peer, out List<LinkedListNode<Entry>>? own))
            {
                LinkedListNode<Entry> newest = own[^1];
                SafeSslSessionHandle session = newest.Value.Session;
                if (!IsGood(session.Pointer, now)) Drop(newest);
                else if (LibSsl.SSL_SESSION_get_protocol_version(session.Pointer) < SslConst.TLS1_3_VERSION) return SafeSslSessionHandle.Adopt(LibSsl.SSL_SESSION_dup(session.Pointer));
                else
                {
                    Remove(newest);
                    return session;
                }
            }

            return null;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            foreach (Entry entry in _all) entry.Session.Dispose();
            _all.Clear();
            _byPeer.Clear();
        }
    }

    public void Dispose()
    {
        lock (_gate) _isDisposed = true;
        Clear();
    }

    /// <summary>Shows every session, oldest first, under the lock.</summary>
    public void Each(Action<string, nint> show)
    {
        lock (_gate)
        {
            foreach (Entry entry in _all) show(entry.Peer, entry.Session.Pointer);
        }
    }

    private static bool IsGood(nint session, DateTimeOffset now) =>
        LibSsl.SSL_SESSION_is_resumable(session) != 0 && now.ToUnixTimeSeconds() < LibSsl.SSL_SESSION_get_time(session) + LibSsl.SSL_SESSION_get_timeout(session);

    private void Drop(LinkedListNode<Entry> node)
    {
        Remove(node);
        node.Value.Session.Dispose();
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _all.Remove(node);
        List<LinkedListNode<Entry>> own = _byPeer[node.Value.Peer];
        own.Remove(node);
        if (own.Count == 0) _byPeer.Remove(node.Value.Peer);
    }

    private readonly record struct Entry(string Peer, SafeSslSessionHandle Session);
}
