using OpenSslNb;
using OpenSslNb.Interop;

namespace OpenSslNb.Testing;

/// <summary>Looks at a loop from its own thread.</summary>
public static class LoopProbe
{
    /// <summary>Runs a function on the loop and gives its result.</summary>
    public static async Task<T> AskAsync<T>(this EventLoop loop, Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = loop.Post(() =>
        {
            try
            {
                answer.SetResult(question());
            }
            catch (Exception e)
            {
                answer.SetException(e);
            }
        });
        if (!posted) throw new ObjectDisposedException(nameof(EventLoop));
        return await answer.Task.WaitAsync(Bench.Deadline);
    }

    /// <summary>How often the loop has woken so far.</summary>
    public static Task<long> TurnsAsync(this EventLoop loop) => loop.AskAsync(() => loop.TurnCount);
}

/// <summary>What a process holds: native objects and descriptors.</summary>
public readonly record struct Holdings(int Ssl, int Contexts, int Bios, int Certificates, int Keys, int Descriptors)
{
    public static Holdings Now() =>
        new(NativeLive.Ssl, NativeLive.Context, NativeLive.Bio, NativeLive.Certificate, NativeLive.Key, OpenDescriptors().Count());

    /// <summary>Waits until nothing more is held than before.</summary>
    public static async Task ReturnToAsync(Holdings before)
    {
        try
        {
            await Eventually.BecomesTrue(() => Now().IsWithin(before), "everything is freed");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"held before: {before}; now: {Now()}; open: {string.Join(' ', OpenDescriptors())}", e);
        }
    }

    // What other users of the process have let go of meanwhile does not count.
    private bool IsWithin(Holdings before) =>
        Ssl <= before.Ssl && Contexts <= before.Contexts && Bios <= before.Bios && Certificates <= before.Certificates && Keys <= before.Keys && Descriptors <= before.Descriptors;

    // Sockets, pollers, event descriptors, pipes; not the files of assemblies, which the runtime opens when it likes.
    private static IEnumerable<string> OpenDescriptors() =>
        Directory.GetFileSystemEntries("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>().Where(target => !target.StartsWith('/'));
}
