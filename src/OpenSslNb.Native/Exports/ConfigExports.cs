using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_config_*</c> that clients and servers have in common: the configuration itself, and what is text or a number.</summary>
internal static unsafe class ConfigExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_new_client")]
    public static int NewClient(nint* config) => Call.Guarded(() =>
    {
        Input.Required(config, "config");
        *config = HandleTable.Add(new NativeConfig(new TlsClientOptions()));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_new_server")]
    public static int NewServer(nint* config) => Call.Guarded(() =>
    {
        Input.Required(config, "config");
        *config = HandleTable.Add(new NativeConfig(new TlsServerOptions()));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_free")]
    public static int Free(nint config) => Call.Guarded(() =>
        Handle.Take<NativeConfig>(config, "config")?.Free());

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_protocols")]
    public static int SetProtocols(nint config, int minimum, int maximum) => Call.Guarded(() =>
    {
        TlsProtocol least = Input.Defined<TlsProtocol>(minimum, "minimum");
        TlsProtocol most = Input.Defined<TlsProtocol>(maximum, "maximum");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { MinimumProtocol = least, MaximumProtocol = most });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_cipher_list")]
    public static int SetCipherList(nint config, byte* list) => Call.Guarded(() =>
    {
        string? value = Input.OptionalText(list, "list");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { CipherList = value });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_cipher_suites")]
    public static int SetCipherSuites(nint config, byte* suites) => Call.Guarded(() =>
    {
        string? value = Input.OptionalText(suites, "suites");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { CipherSuites = value });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_groups")]
    public static int SetGroups(nint config, byte* groups) => Call.Guarded(() =>
    {
        string? value = Input.OptionalText(groups, "groups");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { Groups = value });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_signature_algorithms")]
    public static int SetSignatureAlgorithms(nint config, byte* algorithms) => Call.Guarded(() =>
    {
        string? value = Input.OptionalText(algorithms, "algorithms");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { SignatureAlgorithms = value });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_security_level")]
    public static int SetSecurityLevel(nint config, int level) => Call.Guarded(() =>
    {
        if (level is < -1 or > 5) throw Refusal.Argument($"level is {level}: it must be from 0 to 5, or -1 for the default");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { SecurityLevel = level < 0 ? null : level });
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_config_set_property_query")]
    public static int SetPropertyQuery(nint config, byte* query) => Call.Guarded(() =>
    {
        string? value = Input.OptionalText(query, "query");
        Handle.Get<NativeConfig>(config, "config").Set(options => options with { PropertyQuery = value });
    });
}
