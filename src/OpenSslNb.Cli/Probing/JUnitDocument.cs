using System.Globalization;
using System.Text;
using System.Xml;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Probing;

/// <summary>JUnit's XML, as continuous integration reads it: a suite for each area, a case for each probe.</summary>
internal static class JUnitDocument
{
    public static byte[] Of(ProbeReport report)
    {
        // Surrogates apart, whatever XML cannot have is replaced: evidence may quote what a peer said in place of TLS.
        using var stream = new MemoryStream();
        using (XmlWriter xml = XmlWriter.Create(stream, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) })) Write(xml, report);
        return stream.ToArray();
    }

    private static void Write(XmlWriter xml, ProbeReport report)
    {
        xml.WriteStartDocument();
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", $"opensslnb probe {report.Target}");
        Count(xml, report.Results, report.Error is null ? 0 : 1);
        foreach (IGrouping<string, ProbeResult> area in report.Results.GroupBy(result => result.Probe.Area)) WriteSuite(xml, area.Key, [.. area]);
        if (report.Error is { } error) WriteError(xml, error);
        xml.WriteEndElement();
        xml.WriteEndDocument();
    }

    // Why not all were asked: a case that is none of a probe.
    private static void WriteError(XmlWriter xml, string error)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", "run");
        Count(xml, [], 1);
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", "probe.run");
        xml.WriteAttributeString("name", "all-asked");
        xml.WriteAttributeString("time", Time(0));
        xml.WriteStartElement("error");
        xml.WriteAttributeString("message", Printable(error));
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WriteSuite(XmlWriter xml, string area, IReadOnlyList<ProbeResult> results)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", area);
        Count(xml, results, 0);
        foreach (ProbeResult result in results) WriteCase(xml, result);
        xml.WriteEndElement();
    }

    private static void Count(XmlWriter xml, IReadOnlyList<ProbeResult> results, int errors)
    {
        xml.WriteAttributeString("tests", Text(results.Count + errors));
        xml.WriteAttributeString("failures", Text(results.Count(result => result.Verdict == ProbeVerdict.Failed)));
        xml.WriteAttributeString("errors", Text(errors));
        xml.WriteAttributeString("skipped", Text(results.Count(result => result.Verdict == ProbeVerdict.NotApplicable)));
        xml.WriteAttributeString("time", Time(results.Sum(result => result.Duration.TotalSeconds)));
    }

    private static void WriteCase(XmlWriter xml, ProbeResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", $"probe.{result.Probe.Area}");
        xml.WriteAttributeString("name", result.Probe.Name);
        xml.WriteAttributeString("time", Time(result.Duration.TotalSeconds));
        string details = Printable($"{result.Probe.Reference}: {result.Probe.Expectation}\n{result.Evidence}");
        switch (result.Verdict)
        {
            case ProbeVerdict.Failed:
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("type", result.Probe.Reference);
                xml.WriteAttributeString("message", Printable(result.Evidence));
                xml.WriteString(details);
                xml.WriteEndElement();
                break;
            case ProbeVerdict.NotApplicable:
                xml.WriteStartElement("skipped");
                xml.WriteAttributeString("message", Printable(result.Evidence));
                xml.WriteEndElement();
                break;
            default:
                xml.WriteElementString("system-out", $"{ProbeReport.Word(result.Verdict)}. {details}");
                break;
        }

        xml.WriteEndElement();
    }

    private static string Printable(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '?'));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);
}
