namespace OpenSslNb.Concurrency.Scheduling;

/// <summary>An operating system's thread, lent to one controlled thread of each schedule.</summary>
internal sealed class Worker
{
    private static readonly Stack<Worker> s_idle = new();

    private readonly SemaphoreSlim _turn = new(0);
    private Action? _body;

    private Worker()
    {
        Thread = new Thread(Serve) { IsBackground = true };
        Thread.Start();
    }

    public Thread Thread { get; }

    /// <summary>One that nobody has. Called between schedules and by the one thread that runs.</summary>
    public static Worker Borrow(Action body)
    {
        if (!s_idle.TryPop(out Worker? worker)) worker = new Worker();
        worker._body = body;
        return worker;
    }

    /// <summary>Its schedule is over.</summary>
    public void Return() => s_idle.Push(this);

    /// <summary>Lets it run, from whichever thread.</summary>
    public void Resume() => _turn.Release();

    /// <summary>Waits for its turn, on its own thread.</summary>
    public void AwaitTurn() => _turn.Wait();

    private void Serve()
    {
        while (true)
        {
            AwaitTurn();
            _body!();
        }
    }
}
