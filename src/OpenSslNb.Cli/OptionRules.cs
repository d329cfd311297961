using System.CommandLine;
using System.Globalization;

namespace OpenSslNb.Cli;

/// <summary>What options refuse, said with the option's name, the value and what was expected.</summary>
internal static class OptionRules
{
    // A day; more is surely a mistake in the unit.
    private const double LongestSeconds = 86_400;

    /// <summary>Makes the option refuse numbers below <paramref name="least"/>.</summary>
    public static Option<int> AtLeast(this Option<int> option, int least)
    {
        option.Validators.Add(result =>
        {
            // A value that is no number has its error from the parser.
            if (result.Errors.Any() || result.GetValueOrDefault<int>() >= least) return;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be at least {least}, and not {result.GetValueOrDefault<int>()}"));
        });
        return option;
    }

    /// <summary>Makes the option refuse what is no positive time.</summary>
    public static Option<double> Seconds(this Option<double> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<double>() is > 0 and <= LongestSeconds) return;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be a number of seconds above 0 and up to {LongestSeconds:0}, and not {result.GetValueOrDefault<double>()}"));
        });
        return option;
    }

    /// <summary>Makes the option take one of these words only.</summary>
    public static Option<string> OneOf(this Option<string> option, params string[] words)
    {
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
