namespace OpenSslNb;

/// <summary>Certificates that are trusted as authorities.</summary>
public sealed class TlsTrust
{
    private TlsTrust(byte[] pem, string source)
    {
        Pem = pem;
        Source = source;
    }

    /// <summary>The certificates, PEM.</summary>
    internal byte[] Pem { get; }

    /// <summary>Where they came from, for messages.</summary>
    internal string Source { get; }

    /// <summary>Reads one or more certificates from a PEM file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TlsTrust FromPemFile(string path) => new(File.ReadAllBytes(path), path);

    /// <summary>Takes one or more certificates from PEM in memory.</summary>
    /// <param name="pem">Copied.</param>
    public static TlsTrust FromPem(ReadOnlySpan<byte> pem) => new(pem.ToArray(), "memory");
}
