using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_certificate_*</c> that make one.</summary>
internal static unsafe class CertificateExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_from_pem_files")]
    public static int FromPemFiles(byte* certificateFile, byte* keyFile, byte* password, nint* certificate) => Make(certificate, () =>
        TlsCertificate.FromPemFiles(Input.Text(certificateFile, "certificate_file"), Input.OptionalText(keyFile, "key_file") ?? Input.Text(certificateFile, "certificate_file"), Input.OptionalText(password, "password")));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_from_files")]
    public static int FromFiles(byte* certificateFile, byte* keyFile, byte* password, nint* certificate) => Make(certificate, () =>
        TlsCertificate.FromFiles(Input.Text(certificateFile, "certificate_file"), Input.OptionalText(keyFile, "key_file"), Input.OptionalText(password, "password")));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_from_pem")]
    public static int FromPem(void* pem, nuint pemLength, void* key, nuint keyLength, byte* password, nint* certificate) => Make(certificate, () =>
        TlsCertificate.FromPem(Input.Bytes(pem, pemLength, "pem"), key == null ? Input.Bytes(pem, pemLength, "pem") : Input.Bytes(key, keyLength, "key"), Input.OptionalText(password, "password")));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_from_der")]
    public static int FromDer(void* der, nuint derLength, void* key, nuint keyLength, byte* password, NativeBytesView* chain, nuint chainCount, nint* certificate) => Make(certificate, () =>
        TlsCertificate.FromDer(Input.Bytes(der, derLength, "der"), Input.Bytes(key, keyLength, "key"), Input.OptionalText(password, "password"), ChainOf(chain, chainCount)));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_from_pkcs12")]
    public static int FromPkcs12(void* data, nuint length, byte* password, nint* certificate) => Make(certificate, () =>
        TlsCertificate.FromPkcs12(Input.Bytes(data, length, "data"), Input.OptionalText(password, "password")));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_from_pkcs12_file")]
    public static int FromPkcs12File(byte* path, byte* password, nint* certificate) => Make(certificate, () =>
        TlsCertificate.FromPkcs12File(Input.Text(path, "path"), Input.OptionalText(password, "password")));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_from_uri")]
    public static int FromUri(byte* certificateUri, byte* keyUri, byte* password, nint* certificate) => Make(certificate, () =>
        TlsCertificate.FromUri(Input.Text(certificateUri, "certificate_uri"), Input.Text(keyUri, "key_uri"), Input.OptionalText(password, "password")));

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_self_signed")]
    public static int SelfSigned(byte** names, nuint count, long lifetimeSeconds, nint* certificate) => Call.Guarded(() =>
    {
        Input.Required(certificate, "certificate");
        string[] list = Input.Texts(names, count, "names");
        if (list.Length == 0) throw Refusal.Argument("a certificate needs a name");
        if (lifetimeSeconds is < 1 or > LongestLifetime) throw Refusal.Argument($"lifetime_seconds is {lifetimeSeconds}: it must be from 1 to {LongestLifetime}");
        using HostErrors errors = HostErrors.Keep();
        *certificate = HandleTable.Add(new Shared<TlsCertificate>(TlsCertificate.CreateSelfSigned(list, TimeSpan.FromSeconds(lifetimeSeconds))));
    });

    private const long LongestLifetime = 100L * 366 * 24 * 60 * 60;

    private static byte[][] ChainOf(NativeBytesView* chain, nuint count)
    {
        const int Longest = 100;
        if (count > Longest) throw Refusal.Argument($"the chain has {count} certificates, and at most {Longest} can be taken");
        if (count > 0) Input.Required(chain, "chain");
        var result = new byte[(int)count][];
        for (int i = 0; i < result.Length; i++) result[i] = Input.Bytes(chain[i].Data, chain[i].Length, "chain").ToArray();
        return result;
    }

    private static int Make(nint* certificate, Func<TlsCertificate> read) => Call.Guarded(() =>
    {
        Input.Required(certificate, "certificate");
        using HostErrors errors = HostErrors.Keep();
        *certificate = HandleTable.Add(new Shared<TlsCertificate>(read()));
    });
}
