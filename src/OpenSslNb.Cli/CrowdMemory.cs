using OpenSslNb.Interop;

namespace OpenSslNb.Cli;

/// <summary>Gives the memory back that a crowd of connections has taken, once it has gone: they are some 60 KB each while they shake hands, and the C library would keep it. The loop's thread's.</summary>
internal sealed class CrowdMemory
{
    private const int Crowd = 1000;
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    private int _most;

    public void OnAccepted(int live) => _most = Math.Max(_most, live);

    public void OnEnded(int live)
    {
        if (_most < Crowd || live > _most / 4) return;
        _most = live;
        _ = GiveBackAsync();
    }

    // The others of the crowd go meanwhile. Not on the loop, which has connections to serve.
    private static async Task GiveBackAsync()
    {
        await Task.Delay(s_calm).ConfigureAwait(false);
        NativeHeap.GiveBack();
    }
}
