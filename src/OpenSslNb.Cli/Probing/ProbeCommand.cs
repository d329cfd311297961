using System.CommandLine;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Probing;

/// <summary><c>opensslnb probe</c>: asks a server what it does with well-formed and malformed clients, and judges it by the RFCs.</summary>
internal sealed class ProbeCommand
{
    private readonly Argument<HostPort> _target = new Argument<HostPort>("target") { Description = "HOST:PORT" }.At();
    private readonly Option<string?> _name = new Option<string?>("--server-name") { Description = "the name to ask for and to check; the host unless given" }.OfHost();
    private readonly TrustOptions _trust = new(new Option<string?>("--ca") { Description = "trust these authorities instead of the system's, PEM", HelpName = "FILE" });
    private readonly VerificationOptions _verification = new();
    private readonly IdentityOptions _own = new("who we are for servers that ask");
    private readonly Option<string?> _alpn = new("--alpn") { Description = "application protocols that the server needs, separated by commas" };
    private readonly Option<string[]> _only = new("--only") { Description = "only probes whose name or area contains this; * for anything; may be given again", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string[]> _except = new("--except") { Description = "all but these, such as known findings; may be given again", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };
    private readonly Option<double> _timeout = new Option<double>("--timeout") { Description = "seconds that each wait for the server may take", DefaultValueFactory = _ => 5 }.Seconds();
    private readonly Option<string?> _request = new("--request") { Description = "send what this file holds wherever a request is sent, instead of one of HTTP/1.0", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "print one document of JSON instead of the table" };
    private readonly Option<string?> _junit = new("--junit") { Description = "also write JUnit XML to this file", HelpName = "FILE" };
    private readonly Option<bool> _list = new("--list") { Description = "only say which probes there are: nobody is asked anything" };

    public static Command Create()
    {
        var options = new ProbeCommand();
        var command = new Command("probe", "Ask a TLS server what it does with clients good and bad, and judge it by the RFCs.");
        options.AddTo(command);
        command.SetAction(options.RunAsync);
        return command;
    }

    private void AddTo(Command command)
    {
        command.Arguments.Add(_target);
        foreach (Option option in (Option[])[_name, _alpn, _only, _except, _timeout, _request, _json, _junit, _list]) command.Options.Add(option);
        _trust.AddTo(command);
        _verification.AddTo(command);
        _own.AddTo(command);
        _target.Arity = ArgumentArity.ZeroOrOne;
        command.Validators.Add(result =>
        {
            bool isList = result.GetResult(_list) is { Implicit: false };
            if (!isList && result.GetResult(_target) is not { Tokens.Count: > 0 }) result.AddError("target is missing: HOST:PORT of the server to probe");
            if (isList && result.IsGiven(_junit)) result.AddError("--junit does not go with --list, which asks nobody");
            if (result.GetValue(_alpn) is { } names && names.Split(',', StringSplitOptions.TrimEntries).Contains("")) result.AddError($"--alpn must be names separated by commas, and not '{names}'");
            string[] PatternsOf(Option option) => [.. result.GetResult(option)?.Tokens.Select(token => token.Value) ?? []];
            if (!Chosen([.. PatternsOf(_only).Select(p => new ProbePattern(p))], [.. PatternsOf(_except).Select(p => new ProbePattern(p))]).Any()) result.AddError("--only and --except leave no probe");
            foreach (Option option in (Option[])[_only, _except])
            {
                foreach (string pattern in PatternsOf(option))
                {
                    if (!ProbeBattery.All.Any(new ProbePattern(pattern).Matches)) result.AddError($"{option.Name} '{pattern}' is in the name of no probe and of no area: see --list");
                }
            }
        });
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken _)
    {
        ProbePattern[] only = Patterns(parsed, _only);
        ProbePattern[] except = Patterns(parsed, _except);
        Probe[] probes = [.. Chosen(only, except)];
        if (parsed.GetValue(_list)) return ProbeReport.List(probes, parsed.GetValue(_json));
        using OwnCertificates own = _own.Load(parsed);
        ProbeTarget target = Target(parsed, own);

        // Now, and not when all is done and would be lost.
        using ReportFile? junit = parsed.GetValue(_junit) is { } path ? _junit.Reading(() => new ReportFile(path)) : null;
        using var interruption = new Interruption();
        ProbeReport report = await AskAsync(target, probes, interruption.Token);
        if (report.Error is { } error) await Console.Error.WriteLineAsync($"opensslnb: {error}");
        if (parsed.GetValue(_json)) report.WriteJson();
        else if (report.Error is null || report.Results.Count > 0) report.WriteTable();
        _junit.Reading(() =>
        {
            junit?.Write(JUnitDocument.Of(report));
            return true;
        });
        return interruption.ExitCode ?? (report.Failed == 0 && report.Error is null ? ExitCode.Ok : ExitCode.Failed);
    }

    private static async Task<ProbeReport> AskAsync(ProbeTarget target, IReadOnlyList<Probe> probes, CancellationToken cancellation)
    {
        var results = new List<ProbeResult>();
        PeerFeatures features = PeerFeatures.None;
        bool isDiscovered = false;
        string? error = null;
        try
        {
            features = await ProbeBattery.DiscoverAsync(target, cancellation);
            isDiscovered = true;
            await ProbeProgress.RunAsync(target, features, probes, results, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Before the first probe.
        }
        catch (Exception e) when (e is not OpenSslNotFoundException)
        {
            // A defect of a probe, or an OpenSSL that cannot do what one asks for: what was found before is reported all the same.
            error = $"{(isDiscovered ? $"{probes[results.Count].Name}: " : "")}{Fault.Sentence(e)}";
        }

        if (cancellation.IsCancellationRequested && results.Count < probes.Count) error = $"interrupted: {results.Count} of {probes.Count} probes were asked";
        return new ProbeReport(target, features, results, probes.Count, error);
    }

    private static IEnumerable<Probe> Chosen(ProbePattern[] only, ProbePattern[] except) =>
        ProbeBattery.All.Where(probe => (only.Length == 0 || only.Any(pattern => pattern.Matches(probe))) && !except.Any(pattern => pattern.Matches(probe)));

    private static ProbePattern[] Patterns(ParseResult parsed, Option<string[]> option) => [.. (parsed.GetValue(option) ?? []).Select(pattern => new ProbePattern(pattern))];

    private ProbeTarget Target(ParseResult parsed, OwnCertificates own)
    {
        (string host, int port) = parsed.GetValue(_target);
        var target = new ProbeTarget
        {
            Host = host,
            Port = port,
            ServerName = parsed.GetValue(_name),
            Timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
            Client = _verification.ApplyTo(
                new TlsClientOptions
                {
                    Trust = _trust.Trust(parsed, otherwise: TlsTrust.System),
                    Certificate = own.First,
                    AdditionalCertificates = own.Additional,
                    ApplicationProtocols = parsed.GetValue(_alpn)?.Split(',', StringSplitOptions.TrimEntries) ?? [],
                },
                parsed),
        };
        return parsed.GetValue(_request) is { } path ? target with { Request = _request.Reading(() => ReadRequest(path)) } : target;
    }

    private static byte[] ReadRequest(string path) => File.ReadAllBytes(path) is { Length: > 0 } request ? request : throw new IOException($"'{path}' is empty, and so no request");
}
