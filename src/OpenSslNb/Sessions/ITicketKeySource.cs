namespace OpenSslNb;

/// <summary>Where a server's ticket keys come from (<see cref="TlsServerOptions.TicketKeys"/>). Shared by contexts, processes or machines, sessions of one are resumed by all.</summary>
public interface ITicketKeySource
{
    /// <summary>
    /// The keys as they are now: the first makes tickets, all of them read tickets, and a ticket that another than the first has read is replaced. Empty when there are none: then sessions are not resumed, and handshakes go on all the same.
    /// </summary>
    /// <remarks>Asked from the threads of all loops, in every handshake that makes or reads a ticket: it must answer from memory. What it throws ends the connection.</remarks>
    IReadOnlyList<TicketKey> Keys { get; }
}
