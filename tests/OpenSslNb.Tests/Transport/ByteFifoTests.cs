using NUnit.Framework;
using OpenSslNb.Transport;

namespace OpenSslNb.Tests.Transport;

public sealed class ByteFifoTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public void A_random_life_agrees_with_a_list_of_bytes(int seed)
    {
        var random = new Random(seed);
        var fifo = new ByteFifo();
        var model = new List<byte>();
        for (int i = 0; i < 5000; i++)
        {
            switch (random.Next(8))
            {
                case 0:
                    fifo.Append([]);
                    break;
                case < 4:
                    byte[] data = new byte[random.Next(random.Next(10) == 0 ? 40_000 : 300)];
                    random.NextBytes(data);
                    fifo.Append(data);
                    model.AddRange(data);
                    break;
                case < 6:
                    int skipped = random.Next(model.Count + 1);
                    fifo.Skip(skipped);
                    model.RemoveRange(0, skipped);
                    break;
                case 6:
                    byte[] destination = new byte[random.Next(2000)];
                    int taken = fifo.Take(destination);
                    Assert.That(taken, Is.EqualTo(Math.Min(destination.Length, model.Count)));
                    if (!destination.AsSpan(0, taken).SequenceEqual(model.Take(taken).ToArray())) Assert.Fail($"taken bytes differ at operation {i}");
                    model.RemoveRange(0, taken);
                    break;
                default:
                    if (random.Next(20) != 0) break;
                    fifo.Dispose();
                    model.Clear();
                    break;
            }

            Assert.That(fifo.Length, Is.EqualTo(model.Count), $"operation {i}");
            if (!fifo.Bytes.SequenceEqual(model.ToArray())) Assert.Fail($"bytes differ at operation {i}");
        }
    }

    [Test]
    public void Bytes_survive_the_move_to_the_front_and_the_growth()
    {
        var fifo = new ByteFifo();
        fifo.Append(new byte[100]);
        fifo.Skip(60);
        fifo.Append(Enumerable.Range(0, 100).Select(i => (byte)i).ToArray());
        Assert.That(fifo.Bytes.ToArray(), Is.EqualTo(new byte[40].Concat(Enumerable.Range(0, 100).Select(i => (byte)i))));
    }

    [TestCase(4)]
    [TestCase(-1)]
    public void Skipping_more_than_there_is_or_less_than_nothing_is_refused(int count)
    {
        var fifo = new ByteFifo();
        fifo.Append([1, 2, 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => fifo.Skip(count));
        Assert.That(fifo.Bytes.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
    }
}
