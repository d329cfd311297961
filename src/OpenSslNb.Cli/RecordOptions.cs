using System.CommandLine;

namespace OpenSslNb.Cli;

/// <summary>How long records are, how long their keys are used, and whether the peer may have others agreed on.</summary>
internal sealed class RecordOptions
{
    private static readonly TlsConnectionOptions s_defaults = new();

    private readonly Option<int> _maximum = new Option<int>("--max-record") { Description = "most bytes of data in a record that is sent", DefaultValueFactory = _ => s_defaults.MaximumRecord }.Between(512, 16 * 1024);
    private readonly Option<bool> _smallFirst = new("--small-records-first") { Description = "begin with records that fit one TCP segment, and go on with large ones" };
    private readonly Option<int> _perKey = new Option<int>("--records-per-key") { Description = "records in one direction after which its keys are changed; TLS 1.3", DefaultValueFactory = _ => s_defaults.RecordsPerKey }.AtLeast(1);
    private readonly Option<bool> _renegotiation = new("--allow-renegotiation") { Description = "let TLS 1.2 peers renegotiate" };
    private readonly Option<int> _perMinute = new Option<int>("--renegotiations-per-minute") { Description = "with --allow-renegotiation: how often; one more ends the connection", DefaultValueFactory = _ => s_defaults.RenegotiationsPerMinute }.AtLeast(0);

    public Option[] All => [_maximum, _smallFirst, _perKey, _renegotiation, _perMinute];

    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_perMinute) && !result.IsGiven(_renegotiation)) result.AddError($"{_perMinute.Name} needs {_renegotiation.Name}");
        });
    }

    public bool AllowsRenegotiation(ParseResult parsed) => parsed.GetValue(_renegotiation);

    public TlsConnectionOptions Apply(ParseResult parsed, TlsConnectionOptions options) => options with
    {
        MaximumRecord = parsed.GetValue(_maximum),
        SmallRecordsFirst = parsed.GetValue(_smallFirst),
        RecordsPerKey = parsed.GetValue(_perKey),
        RenegotiationsPerMinute = parsed.GetValue(_perMinute),
    };
}
