using System.CommandLine;
using OpenSslNb.Simulation.Probing;

namespace OpenSslNb.Cli.Probing;

/// <summary><c>opensslnb probe</c>: asks a server what it does with well-formed and malformed clients, and judges it by the RFCs.</summary>
internal sealed class ProbeCommand
{
    private readonly Argument<HostPort> _target = new Argument<HostPort>("target") { Description = "HOST:PORT" }.At();
    private readonly Option<string?> _name = new("--server-name") { Description = "the name to ask for and to check; the host unless given" };
    private readonly TrustOptions _trust = new(new Option<string?>("--ca") { Description = "trust these authorities instead of the system's, PEM", HelpName = "FILE" });
    private readonly VerificationOptions _verification = new();
    private readonly IdentityOptions _own = new("who we are for servers that ask");
    private readonly Option<string?> _alpn = new("--alpn") { Description = "application protocols that the server needs, separated by commas" };
    private readonly Option<string[]> _only = new("--only") { Description = "only probes whose name or area contains this; * for anything; may be given again", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string[]> _except = new("--except") { Description = "all but these, such as known findings; may be given again", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };
    private readonly Option<double> _timeout = new Option<double>("--timeout") { Description = "seconds that each wait for the server may take", DefaultValueFactory = _ => 5 }.Seconds();
    private readonly Option<string?> _request = new("--request") { Description = "send what this file holds to see whether the application is there, instead of a request of HTTP/1.0", HelpName = "FILE" };
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
            foreach (Option option in (Option[])[_only, _except])
            {
                foreach (string pattern in result.GetResult(option)?.Tokens.Select(token => token.Value) ?? [])
                {
                    if (!ProbeBattery.All.Any(new ProbePattern(pattern).Matches)) result.AddError($"{option.Name} '{pattern}' is in the name of no probe and of no area: see --list");
                }
            }
        });
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        ProbePattern[] only = Patterns(parsed, _only);
        ProbePattern[] except = Patterns(parsed, _except);
        Probe[] probes = [.. ProbeBattery.All.Where(probe => (only.Length == 0 || only.Any(pattern => pattern.Matches(probe))) && !except.Any(pattern => pattern.Matches(probe)))];
        if (parsed.GetValue(_list)) return ProbeReport.List(probes, parsed.GetValue(_json));
        using OwnCertificates own = _own.Load(parsed);
        ProbeTarget target = Target(parsed, own);

        // Now, and not when all is done and would be lost.
        using Stream? junit = parsed.GetValue(_junit) is { } path ? _junit.Reading(() => File.Create(path)) : null;
        PeerFeatures features = await ProbeBattery.DiscoverAsync(target, cancellation);
        var report = new ProbeReport(target, features, await ProbeProgress.RunAsync(target, features, probes, cancellation));
        if (junit is not null) JUnitDocument.Write(junit, report);
        if (parsed.GetValue(_json)) report.WriteJson();
        else report.WriteTable();
        return report.Failed == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

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
        return parsed.GetValue(_request) is { } path ? target with { Request = _request.Reading(() => File.ReadAllBytes(path)) } : target;
    }
}
