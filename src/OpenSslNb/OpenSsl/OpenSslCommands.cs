using OpenSslNb.Interop;

namespace OpenSslNb.OpenSsl;

/// <summary>Settings by the names that OpenSSL's own configuration files have for them (<c>SSL_CONF_cmd(3)</c>).</summary>
internal static unsafe class OpenSslCommands
{
    private const int NotKnown = -2;
    private const int ValueMissing = -3;

    // What is ours to set: other options of this library rest on it.
    private static readonly string[] s_ours = ["Certificate", "PrivateKey", "MinProtocol", "MaxProtocol", "Protocol", "VerifyMode", "ChainCAFile", "ChainCAPath", "VerifyCAFile", "VerifyCAPath"];

    public static void Apply(nint context, TlsOptions options)
    {
        if (options.OpenSslCommands.Count == 0) return;
        nint commands = LibSsl.SSL_CONF_CTX_new();
        if (commands == 0) throw OpenSslException.FromQueue("SSL_CONF_CTX_new failed");
        try
        {
            int side = options is TlsServerOptions ? SslConst.SSL_CONF_FLAG_SERVER : SslConst.SSL_CONF_FLAG_CLIENT;
            int all = options.LeavesAllToCommands ? SslConst.SSL_CONF_FLAG_CERTIFICATE | SslConst.SSL_CONF_FLAG_REQUIRE_PRIVATE : 0;
            _ = LibSsl.SSL_CONF_CTX_set_flags(commands, (uint)(SslConst.SSL_CONF_FLAG_FILE | SslConst.SSL_CONF_FLAG_SHOW_ERRORS | side | all));
            LibSsl.SSL_CONF_CTX_set_ssl_ctx(commands, context);
            foreach ((string name, string value) in options.OpenSslCommands)
            {
                if (!options.LeavesAllToCommands && s_ours.Contains(name, StringComparer.OrdinalIgnoreCase)) throw new ArgumentException($"OpenSslCommands must not have '{name}': TlsOptions has a property for it", nameof(options));
                Apply(commands, name, value);
            }

            if (LibSsl.SSL_CONF_CTX_finish(commands) != 1) throw OpenSslException.FromQueue("OpenSSL refused the OpenSslCommands");
        }
        finally
        {
            LibSsl.SSL_CONF_CTX_free(commands);
        }
    }

    private static void Apply(nint commands, string name, string value)
    {
        using var nameText = new NativeText(name);
        using var valueText = new NativeText(value);
        LibCrypto.ERR_clear_error();
        int result = LibSsl.SSL_CONF_cmd(commands, nameText.Pointer, valueText.Pointer);
        if (result > 0) return;
        string what = result switch
        {
            NotKnown => $"OpenSslCommands: this OpenSSL has no command '{name}' here",
            ValueMissing => $"OpenSslCommands: '{name}' needs a value",
            _ => $"OpenSslCommands: '{name}' does not take '{value}'",
        };
        throw OpenSslException.FromQueue(what);
    }
}
