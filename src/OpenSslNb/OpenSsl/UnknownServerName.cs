namespace OpenSslNb;

/// <summary>What a client gets that asks for a name which the server has no certificate for.</summary>
public enum UnknownServerName
{
    /// <summary>The default certificate; the client may not like it.</summary>
    UseDefault = 0,

    /// <summary>The alert <c>unrecognized_name</c>, and no connection (RFC 6066 §3).</summary>
    Refuse,
}
