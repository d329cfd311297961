using System.Globalization;

namespace OpenSslNb.Benchmarks.Reports;

/// <summary>How figures are written: three digits that count, and the range behind the median.</summary>
internal static class Figures
{
    public const string None = "–";

    public static string Number(double value)
    {
        double size = Math.Abs(value);
        string format = size switch { >= 99.95 or 0 => "#,##0", >= 9.995 => "0.0", >= 0.0995 => "0.00", _ => "0.000" };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    public static string Range(Spread? spread) => spread is { } s ? s.Count == 1 ? Number(s.Median) : $"{Number(s.Median)} ({Number(s.Minimum)}–{Number(s.Maximum)})" : None;

    public static string Median(Spread? spread) => spread is { } s ? Number(s.Median) : None;

    public static string Ratio(Spread? spread, bool withRange = false) => spread is { } s
        ? s.Median.ToString("0.00", CultureInfo.InvariantCulture) + (withRange ? string.Create(CultureInfo.InvariantCulture, $" ({s.Minimum:0.00}–{s.Maximum:0.00})") : "")
        : None;
}
