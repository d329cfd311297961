using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Cli;

/// <summary>What options take. A refusal says the option's name, the value and what was expected.</summary>
internal static class OptionRules
{
    // A day; more is surely a mistake in the unit.
    private const double LongestSeconds = 86_400;

    private delegate bool Rule<T>(string text, out T value);

    /// <summary>True when the option is on the command line, and does not just have its default.</summary>
    public static bool IsGiven(this SymbolResult result, Option option) => result.GetResult(option) is { Implicit: false };

    /// <summary>Reads what an option names.</summary>
    /// <exception cref="IOException">It cannot be read, or holds something else; the message names the option.</exception>
    public static T Reading<T>(this Option option, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OpenSslException)
        {
            throw new IOException($"{option.Name}: {e.Message}", e);
        }
    }

    /// <summary>Makes the option take whole numbers from <paramref name="least"/> on.</summary>
    public static Option<int> AtLeast(this Option<int> option, int least) => option.Between(least, int.MaxValue);

    /// <summary>Makes the option take whole numbers from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int> Between(this Option<int> option, int least, int most)
    {
        bool Read(string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
        option.HelpName = "N";
        option.CustomParser = result => Parse<int>(result, option.Name, $"a whole number from {least} to {most}", Read);
        return option;
    }

    /// <summary>Makes the option take any number of 64 bits.</summary>
    public static Option<ulong> Number(this Option<ulong> option)
    {
        bool Read(string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        option.HelpName = "N";
        option.CustomParser = result => Parse<ulong>(result, option.Name, FormattableString.Invariant($"a whole number from 0 to {ulong.MaxValue}"), Read);
        return option;
    }

    /// <summary>Makes the option take positive times.</summary>
    public static Option<double> Seconds(this Option<double> option)
    {
        bool Read(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value is > 0 and <= LongestSeconds;
        option.HelpName = "S";
        option.CustomParser = result => Parse<double>(result, option.Name, FormattableString.Invariant($"a number of seconds above 0 and up to {LongestSeconds:0}"), Read);
        return option;
    }

    /// <summary>Makes the option take positive times or be left out.</summary>
    public static Option<double?> Seconds(this Option<double?> option)
    {
        bool Read(string text, out double? value)
        {
            bool isRead = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double read) && read is > 0 and <= LongestSeconds;
            value = read;
            return isRead;
        }

        option.HelpName = "S";
        option.CustomParser = result => Parse<double?>(result, option.Name, FormattableString.Invariant($"a number of seconds above 0 and up to {LongestSeconds:0}"), Read);
        return option;
    }

    /// <summary>Makes the option take one of these words only.</summary>
    public static Option<string> OneOf(this Option<string> option, params string[] words)
    {
        option.HelpName = string.Join('|', words);
        option.CompletionSources.Add(words);
        option.CustomParser = result => Parse<string>(result, option.Name, string.Join(" or ", words), OneOf(words));
        return option;
    }

    /// <summary>Makes the argument take one of these words only.</summary>
    public static Argument<string> OneOf(this Argument<string> argument, params string[] words)
    {
        argument.CompletionSources.Add(words);
        argument.CustomParser = result => Parse<string>(result, argument.Name, string.Join(" or ", words), OneOf(words));
        return argument;
    }

    /// <summary>Makes the option take the name of a host, which is never empty.</summary>
    public static T OfHost<T>(this T option)
        where T : Option
    {
        option.HelpName = "NAME";
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (string.IsNullOrWhiteSpace(text) || !PeerName.IsPossible(text))) result.AddError($"{option.Name} must be the name of a host, such as example.org, or an address, and not '{text}'");
        });
        return option;
    }

    /// <summary>Makes the option take <c>HOST:PORT</c>.</summary>
    public static Option<HostPort> At(this Option<HostPort> option)
    {
        option.HelpName = "HOST:PORT";
        option.CustomParser = result => Parse<HostPort>(result, option.Name, HostPort.Expected, HostPort.TryParse);
        return option;
    }

    /// <summary>Makes the option take <c>HOST:PORT</c> or be left out.</summary>
    public static Option<HostPort?> At(this Option<HostPort?> option)
    {
        bool Read(string text, out HostPort? value)
        {
            bool isRead = HostPort.TryParse(text, out HostPort read);
            value = read;
            return isRead;
        }

        option.HelpName = "HOST:PORT";
        option.CustomParser = result => Parse<HostPort?>(result, option.Name, HostPort.Expected, Read);
        return option;
    }

    /// <summary>Makes the argument take <c>HOST:PORT</c>, where somebody can be connected to.</summary>
    public static Argument<HostPort> At(this Argument<HostPort> argument)
    {
        bool Read(string text, out HostPort value) => HostPort.TryParse(text, out value) && value.Port > 0;
        argument.CustomParser = result => Parse<HostPort>(result, argument.Name, HostPort.Expected, Read);
        return argument;
    }

    private static Rule<string> OneOf(string[] words) => (string text, out string value) => words.Contains(value = text);

    private static T? Parse<T>(ArgumentResult result, string name, string expected, Rule<T> rule)
    {
        string text = result.Tokens[0].Value;
        if (rule(text, out T value)) return value;
        result.AddError($"{name} must be {expected}, and not '{text}'");
        return default;
    }
}
