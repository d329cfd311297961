using OpenSslNb.Concurrency.Kernel;
using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>Two threads post and wait until it has run. A wake-up that is lost leaves one of them waiting for good.</summary>
internal sealed class PostersAndASleepingLoop : Scenario
{
    private const int Posters = 2;
    private const int Each = 2;

    public override string Name => "posters-and-a-sleeping-loop";

    public override int Schedules => 3000;

    public override bool IsSystematic => true;

    public override void Run(Stage stage)
    {
        int open = Descriptors.OpenCount;
        var loop = stage.NewLoop();
        var ran = new List<int>[Posters];
        stage.Begin();
        var posters = new ControlledThread[Posters];
        for (int i = 0; i < Posters; i++)
        {
            List<int> mine = ran[i] = [];
            posters[i] = stage.Spawn($"poster {i}", () => Post(stage, loop, mine));
        }

        stage.Join(posters);
        loop.Dispose();
        foreach (List<int> mine in ran) stage.Check(mine.SequenceEqual(Enumerable.Range(0, Each)), $"posted {Each} in order, ran: {string.Join(", ", mine)}");
        stage.Check(Descriptors.OpenCount == open, "the loop has left a descriptor open");
    }

    private static void Post(Stage stage, EventLoop loop, List<int> ran)
    {
        for (int number = 0; number < Each; number++)
        {
            int mine = number;
            stage.Check(loop.Post(() => ran.Add(mine)), "a loop that runs has refused an action");
        }

        stage.WaitUntil(() => ran.Count >= Each, "waits for what it posted");
    }
}
