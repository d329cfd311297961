using OpenSslNb.Conformance.SslTests.Cases;
using OpenSslNb.Interop;
using OpenSslNb.OpenSsl;

namespace OpenSslNb.Conformance.SslTests.Replay;

/// <summary>One side of a case's connection: a machine, and how far it is with the phase.</summary>
internal sealed unsafe class Peer : IMessageObserver, IDisposable
{
    private const int MostAtOnce = 64 * 1024;
    private const int AlertContent = 21;
    private const byte FatalLevel = 2;
    private const byte CloseNotify = 0;

    private readonly SslTestCase _test;
    private readonly byte[] _buffer = new byte[MostAtOnce];
    private Phase _phase;
    private int _toSend;
    private int _toTake;
    private int _sent;
    private int _taken;
    private bool _begins;
    private bool _hasBegunRenegotiation;

    /// <param name="test">The case.</param>
    /// <param name="context">This side's.</param>
    public Peer(SslTestCase test, TlsContext context)
    {
        _test = test;
        IsServer = context.IsServer;
        Machine = new SslMachine(context, outboundLimit: 2 * MostAtOnce);
        Machine.Instance.ObserveMessages(this);
    }

    public bool IsServer { get; }

    public SslMachine Machine { get; }

    public nint Ssl => Machine.Instance.Ssl;

    /// <summary>True when this side has done its part of the phase.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Why this side cannot go on; null when it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>Fatal alerts that it has sent, and close_notify: one is enough.</summary>
    public int LastAlertsSent { get; private set; }

    /// <summary>True when a step waited for a verdict of the application.</summary>
    public bool WaitedForVerdict { get; private set; }

    /// <summary>The verdict that is given when a step waits for it.</summary>
    public TaskCompletionSource<bool>? LateVerdict { get; init; }

    private bool IsOver => IsDone || Fault is not null;

    public void OnMessage(bool sent, int version, int contentType, ReadOnlySpan<byte> bytes)
    {
        if (sent && contentType == AlertContent && bytes.Length == 2 && (bytes[0] == FatalLevel || bytes[1] == CloseNotify)) LastAlertsSent++;
    }

    /// <summary>Begins a phase.</summary>
    public void Begin(Phase phase)
    {
        _phase = phase;
        IsDone = false;
        _toSend = _toTake = phase == Phase.Data ? _test.Number("ApplicationData", 256) : 0;
        _sent = _taken = 0;
        _begins = phase switch
        {
            Phase.Renegotiation or Phase.KeyUpdate => _test.HandshakeMode.EndsWith(IsServer ? "Server" : "Client", StringComparison.Ordinal),
            Phase.CertificateRequest => IsServer,
            _ => false,
        };
        if (phase is Phase.KeyUpdate or Phase.CertificateRequest && !_begins) IsDone = true;
    }

    /// <summary>One step, if there is anything left to do in this phase.</summary>
    public void Step()
    {
        if (IsOver) return;
        try
        {
            switch (_phase)
            {
                case Phase.Handshake:
                    Take(Handshake());
                    break;
                case Phase.Data:
                    ExchangeData();
                    break;
                case Phase.Renegotiation:
                    Renegotiate();
                    break;
                case Phase.KeyUpdate:
                    Take(Machine.UpdateKeys(requestPeer: _test["KeyUpdateType"] == "KeyUpdateRequested"));
                    break;
                case Phase.CertificateRequest:
                    Take(Machine.RequestCertificate());
                    break;
                default:
                    Shutdown();
                    break;
            }
        }
        catch (Exception e) when (e is OpenSslException or InvalidOperationException)
        {
            // What OpenSSL would not even begin.
            Fault = e.Message;
        }
    }

    public void Dispose() => Machine.Dispose();

    private SslStep Handshake()
    {
        SslStep step = Machine.Handshake();
        if (step.Want != SslWant.VerifyRetry || LateVerdict is null) return step;
        WaitedForVerdict = true;
        LateVerdict.TrySetResult(true);
        return Machine.Handshake();
    }

    private void ExchangeData()
    {
        SslStep step;
        while ((step = Machine.Read(_buffer)) is { IsDone: true, Bytes: > 0 }) Check(step.Bytes);
        if (Fault is not null || Fail(step)) return;
        if (Machine.QueuedBytes == 0 && _toSend > 0)
        {
            byte[] bytes = new byte[Math.Min(_toSend, MostAtOnce)];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = PatternAt(_sent + i, IsServer);
            _sent += bytes.Length;
            _toSend -= bytes.Length;
            Fail(Machine.Write(bytes));
        }
        else
        {
            Fail(Machine.Flush());
        }

        IsDone = _toSend == 0 && _toTake == 0 && Machine.QueuedBytes == 0 && Fault is null;
    }

    private void Check(int count)
    {
        for (int i = 0; i < count; i++, _taken++, _toTake--)
        {
            if (_toTake <= 0 || _buffer[i] != PatternAt(_taken, !IsServer)) Fault ??= $"byte {_taken} of the data is wrong, or one too many";
        }
    }

    private void Renegotiate()
    {
        if (_begins)
        {
            _begins = false;
            Machine.Renegotiate(isAbbreviated: !IsServer && !ChangesBeforeRenegotiation());
            _hasBegunRenegotiation = true;
        }

        SslStep step = Machine.Read(_buffer);
        if (step is { IsDone: true, Bytes: > 0 }) Fault = "data came in the middle of the renegotiation";
        else Fail(step);
        IsDone = Fault is null && (_hasBegunRenegotiation || Machine.Instance.RenegotiationsOfPeer > 0) && LibSsl.SSL_in_init(Ssl) == 0 && LibSsl.SSL_renegotiate_pending(Ssl) == 0;
    }

    // What the client changes before: then there is nothing to resume.
    private bool ChangesBeforeRenegotiation()
    {
        bool dropsExtension = _test.Client.Is("RenegotiateNoExtms", "Yes");
        if (dropsExtension) _ = LibSsl.SSL_set_options(Ssl, NativeCalls.NoExtendedMasterSecret);
        if (_test.Client["RenegotiateCiphers"] is not { } ciphers) return dropsExtension;
        return NativeCalls.SetCipherList(Ssl, ciphers) ? true : throw new InvalidOperationException($"OpenSSL does not take the ciphers {ciphers} for the renegotiation");
    }

    private void Shutdown()
    {
        if (Machine.State is not (ConnectionState.LocalClosed or ConnectionState.Closed) && Fail(Machine.Shutdown())) return;
        SslStep step = Machine.Read(_buffer);
        if (step is { IsDone: true, Bytes: > 0 }) Fault = "data came that nobody has sent";
        else if (step.Kind == SslStepKind.Failed) Fail(step);
        IsDone = Fault is null && Machine.State == ConnectionState.Closed;
    }

    private void Take(SslStep step)
    {
        if (!Fail(step)) IsDone = step.IsDone;
    }

    private bool Fail(SslStep step)
    {
        if (step.Kind == SslStepKind.Failed) Fault = step.Failure!.ToString();
        else if (step.Kind == SslStepKind.Closed) Fault = "the peer has closed";
        return Fault is not null;
    }

    // Neither side's is the other's.
    private static byte PatternAt(int position, bool ofServer) => (byte)((position * 31) + (position >> 8) + (ofServer ? 17 : 0));
}
