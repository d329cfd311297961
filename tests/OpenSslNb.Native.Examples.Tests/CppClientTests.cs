using NUnit.Framework;
using OpenSslNb.Peers.Tests;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>The client in C++, whose answer is a future.</summary>
public sealed class CppClientTests
{
    private static readonly string[] s_versions = ["-tls1_2", "-tls1_3"];

    [TestCaseSource(nameof(s_versions))]
    public async Task A_server_that_turns_lines_round_sends_the_text_back_turned_round(string version)
    {
        await using ServerProgram server = await ServerProgram.StartAsync(
            ExternalProcess.StartLineBuffered("openssl", "openssl", "s_server", "-rev", "-accept", "127.0.0.1:0", "-cert", Archive.Certificate, "-key", Archive.Key, "-naccept", "1", version),
            "ACCEPT 127.0.0.1:");
        string answer = await Tool.RunAsync(Archive.Program("cpp_echo"), "g++", "send", "localhost", $"{server.Port}", Archive.Authority, "some text\n");
        Assert.That(answer.Trim(), Is.EqualTo("txet emos"));
    }

    [Test]
    public async Task A_failure_of_the_connection_is_what_the_future_throws()
    {
        await using ExampleServer server = await ExampleServer.StartEchoAsync("cpp_echo");
        (int code, string output, string error) = await Tool.TryAsync(Archive.Program("cpp_echo"), "send", "localhost", $"{server.Port}", Archive.Stranger, "text");
        Assert.That((code, output), Is.EqualTo((1, "")));
        Assert.That(error, Does.StartWith("cpp_echo: ").And.Contain("certificate"));
    }

    [Test]
    public async Task What_a_handler_throws_resets_its_connection_and_goes_no_further()
    {
        string folder = Archive.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "throws.cpp"), Throwing);
        await Tool.ShellAsync(folder, "c++ -std=c++17 -Wall -Wextra -Werror throws.cpp $(pkg-config --cflags --libs opensslnb)");
        string output = await Tool.RunAsync(Path.Combine(folder, "a.out"), "g++", Archive.Certificate, Archive.Key, Archive.Authority);
        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[] { "threw: too much", "closed: aborted", "gone", "client: reset", "posted" }));
    }

    private const string Throwing = """
        #include <opensslnb.hpp>
        #include <future>
        #include <iostream>

        struct server : onb::handler {
            explicit server(std::promise<void> &gone) : gone_(gone) {}
            ~server() override { std::cout << "gone\n"; gone_.set_value(); }
            void received(onb::connection, std::string_view) override { throw std::runtime_error("too much"); }
            void threw(std::exception_ptr what) noexcept override {
                try { std::rethrow_exception(what); } catch (const std::exception &e) { std::cout << "threw: " << e.what() << '\n'; }
            }
            void closed(onb::connection, const onb_outcome &outcome) override { std::cout << "closed: " << onb_close_reason_name(outcome.reason) << '\n'; }
            std::promise<void> &gone_;
        };

        struct client : onb::handler {
            explicit client(std::promise<std::string> &end) : end_(end) {}
            void opened(onb::connection c) override { c.send("a byte"); }
            void received(onb::connection, std::string_view) override {}
            void closed(onb::connection, const onb_outcome &outcome) override { end_.set_value(onb_close_reason_name(outcome.reason)); }
            std::promise<std::string> &end_;
        };

        int main(int, char **argv)
        {
            auto with = onb::config::server().use(onb::certificate::from_pem_files(argv[1], argv[2])).build();
            auto from = onb::config::client().use(onb::trust().add_pem_file(argv[3])).build();
            std::promise<void> gone, posted;
            std::promise<std::string> end;
            onb::loop loop;
            onb::listener listener(loop, "127.0.0.1", 0, with, [&](onb::connection) { return std::make_unique<server>(gone); });
            loop.connect("localhost", listener.port(), from, std::make_unique<client>(end));
            gone.get_future().get();
            std::cout << "client: " << end.get_future().get() << '\n';
            loop.post([&] { std::cout << "posted\n"; posted.set_value(); });
            posted.get_future().get();
        }
        """;
}
