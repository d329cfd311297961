using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>A chain and a key while they are being read.</summary>
internal sealed class CertificateParts : IDisposable
{
    public List<SafeX509Handle> Chain { get; } = [];

    public SafeEvpPkeyHandle? Key { get; set; }

    public void Dispose()
    {
        Chain.ForEach(c => c.Dispose());
        Key?.Dispose();
    }
}
