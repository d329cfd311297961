using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace OpenSslNb.Cli;

/// <summary>Keying material that both sides can derive from a connection (RFC 5705, RFC 8446 §7.5), and what binds other protocols to it (RFC 5929, RFC 9266).</summary>
/// <param name="report">The option whose output has them.</param>
internal sealed class KeyingMaterialOptions(Option report)
{
    private const int DefaultLength = 32;

    // The library's.
    private const int MostBytes = 8 * 1024;

    private static readonly (TlsChannelBinding Kind, string Name)[] s_bindings = [(TlsChannelBinding.Exporter, "tls-exporter"), (TlsChannelBinding.Unique, "tls-unique"), (TlsChannelBinding.ServerEndPoint, "tls-server-end-point")];

    private readonly Option<string[]> _labels = new("--export-keying-material") { Description = $"with {report.Name}: derive keying material under this label, which both sides then know; secret; may be given again", HelpName = "LABEL", AllowMultipleArgumentsPerToken = false };
    private readonly Option<int> _length = new Option<int>("--export-length") { Description = "bytes of it", DefaultValueFactory = _ => DefaultLength }.Between(1, MostBytes);
    private readonly Option<string?> _context = new("--export-context") { Description = "the context that goes into it; none is not the same as an empty one in TLS 1.2", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_labels, _length, _context]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            string[] labels = [.. result.GetResult(_labels)?.Tokens.Select(token => token.Value) ?? []];
            foreach (string label in labels.Where(label => label.Length == 0 || !Ascii.IsValid(label))) result.AddError($"{_labels.Name} must be a label in ASCII, such as EXPORTER-protocol, and not '{label}'");
            if (labels.Distinct().Count() < labels.Length) result.AddError($"{_labels.Name} gives a label twice");
            if (result.IsGiven(_labels) && !result.IsGiven(report)) result.AddError($"{_labels.Name} needs {report.Name}");
            foreach (Option option in (Option[])[_length, _context])
            {
                if (result.IsGiven(option) && !result.IsGiven(_labels)) result.AddError($"{option.Name} needs {_labels.Name}");
            }
        });
    }

    /// <summary>Derives all of it, as members of a JSON object in hexadecimal; bindings that the connection does not have are null.</summary>
    public async Task<Action<Utf8JsonWriter>> DeriveAsync(ParseResult parsed, TlsConnection connection)
    {
        var exported = new List<(string Label, byte[] Value)>();
        ReadOnlyMemory<byte>? context = null;
        if (parsed.GetValue(_context) is { } text) context = Encoding.UTF8.GetBytes(text);
        foreach (string label in parsed.GetValue(_labels) ?? []) exported.Add((label, await connection.ExportKeyingMaterialAsync(label, parsed.GetValue(_length), context)));
        var bindings = new List<(string Name, byte[]? Value)>();
        foreach ((TlsChannelBinding kind, string name) in s_bindings) bindings.Add((name, await BindingAsync(connection, kind)));
        return json =>
        {
            json.WriteStartObject("channel_bindings");
            foreach ((string name, byte[]? value) in bindings) json.WriteString(name, value is null ? null : Convert.ToHexStringLower(value));
            json.WriteEndObject();
            if (exported.Count == 0) return;
            json.WriteStartObject("keying_material");
            foreach ((string label, byte[] value) in exported) json.WriteString(label, Convert.ToHexStringLower(value));
            json.WriteEndObject();
        };
    }

    private static async Task<byte[]?> BindingAsync(TlsConnection connection, TlsChannelBinding kind)
    {
        try
        {
            return await connection.GetChannelBindingAsync(kind);
        }
        catch (InvalidOperationException)
        {
            // Its version or its certificate has none.
            return null;
        }
    }
}
