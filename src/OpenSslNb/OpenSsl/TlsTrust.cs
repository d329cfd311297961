using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <summary>Who is trusted as an authority, and what is checked beside signatures. Immutable: each change gives a new one.</summary>
public sealed class TlsTrust
{
    private TlsTrust(IReadOnlyList<TrustSource> sources) => Sources = sources;

    private TlsTrust(TlsTrust other)
    {
        Sources = other.Sources;
        Revocation = other.Revocation;
        AllowsPartialChains = other.AllowsPartialChains;
    }

    /// <summary>The system's store, where OpenSSL looks for it (<c>SSL_CTX_set_default_verify_paths(3)</c>; <c>SSL_CERT_FILE</c> and <c>SSL_CERT_DIR</c> in the environment change that).</summary>
    public static TlsTrust System { get; } = new([TrustSource.System]);

    internal IReadOnlyList<TrustSource> Sources { get; private init; }

    internal RevocationLists? Revocation { get; private init; }

    internal bool AllowsPartialChains { get; private init; }

    /// <summary>Reads one or more certificates from a PEM file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TlsTrust FromPemFile(string path) => new([TrustSource.Pem(File.ReadAllBytes(path), path)]);

    /// <summary>Takes one or more certificates from PEM in memory.</summary>
    /// <param name="pem">Copied.</param>
    public static TlsTrust FromPem(ReadOnlySpan<byte> pem) => new([TrustSource.Pem(pem.ToArray(), "memory")]);

    /// <summary>Looks for authorities in a folder when it needs them: files named by the hash of their subject, as <c>openssl rehash</c> names them (<c>SSL_CTX_load_verify_locations(3)</c>).</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static TlsTrust FromDirectory(string path) =>
        Directory.Exists(path) ? new([TrustSource.Directory(path)]) : throw new DirectoryNotFoundException($"the folder of authorities '{path}' does not exist");

    /// <summary>These authorities and those of another; what either checks is checked.</summary>
    public TlsTrust And(TlsTrust other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. Sources, .. other.Sources])
        {
            Revocation = RevocationLists.Join(Revocation, other.Revocation),
            AllowsPartialChains = AllowsPartialChains || other.AllowsPartialChains,
        };
    }

    /// <summary>A chain may end at any certificate of these, not only at one that signed itself (<c>X509_V_FLAG_PARTIAL_CHAIN</c>, <c>X509_VERIFY_PARAM_set_flags(3)</c>): for trust in an intermediate, or in one server's own certificate.</summary>
    public TlsTrust WithPartialChains() => new(this) { AllowsPartialChains = true };

    /// <summary>
    /// Refuses certificates that these lists revoke (RFC 5280 §6.3), and those for whose issuer there is no list in force (<c>X509_V_FLAG_CRL_CHECK</c>). Nothing is fetched from elsewhere.
    /// </summary>
    /// <param name="pem">One or more revocation lists, PEM; copied.</param>
    /// <param name="wholeChain">Every certificate of the chain is looked up, not only the peer's own (<c>X509_V_FLAG_CRL_CHECK_ALL</c>).</param>
    public TlsTrust WithRevocationLists(ReadOnlySpan<byte> pem, bool wholeChain = false) =>
        new(this) { Revocation = RevocationLists.Join(Revocation, new RevocationLists([(pem.ToArray(), "memory")], wholeChain)) };

    /// <summary>As <see cref="WithRevocationLists"/>, from a file.</summary>
    /// <param name="path">One or more revocation lists, PEM.</param>
    /// <param name="wholeChain">Every certificate of the chain is looked up.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public TlsTrust WithRevocationListFile(string path, bool wholeChain = false) =>
        new(this) { Revocation = RevocationLists.Join(Revocation, new RevocationLists([(File.ReadAllBytes(path), path)], wholeChain)) };
}
