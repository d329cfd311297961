using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenSslNb.Cli.Metrics;

/// <summary>Answers <c>GET /metrics</c> over plain HTTP/1.1, one request a connection. Lives on the thread pool: the loops do not notice it.</summary>
/// <remarks>Not <see cref="HttpListener"/>, which needs a port that is known before, and answers 404 to those who call it by another name than its prefix.</remarks>
internal sealed class MetricsEndpoint : IDisposable
{
    public const string Path = "/metrics";

    // Those who scrape are few; whoever opens more waits in the kernel.
    private const int MostAtATime = 8;
    private const int Backlog = 16;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_shortagePause = TimeSpan.FromMilliseconds(200);

    private readonly Socket _listener;
    private readonly Func<string> _scrape;
    private readonly SemaphoreSlim _places = new(MostAtATime);
    private readonly CancellationTokenSource _stop = new();

    private MetricsEndpoint(Socket listener, Func<string> scrape)
    {
        _listener = listener;
        _scrape = scrape;
        _ = AcceptAsync();
    }

    /// <summary>Where it listens, with the port that was chosen if it was 0.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Listens at once.</summary>
    /// <param name="endPoint">Where.</param>
    /// <param name="scrape">Gives the text.</param>
    /// <exception cref="IOException">The address cannot be had.</exception>
    public static MetricsEndpoint Start(IPEndPoint endPoint, Func<string> scrape)
    {
        var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen(Backlog);
            return new MetricsEndpoint(listener, scrape);
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new IOException($"--metrics cannot listen on {endPoint}: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _places.WaitAsync(_stop.Token);
                _ = ServeAsync(await _listener.AcceptAsync(_stop.Token));
            }
            catch (SocketException)
            {
                // No descriptor, or a peer that has left: the next may be had.
                _places.Release();
                await Task.Delay(s_shortagePause);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        deadline.CancelAfter(s_patience);
        try
        {
            using (socket)
            {
                if (await HttpRequest.ReadAsync(socket, deadline.Token) is not { } request) return;
                await SendAsync(socket, Answer(request), deadline.Token);
                await CloseAsync(socket, deadline.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Left, or too slow: whoever scrapes comes again.
            socket.Dispose();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"opensslnb: --metrics: {e.GetType().Name}: {e.Message}");
        }
        finally
        {
            _places.Release();
        }
    }

    private byte[] Answer(HttpRequest request) => request switch
    {
        { Method: "" or null } => Response("400 Bad Request", "text/plain", "not an HTTP/1.1 request\n"),
        { Method: not ("GET" or "HEAD") } => Response("405 Method Not Allowed", "text/plain", "GET only\n", "Allow: GET, HEAD\r\n"),
        { Path: not Path } => Response("404 Not Found", "text/plain", $"see {Path}\n"),
        _ => Response("200 OK", PrometheusText.ContentType, _scrape(), withBody: request.Method == "GET"),
    };

    private static byte[] Response(string status, string type, string body, string headers = "", bool withBody = true)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n{headers}\r\n");
        return withBody ? [.. head, .. bytes] : head;
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
    }

    // Until the peer has closed: what it has sent and nobody has read would make close(2) reset the connection, and the answer could be lost.
    private static async Task CloseAsync(Socket socket, CancellationToken cancellation)
    {
        socket.Shutdown(SocketShutdown.Send);
        byte[] rest = new byte[1024];
        while (await socket.ReceiveAsync(rest, cancellation) > 0)
        {
            // Not asked for.
        }
    }
}
