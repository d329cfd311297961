using NUnit.Framework;
using OpenSslNb.Redis;

namespace OpenSslNb.Peers.Tests.Redis;

/// <summary>Which key makes tickets when, which ones read them, and when a new one is made.</summary>
public sealed class KeyScheduleTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch.AddYears(56);

    private readonly RedisTicketKeyOptions _options = new RedisTicketKeyOptions { Period = TimeSpan.FromHours(8), Overlap = TimeSpan.FromHours(2), RefreshEvery = TimeSpan.FromMinutes(1) }.Validated();

    [Test]
    public void The_first_key_is_good_at_once()
    {
        Assert.That(KeySchedule.Empty.KeysAt(s_start), Is.Empty);
        KeySchedule schedule = KeySchedule.Empty.Planned(s_start, _options);
        Assert.That(schedule.KeysAt(s_start), Has.Count.EqualTo(1));
        Assert.That(schedule.Planned(s_start.AddHours(7), _options), Is.SameAs(schedule));
    }

    [Test]
    public void The_next_key_is_there_before_it_makes_tickets_and_the_last_one_reads_them_for_the_overlap()
    {
        KeySchedule schedule = KeySchedule.Empty.Planned(s_start, _options);
        TicketKey first = schedule.KeysAt(s_start)[0];
        DateTimeOffset change = s_start.AddHours(8);
        schedule = schedule.Planned(change.AddMinutes(-3), _options);
        IReadOnlyList<TicketKey> before = schedule.KeysAt(change.AddMilliseconds(-1));
        Assert.That(before, Has.Count.EqualTo(2));
        Assert.That(before[0], Is.SameAs(first));
        Assert.That(schedule.NextChange(change.AddMinutes(-1)), Is.EqualTo(change));
        Assert.That(schedule.KeysAt(change), Is.EqualTo(new[] { before[1], first }));
        Assert.That(schedule.NextChange(change), Is.EqualTo(DateTimeOffset.MaxValue));
        Assert.That(schedule.Planned(change.AddHours(2).AddMilliseconds(-1), _options), Is.SameAs(schedule));
        Assert.That(schedule.Planned(change.AddHours(2), _options).KeysAt(change.AddHours(2)), Is.EqualTo(new[] { before[1] }));
    }

    [Test]
    public void After_a_long_time_without_anybody_a_new_key_waits_until_all_know_it()
    {
        KeySchedule schedule = KeySchedule.Empty.Planned(s_start, _options);
        DateTimeOffset late = s_start.AddDays(30);
        schedule = schedule.Planned(late, _options);
        Assert.That(schedule.NextChange(late), Is.EqualTo(late + (3 * _options.RefreshEvery)));
        Assert.That(schedule.KeysAt(late), Has.Count.EqualTo(2));
    }

    [Test]
    public void What_is_stored_is_what_is_read()
    {
        KeySchedule schedule = KeySchedule.Empty.Planned(s_start, _options).Planned(s_start.AddHours(8), _options);
        KeySchedule read = KeySchedule.Parse(schedule.ToBytes());
        Assert.That(read.Count, Is.EqualTo(2));
        Assert.That(read.ToBytes(), Is.EqualTo(schedule.ToBytes()));
        Assert.That(read.NextChange(s_start.AddHours(8)), Is.EqualTo(schedule.NextChange(s_start.AddHours(8))));
        Assert.That(KeySchedule.Parse([]).Count, Is.Zero);
    }

    [Test]
    public void What_was_not_stored_by_us_is_refused()
    {
        byte[] bytes = KeySchedule.Empty.Planned(s_start, _options).Planned(s_start.AddHours(8), _options).ToBytes();
        Assert.That(() => KeySchedule.Parse(bytes[..^1]), Throws.InstanceOf<FormatException>().With.Message.Contain("175"));
        Assert.That(() => KeySchedule.Parse([.. bytes[88..], .. bytes[..88]]), Throws.InstanceOf<FormatException>().With.Message.Contain("order"));
        bytes[0] = 0x7F;
        Assert.That(() => KeySchedule.Parse(bytes), Throws.InstanceOf<FormatException>().With.Message.Contain("time"));
    }

    [Test]
    public void Options_that_cannot_be_are_refused()
    {
        Assert.That(() => (_options with { Period = TimeSpan.FromMinutes(3) }).Validated(), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contain("RefreshEvery"));
        Assert.That(() => (_options with { Name = "" }).Validated(), Throws.ArgumentException);
        Assert.That(() => (_options with { RefreshEvery = TimeSpan.Zero }).Validated(), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => (_options with { Overlap = TimeSpan.FromSeconds(-1) }).Validated(), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
