using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Files that something else renews are read again when what they hold has changed, and not in the middle of it.</summary>
public sealed class FileWatchTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("opensslnb-");
    private readonly List<Exception> _failures = [];
    private string _file = null!;
    private int _changes;

    [SetUp]
    public void Begin()
    {
        _file = Path.Combine(_folder.FullName, "certificate.pem");
        File.WriteAllText(_file, "one");
        _failures.Clear();
        _changes = 0;
    }

    [OneTimeTearDown]
    public void End() => _folder.Delete(recursive: true);

    [Test]
    public void A_change_is_told_once_when_it_has_settled()
    {
        using TlsFileWatch watch = Watch();
        watch.Look();
        File.WriteAllText(_file, "half of tw");
        watch.Look();
        File.WriteAllText(_file, "two");
        watch.Look();
        Assert.That(_changes, Is.Zero, "it changes still");
        for (int i = 0; i < 3; i++) watch.Look();
        Assert.That(_changes, Is.EqualTo(1));
    }

    [Test]
    public void What_is_touched_or_written_anew_with_the_same_words_is_no_change()
    {
        using TlsFileWatch watch = Watch();
        File.WriteAllText(_file, "one");
        File.SetLastWriteTimeUtc(_file, DateTime.UtcNow.AddHours(1));
        for (int i = 0; i < 3; i++) watch.Look();
        Assert.That(_changes, Is.Zero);
    }

    [Test]
    public void A_link_that_points_elsewhere_is_a_change()
    {
        string other = Path.Combine(_folder.FullName, "other.pem");
        string link = Path.Combine(_folder.FullName, $"link{Guid.NewGuid()}");
        File.WriteAllText(other, "other");
        File.CreateSymbolicLink(link, _file);
        using var watch = new TlsFileWatch([link], () => _changes++, _failures.Add, TimeSpan.FromDays(1));
        File.Delete(link);
        File.CreateSymbolicLink(link, other);
        for (int i = 0; i < 3; i++) watch.Look();
        Assert.That(_changes, Is.EqualTo(1));
    }

    [Test]
    public void A_file_that_is_gone_for_a_while_is_told_and_looked_at_again()
    {
        using TlsFileWatch watch = Watch();
        File.Delete(_file);
        watch.Look();
        Assert.That(_failures.Single(), Is.InstanceOf<FileNotFoundException>());
        File.WriteAllText(_file, "two");
        for (int i = 0; i < 3; i++) watch.Look();
        Assert.That(_changes, Is.EqualTo(1));
    }

    [Test]
    public void What_cannot_be_taken_over_is_told_and_the_next_change_is_tried_again()
    {
        using var watch = new TlsFileWatch([_file], () => throw new IOException($"change {++_changes}"), _failures.Add, TimeSpan.FromDays(1));
        for (int change = 2; change < 4; change++)
        {
            File.WriteAllText(_file, $"{change}");
            for (int i = 0; i < 3; i++) watch.Look();
        }

        Assert.That(_failures.Select(fault => fault.Message), Is.EqualTo(new[] { "change 1", "change 2" }));
    }

    [Test]
    public async Task It_looks_by_itself()
    {
        using var watch = new TlsFileWatch([_file], () => Interlocked.Increment(ref _changes), _failures.Add, TimeSpan.FromMilliseconds(5));
        File.WriteAllText(_file, "two");
        await Eventually.BecomesTrue(() => Volatile.Read(ref _changes) == 1, "the change is told");
    }

    private TlsFileWatch Watch() => new([_file], () => _changes++, _failures.Add, TimeSpan.FromDays(1));
}
