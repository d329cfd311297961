using System.CommandLine;

namespace OpenSslNb.Cli.Differential;

/// <summary>Who is to be compared: a server that runs already, or a command that starts one.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Address">Where it runs; null for a command.</param>
/// <param name="Words">The command, with its places for the port.</param>
internal sealed record PeerSource(string Text, HostPort? Address, string[] Words)
{
    public const string Port = "{port}";

    private const string Expected = $"HOST:PORT, or a command that starts a server, with {Port} where its port goes";
    private const string Connect = "connect:";

    public static Option<PeerSource> Option(string name, string which)
    {
        var option = new Option<PeerSource>(name) { Description = $"{which}: HOST:PORT of a server that runs, or a command that starts one on {Port} of 127.0.0.1", HelpName = "CMD", Required = true };
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Parse(text, out string fault) is { } source) return source;
            result.AddError($"{name} must be {Expected}, and not '{text}'{fault}");
            return null;
        };
        return option;
    }

    private static PeerSource? Parse(string text, out string fault)
    {
        fault = "";
        bool isAddress = text.StartsWith(Connect, StringComparison.Ordinal);
        string place = isAddress ? text[Connect.Length..] : text;
        if (HostPort.TryParse(place, out HostPort address) && address.Port > 0) return new PeerSource(text, address, []);
        if (HasBadPort(place)) fault = $": a port is a whole number from 1 to {ushort.MaxValue}";
        if (isAddress || fault.Length > 0) return null;
        try
        {
            string[] words = CommandWords.Split(text);
            if (words.Length > 0 && words.Any(word => word.Contains(Port))) return new PeerSource(text, null, words);
            fault = $": there is no {Port} in it";
        }
        catch (FormatException e)
        {
            fault = $": {e.Message}";
        }

        return null;
    }

    // One word that would be an address with another port is no command.
    private static bool HasBadPort(string place) =>
        place.LastIndexOf(':') is > 0 and var colon && !place.Any(char.IsWhiteSpace) && !place.Contains(Port) && HostPort.TryParse($"{place[..colon]}:1", out _);
}
