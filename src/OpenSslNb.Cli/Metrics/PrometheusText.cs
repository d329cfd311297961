using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace OpenSslNb.Cli.Metrics;

/// <summary>Writes the text format of Prometheus, version 0.0.4. Names follow OpenTelemetry's rules for Prometheus: dots become underscores, and the unit and <c>_total</c> are appended.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string _family = "";

    /// <summary>The name of an instrument's family.</summary>
    public static string NameOf(Instrument instrument)
    {
        Type kind = instrument.GetType().GetGenericTypeDefinition();
        string name = NameOf(instrument.Name);
        string unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            "1" when kind == typeof(ObservableGauge<>) => "_ratio",
            _ => "",
        };
        return name + unit + (kind == typeof(ObservableCounter<>) ? "_total" : "");
    }

    /// <summary>A number as Prometheus reads it.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>The lines above a family's samples.</summary>
    public void BeginFamily(string name, string type, string? help)
    {
        _family = name;
        if (help is not null) _text.Append("# HELP ").Append(name).Append(' ').Append(Escaped(help, quotes: false)).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>A line of the family.</summary>
    /// <param name="suffix">Behind the family's name: a histogram has three.</param>
    /// <param name="tags">Become labels.</param>
    /// <param name="value">The value.</param>
    public void Sample(string suffix, ReadOnlySpan<KeyValuePair<string, object?>> tags, double value)
    {
        _text.Append(_family).Append(suffix);
        char opening = '{';
        foreach ((string key, object? word) in tags)
        {
            _text.Append(opening).Append(NameOf(key)).Append("=\"").Append(Escaped(Convert.ToString(word, CultureInfo.InvariantCulture) ?? "", quotes: true)).Append('"');
            opening = ',';
        }

        if (!tags.IsEmpty) _text.Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    public override string ToString() => _text.ToString();

    // [a-zA-Z_][a-zA-Z0-9_]*; what else there is becomes an underscore.
    private static string NameOf(string name)
    {
        string allowed = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return allowed.Length > 0 && char.IsAsciiDigit(allowed[0]) ? "_" + allowed : allowed;
    }

    private static string Escaped(string text, bool quotes)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
