using NUnit.Framework;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>What opensslnb.hpp passes through to C and brings back: options, functions of the program, sockets, loops that are driven.</summary>
public sealed class CppWrapperTests
{
    private static readonly string[] s_lines =
    [
        "mine", "/CN=special.example hello close_notify", "/CN=plain.example hello close_notify", "  verification failed", "  protocol error", "3 judged",
        "/CN=special.example hello close_notify", "a zero byte in a text", "ONB_E_INVALID_ARGUMENT",
    ];

    // Under the sanitizers, since what a callback uses must live until the last one.
    [Test]
    public async Task Options_functions_and_sockets_reach_the_library_and_its_callbacks_find_what_they_use()
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "wrapped.cpp"), Program);
        await Tool.ShellAsync(folder, "c++ -std=c++17 -g -Wall -Wextra -Wshadow -Werror -fsanitize=address,undefined -fno-sanitize-recover=all wrapped.cpp $(pkg-config --cflags --libs opensslnb)");
        string output = await Tool.RunAsync(
            "env", "g++", $"LSAN_OPTIONS=suppressions={Archive.Root}/suppressions/lsan.supp:print_suppressions=0", "ASAN_OPTIONS=fast_unwind_on_malloc=0", Path.Combine(folder, "a.out"));
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(s_lines));
    }

    // Also the collector's part of what the program has given up, which LeakSanitizer needs whole stacks to know.
    [Test]
    public async Task Memcheck_finds_nothing_that_is_lost_with_what_the_archive_has_for_it()
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "wrapped.cpp"), Program);
        await Tool.ShellAsync(folder, "c++ -std=c++17 -g wrapped.cpp $(pkg-config --cflags --libs opensslnb)");
        string output = await Tool.RunAsync(
            "valgrind", "valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--fair-sched=yes", $"--suppressions={Archive.Root}/suppressions/valgrind.supp", Path.Combine(folder, "a.out"));
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(s_lines));
    }

    private const string Program = """
        #include <opensslnb.hpp>
        #include <atomic>
        #include <future>
        #include <iostream>
        #include <poll.h>
        #include <sys/socket.h>

        struct echo : onb::handler {
            void received(onb::connection c, std::string_view data) override { if (!c.send(data)) c.abort(); }
        };
        struct asks : onb::handler {
            asks(std::promise<std::string> &end, std::function<void()> then = nullptr) : end_(end), then_(std::move(then)) {}
            void opened(onb::connection c) override { c.send("hello"); name_ = c.info().peer_subject; }
            void received(onb::connection c, std::string_view data) override { if ((text_ += data) == "hello") c.close(); }
            void closed(onb::connection, const onb_outcome &o) override { end_.set_value(name_ + " " + text_ + " " + onb_close_reason_name(o.reason)); if (then_) then_(); }
            std::promise<std::string> &end_;
            std::function<void()> then_;
            std::string name_, text_;
        };

        static onb::context serves(const char *name) { return onb::config::server().use(onb::certificate::self_signed({name}, 3600)).build(); }

        int main()
        {
            std::atomic<int> judged{0};
            onb_loop_options names = ONB_LOOP_OPTIONS_INIT;
            names.name = "mine";
            onb::loop other(&names), loop;
            loop = std::move(other);
            loop.post([] { char name[16]; pthread_getname_np(pthread_self(), name, sizeof name); std::cout << name << std::endl; });

            // A server that chooses by name, whose configuration and first context are gone when it is asked.
            auto special = serves("special.example");
            auto make = [&] {
                return onb::config::server().use(onb::certificate::self_signed({"plain.example"}, 3600)).select_context([&](const onb_client_hello &hello) -> const onb::context * {
                    if (hello.server_name != nullptr && hello.server_name == std::string("broken.example")) throw std::runtime_error("no");
                    return hello.server_name != nullptr && hello.server_name == std::string("special.example") ? &special : nullptr;
                }).build();
            };
            onb_listen_options few = ONB_LISTEN_OPTIONS_INIT;
            few.max_connections = 100;
            onb::listener first(loop, "127.0.0.1", 0, make(), [](onb::connection) { return std::make_unique<echo>(); }, &few), listener = std::move(first);

            auto ask = [&](const char *name, bool accept) {
                auto from = onb::config::client().verify([&, accept](const onb_peer &peer) { judged++; return accept && peer.certificate_count == 1; }).build();
                std::promise<std::string> end;
                onb_connect_options options = ONB_CONNECT_OPTIONS_INIT;
                options.server_name = name;
                loop.connect("127.0.0.1", listener.port(), from, std::make_unique<asks>(end), &options);
                return end.get_future().get();
            };
            std::cout << ask("special.example", true) << '\n' << ask("plain.example", true) << '\n' << ask("plain.example", false) << '\n' << ask("broken.example", true) << '\n' << judged << " judged" << std::endl;

            // Both ends of a pair of sockets on a loop that is ours.
            int fds[2];
            if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return 1;
            onb::driven_loop ours;
            std::promise<std::string> end;
            bool ended = false;
            onb_conn_options quick = ONB_CONN_OPTIONS_INIT;
            quick.handshake_timeout_ms = 20000;
            ours.adopt(fds[0], special, "", std::make_unique<echo>(), &quick);
            ours.adopt(fds[1], onb::config::client().verify([](const onb_peer &) { return true; }).build(), "x.example", std::make_unique<asks>(end, [&] { ended = true; }));
            while (!ended) {
                pollfd wait = { ours.fd(), POLLIN, 0 };
                if (poll(&wait, 1, ours.timeout()) < 0) return 1;
                ours.turn();
            }
            std::cout << end.get_future().get() << '\n';
            ours.post([&] { ours.stop(); });
            ours.run();

            try { loop.connect(std::string("localhost\0x", 11), 1, special, std::make_unique<echo>()); } catch (const std::invalid_argument &e) { std::cout << e.what() << '\n'; }
            quick.outbound_limit = 1; quick.low_water_mark = 2;
            try { ours.adopt(0, special, "", std::make_unique<echo>(), &quick); } catch (const onb::error &e) { std::cout << onb_result_name(e.result()) << '\n'; }
        }
        """;
}
