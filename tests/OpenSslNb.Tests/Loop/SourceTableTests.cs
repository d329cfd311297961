using NUnit.Framework;
using OpenSslNb.Loop;
using OpenSslNb.Polling;

namespace OpenSslNb.Tests.Loop;

public sealed class SourceTableTests
{
    [Test]
    public void A_source_is_found_by_its_token()
    {
        var table = new SourceTable();
        Source[] sources = [.. Enumerable.Range(0, 300).Select(_ => new Source())];
        foreach (Source source in sources) table.Add(source);
        Assert.That(table.Count, Is.EqualTo(300));
        Assert.That(sources.Select(s => table.Find(table.TokenOf(s))), Is.EqualTo(sources));
        Assert.That(sources.Select(s => table.TokenOf(s)), Is.Unique);
        Assert.That(table.Snapshot(), Is.EquivalentTo(sources));
    }

    [Test]
    public void A_stale_token_finds_nobody_even_when_its_place_is_taken_again()
    {
        var table = new SourceTable();
        var first = new Source();
        table.Add(first);
        var stale = new List<Token>();
        for (int i = 0; i < 1000; i++)
        {
            stale.Add(table.TokenOf(first));
            int place = first.Index;
            table.Remove(first);
            Assert.That(first.Index, Is.EqualTo(-1));
            Assert.That(table.Find(stale[^1]), Is.Null);
            var successor = new Source();
            table.Add(successor);
            Assert.That(successor.Index, Is.EqualTo(place), "the free place is taken");
            first = successor;
        }

        Assert.That(stale.Select(table.Find), Is.All.Null);
        Assert.That(table.Find(table.TokenOf(first)), Is.SameAs(first));
    }

    [Test]
    public void A_token_that_was_never_given_finds_nobody()
    {
        var table = new SourceTable();
        table.Add(new Source());
        Assert.That(table.Find(new Token(1)), Is.Null);
        Assert.That(table.Find(new Token(100_000)), Is.Null);
        Assert.That(table.Find(new Token(1L << 32)), Is.Null, "the next generation");
    }

    [Test]
    public void Sources_come_and_go_at_random_and_the_table_agrees_with_a_dictionary()
    {
        var random = new Random(4);
        var table = new SourceTable();
        var model = new Dictionary<Token, Source>();
        var gone = new List<Token>();
        for (int i = 0; i < 5000; i++)
        {
            if (model.Count == 0 || random.Next(2) == 0)
            {
                var source = new Source();
                table.Add(source);
                model.Add(table.TokenOf(source), source);
            }
            else
            {
                (Token token, Source source) = model.ElementAt(random.Next(model.Count));
                table.Remove(source);
                model.Remove(token);
                gone.Add(token);
            }

            Assert.That(table.Count, Is.EqualTo(model.Count));
        }

        Assert.That(model.All(entry => table.Find(entry.Key) == entry.Value), Is.True);
        Assert.That(gone.Select(table.Find), Is.All.Null);
    }

    private sealed class Source : LoopSource
    {
        internal override int Fd => -1;

        protected internal override void OnReady(Interest ready, bool hungUp) => throw new NotSupportedException();

        protected internal override void OnTurn() => throw new NotSupportedException();

        protected internal override void RunOnLoop() => throw new NotSupportedException();

        protected internal override void OnFault(Exception exception) => throw new NotSupportedException();

        protected internal override void OnLoopStopping() => throw new NotSupportedException();
    }
}
