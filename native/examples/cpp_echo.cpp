// cpp_echo.cpp - a server that sends every byte back, and a client that sends a text and prints the answer.
// Level 2 through opensslnb.hpp.
//
//     c++ -std=c++17 cpp_echo.cpp -o cpp_echo $(pkg-config --cflags --libs opensslnb)
//     ./cpp_echo serve 8443 certificate.pem key.pem
//     ./cpp_echo send localhost 8443 certificate.pem "some text"

#include <opensslnb.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iostream>

namespace {

// ---------------------------------------------------------------- server

class echo : public onb::handler {
public:
    void received(onb::connection from, std::string_view data) override
    {
        if (from.send(data)) return;
        held_ = data; // a copy: the data is ours until we return
        from.pause_reading();
    }
    void low_water(onb::connection from) override
    {
        if (held_.empty() || !from.send(held_)) return;
        held_.clear();
        if (peer_closed_) from.close();
        else from.resume_reading();
    }
    void peer_closed(onb::connection from) override
    {
        peer_closed_ = true;
        if (held_.empty()) from.close();
    }
    void closed(onb::connection, const onb_outcome &outcome) override
    {
        if (outcome.reason != ONB_CLOSE_NOTIFY) std::cerr << "cpp_echo: a connection ended: " << outcome.message << '\n';
    }

private:
    std::string held_;
    bool peer_closed_ = false;
};

int serve(int port, const std::string &certificate_file, const std::string &key_file)
{
    // For sigwait. The library's threads take no signals in any case.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    if (pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0) return 1;

    auto context = onb::config::server().use(onb::certificate::from_pem_files(certificate_file, key_file)).build();
    onb::loop loop;
    onb::listener listener(loop, "127.0.0.1", port, context, [](onb::connection) { return std::make_unique<echo>(); });
    std::cout << "listening on 127.0.0.1:" << listener.port() << std::endl;
    int number = 0;
    return sigwait(&signals, &number) == 0 ? 0 : 1;
    // The destructors end listener, loop and connections, in this order.
}

// ---------------------------------------------------------------- client

class answer : public onb::handler {
public:
    explicit answer(std::promise<std::string> promise) : promise_(std::move(promise)) {}
    void received(onb::connection, std::string_view data) override { text_ += data; }
    void closed(onb::connection, const onb_outcome &outcome) override
    {
        if (outcome.reason == ONB_CLOSE_NOTIFY) promise_.set_value(std::move(text_));
        else promise_.set_exception(std::make_exception_ptr(std::runtime_error(outcome.message)));
    }

private:
    std::promise<std::string> promise_;
    std::string text_;
};

int send(const std::string &host, int port, const std::string &authorities, const std::string &text)
{
    auto context = onb::config::client().use(onb::trust().add_pem_file(authorities)).build();
    onb::loop loop;
    std::promise<std::string> promise;
    std::future<std::string> future = promise.get_future();
    onb::connection connection = loop.connect(host, port, context, std::make_unique<answer>(std::move(promise)));

    // Queued until the handshake has ended. If it fails before we come here the future tells why, and not this.
    try {
        if (!connection.send(text)) throw std::runtime_error("the text is too long for one piece");
        connection.close_write(); // half-close: the answer still comes
    } catch (const onb::error &error) {
        if (error.result() != ONB_E_BAD_HANDLE && error.result() != ONB_E_SEND_CLOSED) throw;
    }
    std::cout << future.get() << std::endl;
    return 0;
}

int usage()
{
    std::cerr << "usage: cpp_echo serve PORT CERTIFICATE.pem KEY.pem\n"
                 "       cpp_echo send HOST PORT AUTHORITIES.pem TEXT\n"
                 "PORT is a number up to 65535; for serve, 0 takes a free one.\n";
    return 2;
}

/// -1 if it is none.
int port_number(const char *text, int least)
{
    char *end = nullptr;
    long value = std::strtol(text, &end, 10);
    return end != text && *end == '\0' && value >= least && value <= 65535 ? static_cast<int>(value) : -1;
}

} // namespace

int main(int argc, char **argv)
{
    std::string command = argc > 1 ? argv[1] : "";
    try {
        if (command == "serve" && argc == 5) {
            int port = port_number(argv[2], 0);
            return port < 0 ? usage() : serve(port, argv[3], argv[4]);
        }
        if (command == "send" && argc == 6) {
            int port = port_number(argv[3], 1);
            return port < 0 ? usage() : send(argv[2], port, argv[4], argv[5]);
        }
        return usage();
    } catch (const std::exception &error) {
        std::cerr << "cpp_echo: " << error.what() << '\n';
        return 1;
    }
}
