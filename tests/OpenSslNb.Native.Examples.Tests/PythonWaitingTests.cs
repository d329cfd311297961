using NUnit.Framework;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>What the package in Python refuses, how long it waits, and how its processes end.</summary>
public sealed class PythonWaitingTests
{
    private const string Beginning = """
        import os, socket, sys, threading, time
        import opensslnb
        made = opensslnb.Context.server()
        with open("authority.pem", "wb") as file: file.write(made.certificate_pem)
        trusting = opensslnb.Context.client("authority.pem")
        accepted, came = [], threading.Event()
        def keep(connection): accepted.append(connection); came.set()
        def what(function, *arguments):
            try: return function(*arguments)
            except Exception as error: return type(error).__name__
        """;

    [Test]
    public async Task A_text_with_a_zero_byte_is_refused_and_not_cut_there()
    {
        string said = await RunAsync("""
            with opensslnb.Loop() as loop:
                listener = loop.listen("127.0.0.1", 0, made, keep)
                print(what(loop.connect, "localhost\0.example.org", listener.port, trusting))
                print(what(loop.listen, "127.0.0.1\0", 0, made, keep))
            print(what(opensslnb.Context.client, "authority.pem\0x"))
            print(what(lambda: opensslnb.Context.client(alpn=["h2\0"])))
            print(what(opensslnb.Context.server, "authority.pem\0x", "authority.pem"))
            """);
        Assert.That(said, Is.EqualTo(string.Concat(Enumerable.Repeat("ValueError\n", 5))));
    }

    [Test]
    public async Task Whoever_waits_longer_than_the_timeout_is_told_so_and_the_connection_goes_on()
    {
        string said = await RunAsync("""
            with opensslnb.Loop() as loop, open("big", "w+b") as big:
                listener = loop.listen("127.0.0.1", 0, made, keep)
                connection = loop.connect("localhost", listener.port, trusting)
                came.wait()
                connection.settimeout(0.1)
                print(connection.gettimeout(), what(connection.receive))
                accepted[0].send(b"late")
                connection.settimeout(None)
                print(connection.receive())
                connection.settimeout(0.1)
                big.truncate(64 << 20)
                print(what(connection.send_file, big, 0, 64 << 20))
                print(what(connection.send, bytes(64 << 20)))
                print(what(connection.close))
                print(what(connection.settimeout, -1))
            with opensslnb.Loop(timeout=0.1) as loop, socket.create_server(("127.0.0.1", 0)) as silent:
                print(what(loop.connect, "127.0.0.1", silent.getsockname()[1], trusting))
            """);
        Assert.That(said, Is.EqualTo("0.1 TimeoutError\nb'late'\nTimeoutError\nTimeoutError\nTimeoutError\nValueError\nTimeoutError\n"));
    }

    // A timeout of each, so that a defect is a wrong word and not a test that hangs.
    [Test]
    public async Task Nobody_waits_any_more_when_the_loop_was_closed()
    {
        string said = await RunAsync("""
            results = {}
            def waits(thread):
                frame = sys._current_frames().get(thread.ident)
                while frame and frame.f_code.co_name != "_wait": frame = frame.f_back
                return frame is not None
            with opensslnb.Loop() as loop, socket.create_server(("127.0.0.1", 0)) as silent, open("big", "w+b") as big:
                big.truncate(64 << 20)
                listener = loop.listen("127.0.0.1", 0, made, keep)
                one, two, three = (loop.connect("localhost", listener.port, trusting) for _ in range(3))
                jobs = {"receive": (one.receive,), "close": (one.close,), "send": (two.send, bytes(64 << 20)), "send_file": (three.send_file, big, 0, 64 << 20)}
                threads = [threading.Thread(target=lambda name=name, job=job: results.update({name: what(*job)}), daemon=True) for name, job in jobs.items()]
                loop.timeout = 60
                threads.append(threading.Thread(target=lambda: results.update(connect=what(loop.connect, "127.0.0.1", silent.getsockname()[1], trusting)), daemon=True))
                for connection in (one, two, three): connection.settimeout(60)
                for thread in threads: thread.start()
                deadline = time.monotonic() + 30
                while not all(map(waits, threads)) and time.monotonic() < deadline: time.sleep(0.01)
                print(all(map(waits, threads)))
            for thread in threads: thread.join(30)
            for name in sorted(results): print(name, results[name])
            print(what(one.receive), what(one.close), what(loop.connect, "localhost", listener.port, trusting))
            """);
        Assert.That(said, Is.EqualTo("True\nclose None\nconnect ConnectionLost\nreceive ConnectionLost\nsend ConnectionLost\nsend_file ConnectionLost\nConnectionLost None Error\n"));
    }

    [Test]
    public async Task A_child_of_a_fork_ends_without_a_word_and_the_parent_goes_on()
    {
        string script = Path.Combine(Archive.NewFolder(), "fork.py");
        await File.WriteAllTextAsync(script, $"{Beginning}\n{Fork}");
        (int code, string output, string error) = await Tool.TryAsync("env", "-C", Path.GetDirectoryName(script)!, $"PYTHONPATH={Archive.Python}", "python3", "-B", script);
        Assert.That((code, output, error), Is.EqualTo((0, "3\nConnectionLost Error\n0\nb'still here'\n", "")));
    }

    private const string Fork = """
        with opensslnb.Loop() as loop:
            listener = loop.listen("127.0.0.1", 0, made, keep)
            with loop.connect("localhost", listener.port, trusting) as connection:
                for child in (lambda: sys.exit(3), lambda: print(what(connection.receive), what(loop.connect, "localhost", listener.port, trusting)) or sys.exit()):
                    sys.stdout.flush()
                    identity = os.fork()
                    if identity == 0: child()
                    print(os.waitstatus_to_exitcode(os.waitpid(identity, 0)[1]))
                came.wait()
                accepted[0].send(b"still here")
                print(connection.receive())
                connection.abort()
        """;

    private static async Task<string> RunAsync(string script)
    {
        string folder = Archive.NewFolder(), file = Path.Combine(folder, "script.py");
        await File.WriteAllTextAsync(file, $"{Beginning}\n{script}");
        return await Tool.RunAsync("env", "python3", "-C", folder, $"PYTHONPATH={Archive.Python}", "python3", "-B", file);
    }
}
