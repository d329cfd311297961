using System.Globalization;

namespace OpenSslNb.Benchmarks;

/// <summary>The command line of a benchmark's server: options with one value each.</summary>
internal sealed class ServerArguments
{
    private static readonly string[] s_common = ["--ecdsa-cert", "--ecdsa-key", "--rsa-cert", "--rsa-key", "--tickets"];

    private readonly Dictionary<string, string> _values = [];

    /// <param name="arguments">What was given.</param>
    /// <param name="own">Options of this server alone.</param>
    /// <exception cref="ArgumentException">An option that does not exist, comes twice or lacks its value.</exception>
    public ServerArguments(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> own)
    {
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string name = arguments[i];
            if (!s_common.Contains(name) && !own.Contains(name)) throw new ArgumentException($"there is no option {name}: {string.Join(", ", [.. s_common, .. own])}");
            if (i + 1 == arguments.Length) throw new ArgumentException($"{name} needs a value");
            if (!_values.TryAdd(name, arguments[i + 1])) throw new ArgumentException($"{name} is given twice");
        }
    }

    public string EcdsaCertificate => Required("--ecdsa-cert");

    public string EcdsaKey => Required("--ecdsa-key");

    public string RsaCertificate => Required("--rsa-cert");

    public string RsaKey => Required("--rsa-key");

    /// <summary>Session tickets after a full handshake.</summary>
    public int Tickets => Number("--tickets", 2, least: 0);

    public string Text(string name, string standard) => _values.GetValueOrDefault(name, standard);

    public string OneOf(string name, params ReadOnlySpan<string> values)
    {
        string value = Text(name, values[0]);
        return values.Contains(value) ? value : throw new ArgumentException($"{name} is {string.Join(" or ", values.ToArray())}, not '{value}'");
    }

    public int Number(string name, int standard, int least)
    {
        if (!_values.TryGetValue(name, out string? text)) return standard;
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value);
        return isNumber && value >= least ? value : throw new ArgumentException($"{name} is a number from {least} on, not '{text}'");
    }

    private string Required(string name) => _values.TryGetValue(name, out string? value) ? value : throw new ArgumentException($"{name} is missing");
}
