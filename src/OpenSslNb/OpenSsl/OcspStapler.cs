using System.Net.Http.Headers;

namespace OpenSslNb;

/// <summary>
/// Keeps the OCSP response of a certificate fresh: asks its responder (RFC 6960, over HTTP POST, appendix A.1), checks what comes, and has <see cref="TlsCertificate.SetOcspResponse"/> send it. What was good stays in use until it says itself that it
/// is too old. From any thread.
/// </summary>
public sealed class OcspStapler : IDisposable
{
    // Far more than any response is.
    private const int LargestResponse = 64 * 1024;

    private readonly TlsCertificate _certificate;
    private readonly OcspStaplerOptions _options;
    private readonly Uri _responder;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Makes one that does nothing until <see cref="RefreshAsync"/> or <see cref="RunAsync"/>.</summary>
    /// <param name="certificate">Whose status; not disposed here.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">The certificate names no responder and the options do not either.</exception>
    public OcspStapler(TlsCertificate certificate, OcspStaplerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        _certificate = certificate;
        _options = options ?? new OcspStaplerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.RetryAfter, TimeSpan.Zero, nameof(OcspStaplerOptions.RetryAfter));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.Timeout, TimeSpan.Zero, nameof(OcspStaplerOptions.Timeout));
        _responder = _options.Responder ?? certificate.OcspResponder ?? throw new ArgumentException("the certificate names no OCSP responder: set OcspStaplerOptions.Responder", nameof(certificate));
        _client = _options.CreateClient?.Invoke() ?? new HttpClient();
        _client.MaxResponseContentBufferSize = LargestResponse;
        _client.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
    }

    /// <summary>Why the last refresh came to nothing; null when it did not.</summary>
    public Exception? LastFailure { get; private set; }

    /// <summary>Asks once.</summary>
    /// <exception cref="HttpRequestException">The responder cannot be reached, or answers with an error.</exception>
    /// <exception cref="ArgumentException">What it answered is not good.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or no answer within <see cref="OcspStaplerOptions.Timeout"/>.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        timeout.CancelAfter(_options.Timeout);
        using var request = new HttpRequestMessage(HttpMethod.Post, _responder) { Content = new ByteArrayContent(_certificate.CreateOcspRequest(_options.Issuer)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
        using HttpResponseMessage response = await _client.SendAsync(request, timeout.Token).ConfigureAwait(false);
        _ = response.EnsureSuccessStatusCode();
        _certificate.SetOcspResponse(await response.Content.ReadAsByteArrayAsync(timeout.Token).ConfigureAwait(false), _options.Issuer);
    }

    /// <summary>Asks now, and again when half of the time is over that the response is good for, or after <see cref="OcspStaplerOptions.RetryAfter"/> when that came to nothing; until cancelled or disposed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        while (!stop.IsCancellationRequested)
        {
            TimeSpan pause = await TryRefreshAsync(stop.Token).ConfigureAwait(false) ? Bounded(_certificate.StapleGoodFor / 2) : _options.RetryAfter;
            await Task.Delay(pause, _options.Time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends <see cref="RunAsync"/>. What was set stays in use.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _client.Dispose();
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            LastFailure = null;
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LastFailure = e;
            Tell(e);
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Tell(Exception fault)
    {
        try
        {
            _options.OnFailure?.Invoke(fault);
        }
        catch (Exception e)
        {
            // It must not end the asking.
            LastFailure = new AggregateException("OnFailure has failed", fault, e);
        }
    }

    // Once a second at most, whatever the responder says, and once a day at least.
    private static TimeSpan Bounded(TimeSpan pause) => pause < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : pause > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : pause;
}

/// <summary>How an <see cref="OcspStapler"/> asks.</summary>
public sealed record OcspStaplerOptions
{
    /// <summary>Whom to ask; null for whom the certificate names (RFC 5280 §4.2.2.1).</summary>
    public Uri? Responder { get; init; }

    /// <summary>The certificate of whoever has issued ours, PEM; null when it is in the chain.</summary>
    public byte[]? Issuer { get; init; }

    /// <summary>Time for one answer. 15 s unless told otherwise.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Pause after a failure. 5 minutes unless told otherwise.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told of each refresh that came to nothing, on any thread.</summary>
    public Action<Exception>? OnFailure { get; init; }

    /// <summary>Makes the client that asks, for example one with a proxy; null for a plain one.</summary>
    public Func<HttpClient>? CreateClient { get; init; }

    /// <summary>By which pauses are measured; the system's unless told otherwise.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
