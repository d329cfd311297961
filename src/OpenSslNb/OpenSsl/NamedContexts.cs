using System.Buffers;
using System.Text;
using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>A server's contexts for other names: the same configuration with another certificate. Freed with the context that they belong to, which connections keep.</summary>
internal sealed class NamedContexts
{
    // A name in DNS: RFC 1035 §2.3.4.
    private const int LongestName = 255;

    // Keys in lower case. A wildcard is kept without its star: ".example.org".
    private readonly Dictionary<string, SafeSslCtxHandle>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly Dictionary<string, SafeSslCtxHandle>.AlternateLookup<ReadOnlySpan<char>> _wildcards;

    private NamedContexts(Dictionary<string, SafeSslCtxHandle> exact, Dictionary<string, SafeSslCtxHandle> wildcards)
    {
        _exact = exact.GetAlternateLookup<ReadOnlySpan<char>>();
        _wildcards = wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Makes a context for each certificate; null when there are no names.</summary>
    /// <param name="owner">Whose release frees them.</param>
    /// <param name="options">With the names.</param>
    /// <exception cref="ArgumentException">A name is none, or there twice.</exception>
    public static NamedContexts? Create(SafeSslCtxHandle owner, TlsServerOptions options)
    {
        if (options.NamedCertificates.Count == 0) return null;
        var exact = new Dictionary<string, SafeSslCtxHandle>();
        var wildcards = new Dictionary<string, SafeSslCtxHandle>();
        var made = new Dictionary<TlsCertificate, SafeSslCtxHandle>();
        owner.OnReleased(() => FreeAll(made.Values));
        foreach ((string name, TlsCertificate certificate) in options.NamedCertificates)
        {
            string key = KeyOf(name, out bool isWildcard);
            if (!made.TryGetValue(certificate, out SafeSslCtxHandle? context))
            {
                context = TlsContextBuilder.CreateHandle(options);
                made.Add(certificate, context);
                TlsContextBuilder.Configure(context, options with { Certificate = certificate, AdditionalCertificates = [], NamedCertificates = new Dictionary<string, TlsCertificate>() }, sessionsOf: options);
            }

            if (!(isWildcard ? wildcards : exact).TryAdd(key, context)) throw new ArgumentException($"NamedCertificates has the name '{name}' twice", nameof(options));
        }

        return new NamedContexts(exact, wildcards);
    }

    /// <summary>The context for the name that a client asks for; null when there is none.</summary>
    public SafeSslCtxHandle? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length is 0 or > LongestName) return null;
        Span<char> text = stackalloc char[name.Length];
        if (Ascii.ToLower(name, text, out int length) != OperationStatus.Done) return null;
        if (_exact.TryGetValue(text[..length], out SafeSslCtxHandle? found)) return found;
        int dot = text.IndexOf('.');
        return dot > 0 && _wildcards.TryGetValue(text[dot..length], out found) ? found : null;
    }

    private static string KeyOf(string name, out bool isWildcard)
    {
        isWildcard = name.StartsWith("*.", StringComparison.Ordinal);
        string rest = isWildcard ? name[2..] : name;
        if (rest.Length is 0 or > LongestName - 2 || rest.Contains('*') || Uri.CheckHostName(rest) != UriHostNameType.Dns)
        {
            throw new ArgumentException($"NamedCertificates: '{name}' must be a DNS name, or '*.' and a DNS name", nameof(name));
        }

        string ascii = PeerName.ToAscii(rest).ToLowerInvariant();
        return isWildcard ? "." + ascii : ascii;
    }

    private static void FreeAll(IEnumerable<SafeSslCtxHandle> contexts)
    {
        foreach (SafeSslCtxHandle context in contexts) context.Dispose();
    }
}
