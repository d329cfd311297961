using OpenSslNb.Engine;

namespace OpenSslNb.Connections;

/// <summary>The whole of what decides what a connection does next, for those who check or show it.</summary>
/// <param name="IsActive">TLS goes on.</param>
/// <param name="IsEnded">Everything is freed.</param>
/// <param name="Operations">Which operation waits for what.</param>
/// <param name="State">Where TLS is.</param>
/// <param name="Registered">What the poller holds.</param>
/// <param name="Wanted">What the poller should hold while the connection is active.</param>
/// <param name="Unsent">Ciphertext that the kernel has not taken.</param>
/// <param name="HasBufferedInput">Ciphertext waits where no poller sees it.</param>
/// <param name="KeptInbound">Plaintext kept while reading is paused.</param>
/// <param name="HasTurnDue">A turn will come without an event.</param>
/// <param name="IsWarm">OpenSSL's record buffers are to be freed when nothing moves for a while.</param>
internal readonly record struct ConnectionSnapshot(
    bool IsActive,
    bool IsEnded,
    BlockedOperations Operations,
    ConnectionState State,
    Interest Registered,
    Interest Wanted,
    int Unsent,
    bool HasBufferedInput,
    int KeptInbound,
    bool HasTurnDue,
    bool IsWarm);
