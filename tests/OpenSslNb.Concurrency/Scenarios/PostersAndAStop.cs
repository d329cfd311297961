using OpenSslNb.Concurrency.Kernel;
using OpenSslNb.Concurrency.Scheduling;
using OpenSslNb.Loop;

namespace OpenSslNb.Concurrency.Scenarios;

/// <summary>Two threads post while others stop the loop: what was accepted runs or is told that it will not, once; what was refused does neither.</summary>
internal sealed class PostersAndAStop : Scenario
{
    public override string Name => "posters-and-a-stop";

    public override int Schedules => 3000;

    public override bool IsSystematic => true;

    public override void Run(Stage stage)
    {
        int open = Descriptors.OpenCount;
        var loop = stage.NewLoop();
        Item[] items = [new(), new(), new()];
        stage.Begin();
        ControlledThread first = stage.Spawn("poster 0", () =>
        {
            items[0].Accepted = loop.Post(items[0]);
            items[1].Accepted = loop.Post(items[1]);
        });
        ControlledThread second = stage.Spawn("poster 1", () => items[2].Accepted = loop.Post(items[2]));
        ControlledThread stopper = stage.Spawn("stopper", loop.Dispose);
        loop.Dispose();
        stage.Join(first, second, stopper);
        for (int i = 0; i < items.Length; i++)
        {
            Item item = items[i];
            stage.Check(item.Ran + item.Abandoned == (item.Accepted ? 1 : 0), $"item {i} was {(item.Accepted ? "accepted" : "refused")}, ran {item.Ran} times and was abandoned {item.Abandoned} times");
        }

        stage.Check(items[1].Ran == 0 || items[0].Ran == 1, "the second item ran and the first did not");
        stage.Check(Descriptors.OpenCount == open, "the loop has left a descriptor open");
    }

    private sealed class Item : InboxItem
    {
        public bool Accepted { get; set; }

        public int Ran { get; private set; }

        public int Abandoned { get; private set; }

        protected internal override void RunOnLoop() => Ran++;

        protected internal override void OnAbandoned() => Abandoned++;
    }
}
