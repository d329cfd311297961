using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary><c>--openssl-command NAME=VALUE</c>: what this program has no option for.</summary>
internal static class OpenSslCommandOption
{
    public static Option<KeyValuePair<string, string>[]> Create()
    {
        var option = new Option<KeyValuePair<string, string>[]>("--openssl-command")
        {
            Description = "anything else, as OpenSSL's configuration files name it (SSL_CONF_cmd(3)), such as Options=-MiddleboxCompat; may be given again",
            HelpName = "NAME=VALUE",
            AllowMultipleArgumentsPerToken = false,
        };
        option.CustomParser = result =>
        {
            var commands = new List<KeyValuePair<string, string>>();
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                int equals = text.IndexOf('=');
                if (equals > 0) commands.Add(new(text[..equals], text[(equals + 1)..]));
                else result.AddError($"--openssl-command must be NAME=VALUE, and not '{text}'");
            }

            return [.. commands];
        };
        return option;
    }
}
