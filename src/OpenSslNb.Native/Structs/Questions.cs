using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Structs;

/// <summary><c>onb_peer</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePeer
{
    public nuint Size;
    public NativeBytesView* Certificates;
    public nuint CertificateCount;
    public NativeBytesView* Chain;
    public nuint ChainCount;
    public byte* Error;
    public int ErrorDepth;
    public byte* ServerName;
    public int Resumed;

    public static NativePeer* Of(TlsPeerVerification peer, Arena arena)
    {
        var result = (NativePeer*)arena.Allocate(sizeof(NativePeer));
        *result = new NativePeer
        {
            Size = (nuint)sizeof(NativePeer),
            Certificates = arena.BytesList(peer.Certificates),
            CertificateCount = (nuint)peer.Certificates.Count,
            Chain = arena.BytesList(peer.Chain),
            ChainCount = (nuint)peer.Chain.Count,
            Error = arena.Text(peer.Error),
            ErrorDepth = peer.ErrorDepth,
            ServerName = arena.Text(peer.ServerName),
            Resumed = peer.IsResumed ? 1 : 0,
        };
        return result;
    }
}

/// <summary><c>onb_certificate_request</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeCertificateRequest
{
    public nuint Size;
    public NativeBytesView* Authorities;
    public nuint AuthorityCount;
    public byte* ServerName;

    public static NativeCertificateRequest* Of(TlsCertificateRequest request, Arena arena)
    {
        var result = (NativeCertificateRequest*)arena.Allocate(sizeof(NativeCertificateRequest));
        *result = new NativeCertificateRequest
        {
            Size = (nuint)sizeof(NativeCertificateRequest),
            Authorities = arena.BytesList(request.Authorities),
            AuthorityCount = (nuint)request.Authorities.Count,
            ServerName = arena.Text(request.ServerName),
        };
        return result;
    }
}

/// <summary><c>onb_client_hello</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeClientHello
{
    public nuint Size;
    public NativeBytesView Message;
    public int LegacyVersion;
    public NativeBytesView Random;
    public NativeBytesView SessionId;
    public ushort* CipherSuites;
    public nuint CipherSuiteCount;
    public ushort* Extensions;
    public nuint ExtensionCount;
    public byte* ServerName;
    public byte** Alpn;
    public nuint AlpnCount;
    public ushort* Versions;
    public nuint VersionCount;
    public ushort* Groups;
    public nuint GroupCount;
    public ushort* SignatureAlgorithms;
    public nuint SignatureAlgorithmCount;
    public byte* Ja3;
    public byte* Ja4;

    public static NativeClientHello* Of(TlsClientHello hello, Arena arena)
    {
        var result = (NativeClientHello*)arena.Allocate(sizeof(NativeClientHello));
        *result = new NativeClientHello
        {
            Size = (nuint)sizeof(NativeClientHello),
            Message = arena.Bytes(hello.Message.Span),
            LegacyVersion = hello.LegacyVersion,
            Random = arena.Bytes(hello.Random.Span),
            SessionId = arena.Bytes(hello.SessionId.Span),
            CipherSuites = arena.Numbers(hello.CipherSuites),
            CipherSuiteCount = (nuint)hello.CipherSuites.Count,
            Extensions = arena.Numbers(hello.Extensions),
            ExtensionCount = (nuint)hello.Extensions.Count,
            ServerName = arena.Text(hello.ServerName),
            Alpn = arena.TextList(hello.ApplicationProtocols),
            AlpnCount = (nuint)hello.ApplicationProtocols.Count,
            Versions = arena.Numbers(hello.SupportedVersions),
            VersionCount = (nuint)hello.SupportedVersions.Count,
            Groups = arena.Numbers(hello.Groups),
            GroupCount = (nuint)hello.Groups.Count,
            SignatureAlgorithms = arena.Numbers(hello.SignatureAlgorithms),
            SignatureAlgorithmCount = (nuint)hello.SignatureAlgorithms.Count,
        };
        AddFingerprints(hello, arena, result);
        return result;
    }

    // JA3 is defined by MD5, which FIPS providers do not have. The handshake is not to fail for that.
    private static void AddFingerprints(TlsClientHello hello, Arena arena, NativeClientHello* result)
    {
        try
        {
            result->Ja3 = arena.Text(hello.Ja3);
            result->Ja4 = arena.Text(hello.Ja4);
        }
        catch (OpenSslException)
        {
            result->Ja3 = result->Ja4 = null;
        }
    }
}
