using System.Runtime.InteropServices;

namespace OpenSslNb.Interop;

/// <summary>Finds and loads libssl and libcrypto at run time, once for the process.</summary>
/// <remarks>Whoever is about to use <see cref="LibSsl"/> or <see cref="LibCrypto"/> for the first time calls <see cref="EnsureLoaded"/> before: it reports a missing library clearly.</remarks>
internal static unsafe class OpenSslLibrary
{
    /// <summary>Names a folder to look in before the system's.</summary>
    internal const string DirectoryVariable = "OPENSSLNB_OPENSSL_DIR";

    private const ulong OldestVersion = 0x1010100FUL;

    private static readonly Lazy<Loaded> s_loaded = new(() => Load(Preferred(Candidates(s_directory ?? DirectoryOfEnvironment))), LazyThreadSafetyMode.PublicationOnly);

    private static string? s_directory;

    private static bool s_isConfigurationBroken;

    private static Action<nint>? s_beforeInitialization;

    // Null leaves OpenSSL to its own rules.
    private static ConfigurationChoice? s_configuration;

    // Whoever runs a set-user-ID program sets its environment too, and must not choose its code: secure_getenv(3).
    private static string? DirectoryOfEnvironment => LibC.getauxval(LibC.AT_SECURE) == 0 ? Environment.GetEnvironmentVariable(DirectoryVariable) : null;

    /// <summary>What is loaded.</summary>
    internal static OpenSslVersion Version => s_loaded.Value.Version;

    /// <summary>Runs an action on libssl's handle when the library is loaded and has not been used yet: what must come before everything else (<c>CRYPTO_set_mem_functions(3)</c>). For simulations alone.</summary>
    /// <exception cref="InvalidOperationException">The library is in use already.</exception>
    internal static void BeforeInitialization(Action<nint> action)
    {
        if (s_loaded.IsValueCreated) throw new InvalidOperationException("OpenSSL is in use already: what must come before its initialisation is too late");
        s_beforeInitialization = action;
    }

    /// <summary>Takes the OpenSSL that the process has loaded already, if there is one, in place of a newer one. For hosts that use it too.</summary>
    internal static bool PrefersLoaded { get; set; }

    /// <summary>True once the library was looked for and found.</summary>
    internal static bool IsLoaded => s_loaded.IsValueCreated;

    /// <summary>Names a folder to look in before all others, in place of the environment's.</summary>
    /// <exception cref="InvalidOperationException">The library is in use already.</exception>
    internal static void LookIn(string directory)
    {
        if (s_loaded.IsValueCreated) throw new InvalidOperationException("OpenSSL is in use already: where it is looked for is chosen before anything else");
        s_directory = directory;
    }

    /// <summary>Chooses OpenSSL's configuration file, before anything else.</summary>
    /// <param name="path">The file; null for none.</param>
    /// <exception cref="InvalidOperationException">The library is in use already.</exception>
    internal static void Configure(string? path)
    {
        if (s_loaded.IsValueCreated) throw new InvalidOperationException("OpenSSL is in use already: its configuration is chosen before anything else");
        s_configuration = new ConfigurationChoice(path);
    }

    /// <summary>Loads the libraries if they are not.</summary>
    /// <exception cref="OpenSslNotFoundException">None was found, or too old a one; thrown at each call.</exception>
    internal static void EnsureLoaded() => _ = s_loaded.Value;

    /// <summary>The pairs that are tried, in order: libcrypto first, since libssl needs it from the same place. Those of a folder that was named, and no others: whoever names one does not want another.</summary>
    internal static IReadOnlyList<(string Crypto, string Ssl)> Candidates(string? directory)
    {
        string[] generations = ["4", "3", "1.1"];
        if (string.IsNullOrEmpty(directory)) return [.. generations.Select(generation => ($"libcrypto.so.{generation}", $"libssl.so.{generation}"))];
        string[] folders = [directory, Path.Combine(directory, "lib"), Path.Combine(directory, "lib64")];
        return [.. from folder in folders from generation in generations select (Path.Combine(folder, $"libcrypto.so.{generation}"), Path.Combine(folder, $"libssl.so.{generation}"))];
    }

    /// <summary>Loads the first pair that is there and new enough.</summary>
    internal static Loaded Load(IReadOnlyList<(string Crypto, string Ssl)> candidates)
    {
        var tooOld = new List<string>();
        foreach ((string crypto, string ssl) in candidates)
        {
            if (!TryLoad(crypto, ssl, out nint cryptoHandle, out nint handle)) continue;
            OpenSslVersion version = VersionOf(handle);
            if (version.Number >= OldestVersion)
            {
                s_beforeInitialization?.Invoke(handle);
                Initialize(handle);
                return new Loaded(handle, version);
            }

            tooOld.Add($"{ssl} is {version.Text}");
            NativeLibrary.Free(handle);
            NativeLibrary.Free(cryptoHandle);
        }

        throw new OpenSslNotFoundException(NotFoundMessage(candidates, tooOld));
    }

    /// <summary>The address of a symbol that every supported version has.</summary>
    internal static void* Required(string name) => RequiredAny(name);

    /// <summary>The address of the first of these symbols that is there.</summary>
    internal static void* RequiredAny(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            void* address = Optional(name);
            if (address != null) return address;
        }

        throw new OpenSslNotFoundException($"{Version.Text} lacks {string.Join(" and ", names.ToArray())}: is it a complete OpenSSL?");
    }

    /// <summary>The address of a symbol that not every version has; null when it is absent.</summary>
    /// <remarks>All symbols are looked up through libssl's handle, which leads to the very libcrypto that this libssl uses (<c>dlsym(3)</c>), even if another one is in the process.</remarks>
    internal static void* Optional(string name) => NativeLibrary.TryGetExport(s_loaded.Value.Ssl, name, out nint address) ? (void*)address : null;

    // The sort is stable. Names with a folder were asked for, and stay first.
    private static IReadOnlyList<(string Crypto, string Ssl)> Preferred(IReadOnlyList<(string Crypto, string Ssl)> candidates) =>
        PrefersLoaded ? [.. candidates.OrderBy(candidate => candidate.Ssl.Contains('/') ? 0 : LoadedLibraries.Contains(candidate.Ssl) ? 1 : 2)] : candidates;

    // What is not used must not stay loaded: the linker would give it to the next candidate, which asks for the same soname.
    private static bool TryLoad(string crypto, string ssl, out nint cryptoHandle, out nint sslHandle)
    {
        sslHandle = 0;
        bool bindsDeeply = PrefersLoaded && LoadedLibraries.ProgramHasOpenSsl && !LoadedLibraries.Contains(ssl);
        if (!TryLoad(crypto, bindsDeeply, out cryptoHandle)) return false;
        if (TryLoad(ssl, bindsDeeply, out sslHandle)) return true;
        NativeLibrary.Free(cryptoHandle);
        return false;
    }

    private static bool TryLoad(string name, bool bindsDeeply, out nint handle) => bindsDeeply ? LoadedLibraries.TryLoadBoundDeeply(name, out handle) : NativeLibrary.TryLoad(name, out handle);

    private static OpenSslVersion VersionOf(nint handle)
    {
        if (!NativeLibrary.TryGetExport(handle, "OpenSSL_version_num", out nint number) || !NativeLibrary.TryGetExport(handle, "OpenSSL_version", out nint text)) return new OpenSslVersion(0, "older than 1.1.0");
        nint words = (nint)((delegate* unmanaged<int, byte*>)text)(0);
        return new OpenSslVersion(((delegate* unmanaged<ulong>)number)(), Marshal.PtrToStringUTF8(words) ?? "unknown");
    }

    // Without the atexit handler: at process exit other threads may still be inside OpenSSL (OPENSSL_init_crypto(3)).
    private static void Initialize(nint handle)
    {
        var initialize = (delegate* unmanaged<ulong, nint, int>)NativeLibrary.GetExport(handle, "OPENSSL_init_ssl");
        ulong options = CryptoConst.OPENSSL_INIT_NO_ATEXIT | CryptoConst.OPENSSL_INIT_LOAD_SSL_STRINGS | CryptoConst.OPENSSL_INIT_LOAD_CRYPTO_STRINGS;
        if (s_configuration is { Path: { } path })
        {
            InitializeWith(handle, path, settings => initialize(options | CryptoConst.OPENSSL_INIT_LOAD_CONFIG, settings));
            return;
        }

        _ = initialize(s_configuration is null ? options : options | CryptoConst.OPENSSL_INIT_NO_LOAD_CONFIG, 0);
    }

    // A file that was named must be good: its errors are not overlooked, as those of the default are (OPENSSL_init_crypto(3)).
    private static void InitializeWith(nint handle, string path, Func<nint, int> initialize)
    {
        nint settings = ((delegate* unmanaged<nint>)NativeLibrary.GetExport(handle, "OPENSSL_INIT_new"))();
        nint name = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            _ = ((delegate* unmanaged<nint, nint, int>)NativeLibrary.GetExport(handle, "OPENSSL_INIT_set_config_filename"))(settings, name);
            ((delegate* unmanaged<nint, nuint, void>)NativeLibrary.GetExport(handle, "OPENSSL_INIT_set_config_file_flags"))(settings, 0);
            if (!s_isConfigurationBroken && initialize(settings) == 1) return;

            // OpenSSL reads it once: asked again, it would go on without.
            s_isConfigurationBroken = true;
            throw new OpenSslNotFoundException($"OpenSSL could not be initialised with the configuration file {path}: does it exist, and is it in order (config(5))?");
        }
        finally
        {
            ((delegate* unmanaged<nint, void>)NativeLibrary.GetExport(handle, "OPENSSL_INIT_free"))(settings);
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static string NotFoundMessage(IReadOnlyList<(string Crypto, string Ssl)> candidates, List<string> tooOld)
    {
        string searched = string.Join(", ", candidates.Select(c => $"{c.Crypto} with {c.Ssl}"));
        string old = tooOld.Count == 0 ? "" : $" Found, but too old: {string.Join(", ", tooOld)}.";
        string broken = string.Concat(candidates.SelectMany(candidate => (string[])[candidate.Crypto, candidate.Ssl]).Select(FaultOf).OfType<string>().Take(1).Select(fault => $" Found, but not to be loaded: {fault}"));
        return $"OpenSSL 1.1.1 or later was not found. Searched: {searched}.{old}{broken} Install libssl, or set {DirectoryVariable} to the folder that holds it.";
    }

    // A file of a folder that was named and cannot be loaded: perhaps because the process has another libcrypto of the same soname already, which is given to its libssl.
    private static string? FaultOf(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path));
            return null;
        }
        catch (DllNotFoundException e)
        {
            return $"{e.Message.ReplaceLineEndings(" ").TrimEnd()}.";
        }
        catch (BadImageFormatException e)
        {
            return $"{e.Message.ReplaceLineEndings(" ").TrimEnd()}.";
        }
    }

    private sealed record ConfigurationChoice(string? Path);

    /// <summary>A loaded libssl.</summary>
    internal sealed record Loaded(nint Ssl, OpenSslVersion Version);
}

/// <summary>A version of OpenSSL: <c>OpenSSL_version_num(3)</c> and its text.</summary>
internal sealed record OpenSslVersion(ulong Number, string Text)
{
    /// <summary>True from 3.0 on: other error codes, providers, other option bits.</summary>
    internal bool Is3OrLater => Number >= 0x30000000UL;
}

/// <summary>What the version in use can do.</summary>
internal static unsafe class OpenSslCapabilities
{
    /// <summary>Client renegotiation must be allowed explicitly; before 3.0 it was unless forbidden.</summary>
    internal static bool HasAllowClientRenegotiation => OpenSslLibrary.Version.Is3OrLater;

    /// <summary><c>SSL_OP_ENABLE_KTLS</c> means something. Whether the library was built with it and the kernel has the module shows on a connection.</summary>
    internal static bool HasKernelTls => OpenSslLibrary.Version.Is3OrLater;

    /// <summary>Errors carry a function's name and are fetched in one call.</summary>
    internal static bool HasErrGetErrorAll => LibCrypto.ERR_get_error_all != null;

    /// <summary>A verification callback may suspend the handshake (<c>SSL_set_retry_verify(3)</c>: since 3.0.2).</summary>
    internal static bool HasRetryVerify => OpenSslLibrary.Version.Number >= 0x30000020UL;

    /// <summary>Raw public keys may stand for certificates (RFC 7250; <c>SSL_CTX_set1_server_cert_type(3)</c>: since 3.2).</summary>
    internal static bool HasRawPublicKeys => LibSsl.SSL_CTX_set1_server_cert_type != null;
}
